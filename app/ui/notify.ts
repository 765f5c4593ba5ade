import { toast } from 'sonner'

/** Short messages at the bottom of the page: one line, at most one action, five seconds; problems stay until closed. */
export const notify = {
  info: (message: string, action?: { readonly label: string; readonly onClick: () => void }) =>
    void toast(message, { duration: 5000, ...(action ? { action } : {}) }),
  problem: (message: string, action?: { readonly label: string; readonly onClick: () => void }) =>
    void toast.error(message, {
      duration: Number.POSITIVE_INFINITY,
      closeButton: true,
      ...(action ? { action } : {}),
    }),
}
