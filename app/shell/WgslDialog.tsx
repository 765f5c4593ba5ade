import { Copy } from 'lucide-react'
import { useRunStore } from '../state/runStore'
import { useSessionStore } from '../state/sessionStore'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { formatBytes, formatCount } from '../ui/formatNumber'
import { notify } from '../ui/notify'
import './WgslDialog.css'

/** The shader that really ran, complete. */
export function WgslDialog() {
  const index = useSessionStore((state) => state.shownKernel)
  const kernel = useRunStore((state) => (index === null ? undefined : state.result?.kernels[index]))
  const close = () => useSessionStore.getState().showKernel(null)
  if (!kernel) return null
  const lines = kernel.source.split('\n')
  const copy = () =>
    navigator.clipboard.writeText(kernel.source).then(
      () => notify.info('Shader copied.'),
      () => notify.problem('This browser does not let the page write to the clipboard.'),
    )
  return (
    <Dialog isOpen onClose={close} title={kernel.label} width={860}>
      <p className="wgsl-facts">
        {kernel.family}, {kernel.variant}; {formatCount(kernel.macs)} MACs, {formatBytes(kernel.bytes)} moved;{' '}
        {lines.length} lines
        <Button icon={<Copy size={14} strokeWidth={1.6} aria-hidden="true" />} onClick={() => void copy()}>
          Copy
        </Button>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must take the keyboard */}
      <pre className="wgsl-source mono" tabIndex={0}>
        {lines.map((line, number) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
          <span key={number} className="wgsl-line" data-number={number + 1}>
            {line}
            {'\n'}
          </span>
        ))}
      </pre>
    </Dialog>
  )
}
