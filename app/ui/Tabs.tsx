import { Tabs as RadixTabs } from 'radix-ui'
import type { ReactNode } from 'react'
import './Tabs.css'

interface TabsProps<V extends string> {
  readonly label: string
  readonly value: V
  readonly tabs: readonly { readonly value: V; readonly label: ReactNode }[]
  readonly onChange: (value: V) => void
  /** Beside the tabs, at the right end. */
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** Tabs over one panel; `children` is the panel of the tab that is open. */
export function Tabs<V extends string>({ label, value, tabs, onChange, actions, children }: TabsProps<V>) {
  return (
    <RadixTabs.Root
      className="tabs"
      value={value}
      onValueChange={(chosen) => {
        const tab = tabs.find((candidate) => candidate.value === chosen)
        if (tab) onChange(tab.value)
      }}
    >
      <div className="tabs-bar">
        <RadixTabs.List className="tabs-list" aria-label={label}>
          {tabs.map((tab) => (
            <RadixTabs.Trigger key={tab.value} value={tab.value} className="tab">
              {tab.label}
            </RadixTabs.Trigger>
          ))}
        </RadixTabs.List>
        {actions}
      </div>
      <RadixTabs.Content value={value} className="tabs-panel" tabIndex={-1}>
        {children}
      </RadixTabs.Content>
    </RadixTabs.Root>
  )
}
