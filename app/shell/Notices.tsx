import { useEffect } from 'react'
import { Toaster, toast } from 'sonner'
import { useSessionStore } from '../state/sessionStore'
import { showNotices } from '../ui/notify'

export function Notices() {
  const theme = useSessionStore((state) => state.theme)
  useEffect(
    () =>
      showNotices(({ kind, message, action }) => {
        const options = action ? { action } : {}
        if (kind === 'info') toast(message, { duration: 5000, ...options })
        else if (kind === 'warning') toast.warning(message, options)
        else toast.error(message, { duration: Number.POSITIVE_INFINITY, closeButton: true, ...options })
      }),
    [],
  )
  return (
    <Toaster
      theme={theme}
      position="bottom-center"
      offset={42}
      gap={8}
      visibleToasts={4}
      containerAriaLabel="Notices"
      // Above dialogs, below what was just opened: a notice must not lie over the popover that somebody works in.
      style={{ zIndex: 55 }}
    />
  )
}
