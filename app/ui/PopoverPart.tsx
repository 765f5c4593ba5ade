import { Popover as RadixPopover } from 'radix-ui'
import type { PopoverProps } from './Popover'
import './Popover.css'

export function PopoverPart({
  trigger,
  label,
  side = 'bottom',
  align = 'start',
  isOpen,
  onOpenChange,
  isOpenAtFirst,
  children,
}: PopoverProps & { readonly isOpenAtFirst: boolean }) {
  return (
    <RadixPopover.Root
      {...(isOpen === undefined ? { defaultOpen: isOpenAtFirst } : { open: isOpen })}
      {...(onOpenChange === undefined ? {} : { onOpenChange })}
    >
      <RadixPopover.Trigger asChild>{trigger}</RadixPopover.Trigger>
      <RadixPopover.Portal>
        <RadixPopover.Content
          className="popover"
          aria-label={label}
          side={side}
          align={align}
          sideOffset={6}
          collisionPadding={8}
        >
          {children}
        </RadixPopover.Content>
      </RadixPopover.Portal>
    </RadixPopover.Root>
  )
}
