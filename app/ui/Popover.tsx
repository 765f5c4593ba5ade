import { type AriaAttributes, cloneElement, type ReactElement, type ReactNode, useState } from 'react'
import { laterPart } from '../later'

export interface PopoverProps {
  readonly trigger: ReactElement<AriaAttributes & { onClick?: () => void }>
  readonly label: string
  readonly side?: 'top' | 'right' | 'bottom' | 'left'
  readonly align?: 'start' | 'center' | 'end'
  readonly isOpen?: boolean
  readonly onOpenChange?: (isOpen: boolean) => void
  readonly children: ReactNode
}

const usePopoverPart = laterPart(async () => (await import('./PopoverPart')).PopoverPart)

export function Popover(props: PopoverProps) {
  const PopoverPart = usePopoverPart()
  const [isWanted, setWanted] = useState(false)
  if (PopoverPart) return <PopoverPart {...props} isOpenAtFirst={isWanted} />
  return cloneElement(props.trigger, {
    'aria-haspopup': 'dialog',
    'aria-expanded': props.isOpen ?? isWanted,
    onClick: () => {
      setWanted(true)
      props.onOpenChange?.(true)
    },
  })
}
