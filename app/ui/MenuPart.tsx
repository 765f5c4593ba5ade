import { DropdownMenu } from 'radix-ui'
import { Keys } from './Keys'
import type { MenuProps } from './Menu'
import './Menu.css'

export function MenuPart({
  children,
  items,
  align = 'start',
  isOpenAtFirst,
}: MenuProps & { readonly isOpenAtFirst: boolean }) {
  return (
    <DropdownMenu.Root modal={false} defaultOpen={isOpenAtFirst}>
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
