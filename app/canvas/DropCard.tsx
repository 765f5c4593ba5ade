import { NodeToolbar, Position, useStore } from '@xyflow/react'
import { ArrowRight } from 'lucide-react'
import { nameOf } from '../commands/place'
import { useAnalysis, usePreviewAnalysis } from '../state/derived'
import { useDocumentStore } from '../state/documentStore'
import { useSessionStore } from '../state/sessionStore'
import { formatBytes, formatCount, formatDelta } from '../ui/formatNumber'
import { Key } from '../ui/Keys'
import { moduleTitle } from './describe'
import './DropCard.css'
import { nodeAt, type Scene } from './scene'

/** Beside the slot under the pointer: what stays, and every figure old to new, before anything is dropped. */
export function DropCard({ scene }: { readonly scene: Scene }) {
  const dragged = useSessionStore((state) => state.drag?.dragged)
  const over = useSessionStore((state) => state.drag?.over)
  const isOne = useSessionStore((state) => state.drag?.isThisInstanceOnly ?? false)
  const document = useDocumentStore((state) => state.document)
  const before = useAnalysis().totals
  const after = usePreviewAnalysis()?.totals
  const path = over?.kind === 'replace' ? over.path : undefined
  const item = scene.items.find((candidate) => candidate.id === path)
  const isFarRight = useStore(
    ({ transform: [x, , zoom], width }) =>
      item !== undefined && (item.rect.x + item.rect.width) * zoom + x + 320 > width,
  )
  const node = path === undefined ? undefined : nodeAt(document, path)
  if (!dragged || !item || !after || node?.type !== 'module') return null
  const rows = [
    {
      name: 'Params',
      from: before.params.trainable + before.params.frozen,
      to: after.params.trainable + after.params.frozen,
      format: formatCount,
    },
    { name: 'MACs', from: before.macs.total, to: after.macs.total, format: formatCount },
    {
      name: 'Activations',
      from: before.memory.activationBytes,
      to: after.memory.activationBytes,
      format: formatBytes,
    },
  ]
  return (
    <NodeToolbar
      nodeId={item.id}
      isVisible
      position={isFarRight ? Position.Left : Position.Right}
      align="end"
      offset={24}
    >
      <section
        className="drop-card"
        aria-label={`Replace ${moduleTitle(node)} by ${nameOf(document, dragged)}`}
      >
        <header className="drop-card-head">
          <span className="drop-card-title">Replace {moduleTitle(node)}</span>
          <span className="drop-card-stays">wiring stays</span>
        </header>
        {after.complete ? (
          <table className="drop-card-rows">
            <tbody>
              {rows.map(({ name, from, to, format }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td className="drop-card-from">
                    {format(from)} <ArrowRight size={11} strokeWidth={1.6} aria-label="to" />
                  </td>
                  <td className="drop-card-to">{format(to)}</td>
                  <td className="drop-card-delta">{formatDelta(to - from, format)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        ) : (
          <p className="drop-card-note">The shapes will not fit; fixes follow the drop.</p>
        )}
        <footer className="drop-card-keys">
          <Key>Alt</Key> {isOne ? 'this block only: on' : 'this block only'}
          <span className="drop-card-space" />
          <Key>Esc</Key> cancel
        </footer>
      </section>
    </NodeToolbar>
  )
}
