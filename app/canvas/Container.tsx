import type { NodeProps } from '@xyflow/react'
import { ChevronsDownUp } from 'lucide-react'
import { memo } from 'react'
import { setRepeat } from '../../engine/index'
import { edit } from '../commands/edit'
import { costAt, useMeasuredCosts, useShownAnalysis } from '../state/derived'
import { useDocumentStore } from '../state/documentStore'
import { idOf, type PathKey, pathOf } from '../state/paths'
import { useSessionStore } from '../state/sessionStore'
import { formatCount, formatMs } from '../ui/formatNumber'
import { IconButton } from '../ui/IconButton'
import { Stepper } from '../ui/Stepper'
import { useCanvasStore } from './canvasStore'
import './Container.css'
import { groupTitle } from './describe'
import type { CanvasNode } from './flowNodes'
import { InstancePager } from './InstancePager'
import { Ports } from './Ports'
import { useSubject } from './useSubject'

/** The lens under the row: one stage with its title, path and costs. */
export const Lens = memo(function Lens({ data: { item } }: NodeProps<CanvasNode>) {
  const { node } = useSubject(item.key)
  const openLens = useSessionStore((state) => state.openLens)
  if (node?.type !== 'group') return null
  return (
    <section className="lens" aria-label={`${groupTitle(node)}, opened`} data-lens={item.key}>
      <header className="lens-head nodrag">
        <TitleButton itemKey={item.key} className="lens-title" />
        {node.repeat > 1 && <Repeat itemKey={item.key} repeat={node.repeat} title={groupTitle(node)} />}
        <code className="container-path ellipsis">{pathInWords(item.key, node.repeat)}</code>
        <span className="container-space" />
        {node.repeat > 1 && <InstancePager group={item.key} repeat={node.repeat} />}
        <ThreeCosts itemKey={item.key} />
        <IconButton
          label="Close this stage"
          className="lens-close"
          tabIndex={-1}
          onClick={() => openLens(null)}
        >
          <ChevronsDownUp size={14} strokeWidth={1.6} aria-hidden="true" />
        </IconButton>
      </header>
    </section>
  )
})

/** A group that is open where it stands. */
export const Block = memo(function Block({ data: { item } }: NodeProps<CanvasNode>) {
  const { node, facts } = useSubject(item.key)
  const isSelected = useSessionStore((state) => state.selection.includes(item.key))
  const isDimmed = useSessionStore((state) => state.drag !== null)
  const openGroup = useCanvasStore((state) => state.openGroup)
  const isRoot = useSessionStore((state) => state.root === item.key)
  if (node?.type !== 'group') return null
  return (
    <>
      <section
        className="block"
        aria-label={`${groupTitle(node)}, opened`}
        data-selected={isSelected || undefined}
        data-state={facts?.status}
        data-drop={isDimmed || undefined}
      >
        <header className="block-head nodrag">
          <TitleButton itemKey={item.key} className="block-title" />
          <Repeat itemKey={item.key} repeat={node.repeat} title={groupTitle(node)} />
          <code className="container-path ellipsis">{pathInWords(item.key, node.repeat)}</code>
          <span className="container-space" />
          {node.repeat > 1 && <InstancePager group={item.key} repeat={node.repeat} />}
          {!isRoot && (
            <IconButton
              label="Close this block"
              className="block-close"
              tabIndex={-1}
              onClick={() => openGroup(item.key, false)}
            >
              <ChevronsDownUp size={13} strokeWidth={1.6} aria-hidden="true" />
            </IconButton>
          )}
        </header>
      </section>
      <Ports item={item} />
    </>
  )
})

/** The title is the node: it takes the focus, the selection and the name. */
function TitleButton({ itemKey, className }: { readonly itemKey: PathKey; readonly className: string }) {
  const { node, label, isSelected, isTabStop } = useSubject(itemKey)
  const isLens = className === 'lens-title'
  if (!node) return null
  return (
    <button
      type="button"
      className={`container-title ${className}`}
      aria-label={label}
      aria-pressed={isSelected}
      tabIndex={isTabStop && !isLens ? 0 : -1}
      data-focus={isLens ? undefined : itemKey}
      data-path={isLens ? undefined : itemKey}
      data-selects={itemKey}
    >
      {groupTitle(node)}
    </button>
  )
}

function Repeat({
  itemKey,
  repeat,
  title,
}: {
  readonly itemKey: PathKey
  readonly repeat: number
  readonly title: string
}) {
  const endGesture = useDocumentStore((state) => state.endGesture)
  return (
    <Stepper
      label={`Repeats of ${title}`}
      size="small"
      value={repeat}
      min={1}
      max={100}
      print={(value) => `×${value}`}
      onChange={(value) =>
        edit(
          `Repeat ${title} ×${value}`,
          (document) => setRepeat(document, pathOf(itemKey), value),
          `repeat ${itemKey}`,
        )
      }
      onGestureEnd={endGesture}
    />
  )
}

function ThreeCosts({ itemKey }: { readonly itemKey: PathKey }) {
  const analysis = useShownAnalysis()
  const measured = useMeasuredCosts()
  const cost = costAt(analysis, itemKey)
  const ms = measured?.costs.byPath.get(itemKey)
  if (!cost) return null
  return (
    <span className="lens-costs">
      <span>{formatCount(cost.all.params.trainable + cost.all.params.frozen)} params</span>
      <span>
        {formatCount(cost.all.macs.total)}
        {cost.all.macs.total < 1000 && ' '}MACs
      </span>
      <span>{ms === undefined ? 'not measured' : `${measured?.isStale ? '~' : ''}${formatMs(ms)}`}</span>
    </span>
  )
}

/** `blocks.0-8`: which instances the group stands for. */
function pathInWords(key: PathKey, repeat: number): string {
  const id = idOf(key)
  if (repeat === 1) return id
  const counted = /^(.*?)(\d+)$/.exec(id)
  return counted ? `${id}-${Number(counted[2]) + repeat - 1}` : `${id}.0-${repeat - 1}`
}
