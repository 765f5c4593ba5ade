import { type AriaAttributes, cloneElement, type ReactElement, type ReactNode, useState } from 'react'
import { laterPart } from '../later'

export interface MenuItem {
  readonly label: string
  readonly icon?: ReactNode
  readonly shortcut?: string | undefined
  readonly hint?: string
  readonly isDisabled?: boolean
  readonly isChecked?: boolean
  readonly onSelect: () => void
}

export interface MenuProps {
  /** The button that opens it. */
  readonly children: ReactElement<AriaAttributes & { onClick?: () => void }>
  readonly items: readonly (MenuItem | 'line')[]
  readonly align?: 'start' | 'end'
}

const useMenuPart = laterPart(async () => (await import('./MenuPart')).MenuPart)

export function Menu(props: MenuProps) {
  const MenuPart = useMenuPart()
  const [isWanted, setWanted] = useState(false)
  if (MenuPart) return <MenuPart {...props} isOpenAtFirst={isWanted} />
  return cloneElement(props.children, {
    'aria-haspopup': 'menu',
    'aria-expanded': isWanted,
    onClick: () => setWanted(true),
  })
}
