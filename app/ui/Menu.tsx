import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { Keys } from './Keys'
import './Menu.css'

export interface MenuItem {
  readonly label: string
  readonly icon?: ReactNode
  readonly shortcut?: string | undefined
  readonly hint?: string
  readonly isDisabled?: boolean
  readonly isChecked?: boolean
  readonly onSelect: () => void
}

interface MenuProps {
  /** The button that opens it. */
  readonly children: ReactNode
  readonly items: readonly (MenuItem | 'line')[]
  readonly align?: 'start' | 'end'
}

export function Menu({ children, items, align = 'start' }: MenuProps) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{children}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align={align} sideOffset={4} collisionPadding={8}>
          {items.map((item, index) =>
            item === 'line' ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines are alike and never move
              <DropdownMenu.Separator key={`line-${index}`} className="menu-line" />
            ) : (
              <DropdownMenu.Item
                key={item.label}
                className="menu-item"
                disabled={item.isDisabled ?? false}
                onSelect={item.onSelect}
              >
                {item.icon}
                <span className="menu-label">{item.label}</span>
                {item.hint !== undefined && <span className="menu-hint">{item.hint}</span>}
                {item.shortcut !== undefined && <Keys shortcut={item.shortcut} />}
              </DropdownMenu.Item>
            ),
          )}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
