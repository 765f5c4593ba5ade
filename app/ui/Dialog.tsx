import { X } from 'lucide-react'
import { Dialog as RadixDialog } from 'radix-ui'
import type { ReactNode } from 'react'
import { IconButton } from './IconButton'
import { useReturnFocus } from './useReturnFocus'
import './Dialog.css'

interface DialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly title: string
  /** Read with the title; not drawn when the content says it. */
  readonly description?: string
  readonly width?: number
  readonly children: ReactNode
}

/** Focus is trapped, Esc closes, and focus goes back to where it came from. */
export function Dialog({ isOpen, onClose, title, description, width = 460, children }: DialogProps) {
  const { remember, onCloseAutoFocus } = useReturnFocus()
  return (
    <RadixDialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="scrim" />
        <RadixDialog.Content
          className="dialog"
          style={{ width }}
          onOpenAutoFocus={(event) => {
            remember()
            focusFirst(event)
          }}
          onCloseAutoFocus={onCloseAutoFocus}
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
        >
          <header className="dialog-header">
            <RadixDialog.Title className="dialog-title">{title}</RadixDialog.Title>
            <RadixDialog.Close asChild>
              <IconButton label="Close" shortcut="escape">
                <X size={16} strokeWidth={1.6} aria-hidden="true" />
              </IconButton>
            </RadixDialog.Close>
          </header>
          {description !== undefined && (
            <RadixDialog.Description className="dialog-description">{description}</RadixDialog.Description>
          )}
          {children}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  )
}

/** The first field, else the main action; never the button that closes. */
function focusFirst(event: Event): void {
  const content = event.currentTarget
  if (!(content instanceof HTMLElement)) return
  const first =
    content.querySelector<HTMLElement>('input:not([readonly])') ??
    content.querySelector<HTMLElement>('.button-filled')
  event.preventDefault()
  ;(first ?? content).focus()
}
