import { ChevronDown, Expand, Maximize, Minus, Plus } from 'lucide-react'
import { Fragment } from 'react'
import { commandById, run, shortcutOf } from '../commands/index'
import { legalTargets, nameOf } from '../commands/place'
import { titleOf } from '../commands/subject'
import { useShownDocument } from '../state/derived'
import { useDocumentStore } from '../state/documentStore'
import { ancestorsOf, type PathKey, parentOf } from '../state/paths'
import { useRunStore } from '../state/runStore'
import { type Dragged, type TintMetric, useSessionStore } from '../state/sessionStore'
import { formatPercent } from '../ui/formatNumber'
import { IconButton } from '../ui/IconButton'
import { Menu } from '../ui/Menu'
import './CanvasBar.css'
import { useCanvasStore } from './canvasStore'
import { metricNames, useCosts } from './costs'
import { groupTitle } from './describe'
import { nodeAt } from './scene'
import { groupAt } from './skeleton'

/** Above the row: where one is, what the tint means, how near one is. */
export function CanvasBar() {
  const dragged = useSessionStore((state) => state.drag?.dragged)
  return (
    <div className="canvas-bar">
      {dragged ? <Legend dragged={dragged} /> : <Breadcrumb />}
      <span className="canvas-bar-space" />
      <TintMenu />
      <span className="canvas-bar-line" aria-hidden="true" />
      <ZoomControls />
      <RunningLine />
    </div>
  )
}

function Breadcrumb() {
  const document = useShownDocument()
  const root = useSessionStore((state) => state.root)
  const lens = useSessionStore((state) => state.lens)
  const selected = useSessionStore((state) => (state.selection.length === 1 ? state.selection[0] : undefined))
  const { setRoot, select, openLens, wishCamera } = useSessionStore.getState()
  const node = selected === undefined ? undefined : nodeAt(document, selected)
  const here =
    selected === undefined || !node ? (lens ?? root) : node.type === 'group' ? selected : parentOf(selected)
  const places = ancestorsOf(here).filter((key) => key === '' || nodeAt(document, key))
  const go = (key: PathKey) => {
    if (key === '' || parentOf(key) === '') {
      if (root !== '') {
        setRoot('')
        wishCamera('fit')
      }
      openLens(key === '' ? null : key)
    } else if (root !== '' && root !== key) setRoot(groupAt(document, key) ? key : root)
    select(key === '' ? [] : [key])
  }
  return (
    <nav className="breadcrumb" aria-label="Place in the design">
      {places.map((key, index) => {
        const place = nodeAt(document, key)
        const name =
          key === ''
            ? document.name
            : place
              ? place.type === 'group'
                ? groupTitle(place)
                : titleOf(place)
              : key
        const isLast = index === places.length - 1
        return (
          <Fragment key={key}>
            {index > 0 && (
              <span className="breadcrumb-slash" aria-hidden="true">
                /
              </span>
            )}
            <button
              type="button"
              className="breadcrumb-place ellipsis"
              aria-current={isLast ? 'location' : undefined}
              onClick={() => go(key)}
            >
              {name}
            </button>
          </Fragment>
        )
      })}
    </nav>
  )
}

/** While something is in the hand: what the lit places mean, and how many there are. */
function Legend({ dragged }: { readonly dragged: Dragged }) {
  const document = useDocumentStore((state) => state.document)
  const isArmed = useSessionStore((state) => state.drag?.mode === 'armed')
  const refusal = useSessionStore((state) => state.drag?.refusal ?? null)
  const onScreen = useCanvasStore((state) => state.edges)
  const { replace, insert } = legalTargets(document, dragged)
  const edgesInView = [...insert].filter((edge) => onScreen.has(edge)).length
  const slots = countOf(replace.size, 'slot')
  const edges = countOf(edgesInView, 'edge')
  const some = [replace.size > 0 && slots, edgesInView > 0 && edges].filter(Boolean).join(', ')
  const many = replace.size + edgesInView
  return (
    <div className="legend" role="status">
      {replace.size > 0 && (
        <span className="legend-key">
          <span className="legend-slot" aria-hidden="true" />
          Replace
        </span>
      )}
      {insert.size > 0 && (
        <span className="legend-key">
          <span className="legend-edge" aria-hidden="true">
            +
          </span>
          Insert
        </span>
      )}
      <span className="legend-count ellipsis">
        {refusal ??
          `${some === '' ? 'Nothing' : some} ${many === 1 ? 'accepts' : 'accept'} ${nameOf(document, dragged)}`}
        {isArmed && refusal === null && ': click one, Esc lets go'}
      </span>
    </div>
  )
}

const countOf = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

const metrics: readonly TintMetric[] = ['latency', 'macs', 'params', 'memory', 'none']

function TintMenu() {
  const costs = useCosts()
  const document = useShownDocument()
  const setTint = useSessionStore((state) => state.setTint)
  const most = Math.max(0, ...document.graph.nodes.map((node) => costs.shareAt(node.id)))
  const stands = costs.wished === 'latency' && costs.metric !== 'latency'
  return (
    <Menu
      align="end"
      items={metrics.map((metric) => ({
        label: metricNames[metric] === 'none' ? 'No tint' : `Tint by ${metricNames[metric]}`,
        ...(metric === 'latency' && stands ? { hint: 'not measured' } : {}),
        isChecked: costs.wished === metric,
        onSelect: () => setTint(metric),
      }))}
    >
      <button
        type="button"
        className="tint"
        aria-label={`Tint: ${metricNames[costs.wished]}${stands ? ', not measured: MACs instead' : ''}`}
      >
        <span className="tint-word">Tint</span>
        <span className="tint-metric">{costs.wished === 'none' ? 'none' : metricNames[costs.metric]}</span>
        {costs.wished !== 'none' && (
          <>
            <span className="tint-ramp" aria-hidden="true" />
            <span className="tint-range">0 to {formatPercent(most).replace(/\.\d/, '')}</span>
          </>
        )}
        <ChevronDown size={12} strokeWidth={1.6} aria-hidden="true" />
      </button>
    </Menu>
  )
}

function ZoomControls() {
  const zoom = useSessionStore((state) => state.zoom)
  return (
    <div className="zoom">
      <IconButton label="Zoom out" shortcut={shortcutOf('zoomOut')} onClick={() => run('zoomOut')}>
        <Minus size={14} strokeWidth={1.6} aria-hidden="true" />
      </IconButton>
      <button
        type="button"
        className="zoom-value"
        aria-label={`Zoom ${Math.round(zoom * 100)} %, back to 100 %`}
        onClick={() => run('actualSize')}
      >
        {Math.round(zoom * 100)}&thinsp;%
      </button>
      <IconButton label="Zoom in" shortcut={shortcutOf('zoomIn')} onClick={() => run('zoomIn')}>
        <Plus size={14} strokeWidth={1.6} aria-hidden="true" />
      </IconButton>
      <IconButton label={commandById('fit').label} shortcut={shortcutOf('fit')} onClick={() => run('fit')}>
        <Maximize size={15} strokeWidth={1.6} aria-hidden="true" />
      </IconButton>
      <IconButton
        label={commandById('focusMode').label}
        shortcut={shortcutOf('focusMode')}
        onClick={() => run('focusMode')}
      >
        <Expand size={14} strokeWidth={1.6} aria-hidden="true" />
      </IconButton>
    </div>
  )
}

/** A segment that travels while the network runs; a bar where the share is known. The words are in the status bar. */
function RunningLine() {
  const status = useRunStore((state) => state.status)
  if (status.kind !== 'running') return null
  const share = status.total > 0 ? status.done / status.total : 0
  return share > 0 ? (
    <span className="running-line" style={{ transform: `scaleX(${share})` }} aria-hidden="true" />
  ) : (
    <span className="running-line running-line-unknown" aria-hidden="true" />
  )
}
