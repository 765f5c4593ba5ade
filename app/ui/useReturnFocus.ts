import { useRef } from 'react'

interface ReturnFocus {
  /** To be called while the dialog opens and has not taken the focus yet. */
  remember(): void
  onCloseAutoFocus(event: Event): void
}

/** A dialog without a trigger of its own gives the focus back to where it was when it opened. */
export function useReturnFocus(): ReturnFocus {
  const opener = useRef<Element | null>(null)
  return {
    remember: () => {
      opener.current = document.activeElement
    },
    onCloseAutoFocus: (event) => {
      event.preventDefault()
      if (opener.current instanceof HTMLElement && opener.current.isConnected) opener.current.focus()
    },
  }
}
