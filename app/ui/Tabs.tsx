import { type ReactNode, useId, useRef } from 'react'
import { useRovingFocus } from './useRovingFocus'
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

/** Tabs over one panel; `children` is the panel of the tab that is open. Arrow keys open the next tab. */
export function Tabs<V extends string>({ label, value, tabs, onChange, actions, children }: TabsProps<V>) {
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const roving = useRovingFocus(list, '[role=tab]')
  return (
    <div className="tabs">
      <div className="tabs-bar">
        <div className="tabs-list" role="tablist" aria-label={label} ref={list} {...roving}>
          {tabs.map((tab) => (
            <button
              type="button"
              role="tab"
              key={tab.value}
              id={`${id}-${tab.value}`}
              className="tab"
              aria-selected={tab.value === value}
              aria-controls={`${id}-panel`}
              onClick={() => onChange(tab.value)}
              onFocus={(event) => {
                if (event.target.matches(':focus-visible') && tab.value !== value) onChange(tab.value)
              }}
            >
              {tab.label}
            </button>
          ))}
        </div>
        {actions}
      </div>
      <div
        className="tabs-panel"
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${value}`}
        tabIndex={-1}
      >
        {children}
      </div>
    </div>
  )
}
