import type { NodeProps } from '@xyflow/react'
import { type CSSProperties, memo } from 'react'
import type { ModuleNode as DocumentModule, ModuleKind } from '../../engine/index'
import { KindGlyph } from '../glyphs/KindGlyph'
import { ModuleGlyph } from '../glyphs/ModuleGlyph'
import { roleOf } from '../glyphs/roles'
import { useShownDocument } from '../state/derived'
import type { PathKey } from '../state/paths'
import { tintOf } from './costs'
import {
  moduleTitle,
  normTitle,
  overriddenBlocks,
  repeatAround,
  rowTitle,
  subtitleOf,
  waitingFor,
} from './describe'
import type { CanvasNode } from './flowNodes'
import './ModuleNode.css'
import { Ports } from './Ports'
import { ProblemBadge } from './ProblemBadge'
import { useDropLook } from './useDropState'
import { type Subject, stateOf, useSubject } from './useSubject'

/** One module, in the silhouette of its kind. */
export const ModuleNode = memo(function ModuleNode({ data: { item } }: NodeProps<CanvasNode>) {
  const subject = useSubject(item.key)
  const drop = useDropLook(item)
  const { node, definition, costs, isSelected, isTabStop, label, problems } = subject
  if (node?.type !== 'module') return null
  const kind = item.moduleKind ?? 'tensor'
  const state = stateOf(subject)
  const share = costs.shareAt(item.key)
  const hasMeter = share > 0 && state !== 'unconnected' && isCard(kind)
  const face = (
    <button
      type="button"
      className="module"
      aria-label={label}
      aria-pressed={isSelected}
      aria-disabled={drop === 'dimmed' || undefined}
      tabIndex={isTabStop ? 0 : -1}
      title={isCard(kind) ? undefined : moduleTitle(node)}
      data-focus={item.key}
      data-path={item.key}
      data-kind={kind}
      data-role={roleOf[kind]}
      data-row={item.isOnRow || undefined}
      data-state={state}
      data-selected={isSelected || undefined}
      data-drop={drop}
      style={
        {
          '--role': `var(--role-${roleOf[kind]})`,
          '--tint':
            state === 'waiting' || state === 'unconnected' ? 'transparent' : tintOf(isCard(kind) ? share : 0),
        } as CSSProperties
      }
    >
      <span className="module-face" />
      <Face itemKey={item.key} node={node} kind={kind} subject={subject} isOnRow={item.isOnRow} />
      {hasMeter && !item.isOnRow && (
        <span className="module-meter" style={{ width: `${100 * Math.min(1, share)}%` }} />
      )}
    </button>
  )
  return (
    <>
      {item.hasSocket && <Socket itemKey={item.key} drop={drop} isSelected={isSelected} />}
      {face}
      {problems.length > 0 && <ProblemBadge problem={problems[0]} />}
      {item.isOnRow && <RowCaption subject={subject} />}
      <Ports item={item} definition={definition} />
    </>
  )
})

const isCard = (kind: ModuleKind): boolean => !['norm', 'activation', 'scale', 'merge'].includes(kind)

interface FaceProps {
  readonly itemKey: PathKey
  readonly node: DocumentModule
  readonly kind: ModuleKind
  readonly subject: Subject
  readonly isOnRow: boolean
}

function Face({ itemKey, node, kind, subject, isOnRow }: FaceProps) {
  const document = useShownDocument()
  const { definition, facts } = subject
  if (kind === 'merge') return <MergeSign mark={definition?.mark} />
  if (kind === 'scale') {
    return (
      <>
        <span className="module-scale" aria-hidden="true">
          ×{definition?.mark}
        </span>
        {!isOnRow && (
          <span className="module-beside" data-below={!definition?.onStream || undefined}>
            {moduleTitle(node)}
          </span>
        )}
      </>
    )
  }
  if (isOnRow) {
    return (
      <span className="module-upright">
        {kind !== 'norm' && kind !== 'activation' && <KindGlyph kind={kind} size={18} />}
        <span className="module-title ellipsis">{rowTitle(node, kind, facts?.output ?? null)}</span>
      </span>
    )
  }
  if (kind === 'norm' || kind === 'activation') {
    return (
      <>
        <KindGlyph kind={kind} size={14} isPlain={!definition} />
        <span className="module-title ellipsis">{kind === 'norm' ? normTitle(node) : moduleTitle(node)}</span>
      </>
    )
  }
  const override = overriddenBlocks(document, itemKey)
  return (
    <>
      <span className="module-glyph">
        {kind === 'mixer' ? (
          <ModuleGlyph module={node.module} size="node" />
        ) : (
          <KindGlyph kind={kind} size={16} isPlain={!definition} />
        )}
      </span>
      <span className="module-text">
        <span className="module-title ellipsis" title={moduleTitle(node)}>
          {moduleTitle(node)}
        </span>
        <span className="module-subtitle ellipsis">{secondLine(subject, node)}</span>
        <ThirdLine itemKey={itemKey} subject={subject} override={override} />
      </span>
      {override.length > 0 && <span className="module-override" />}
    </>
  )
}

function secondLine({ definition, facts, problems }: Subject, node: DocumentModule): string {
  const problem = problems.find((candidate) => candidate.severity === 'error')
  if (problem) {
    const row = problem.expected.find((candidate) => candidate.expected !== candidate.got)
    return row ? `${row.got}, needs ${row.expected}` : problem.title
  }
  return subtitleOf(node, definition, facts?.inputs)
}

function ThirdLine({
  itemKey,
  subject,
  override,
}: {
  itemKey: PathKey
  subject: Subject
  override: readonly number[]
}) {
  const document = useShownDocument()
  const { facts, costs } = subject
  if (subject.node?.bypassed) return <span className="module-cost">bypassed</span>
  if (facts?.status === 'waiting')
    return <span className="module-cost">{waitingFor(document, facts.waitsFor)}</span>
  if (facts?.status === 'unconnected') return <span className="module-cost">not connected</span>
  if (facts?.status === 'error') return <span className="module-cost">cost unknown</span>
  if (override.length > 0) {
    return (
      <span className="module-cost">
        {override.length === 1 ? `block ${override[0]} only` : `${override.length} blocks differ`}
      </span>
    )
  }
  const one = costs.oneAt(itemKey)
  const times = repeatAround(document, itemKey)
  if (one === null) return <span className="module-cost">not measured</span>
  return (
    <span className="module-cost" data-stale={costs.isStale || undefined}>
      {costs.isStale && '~'}
      {costs.print(one)}
      {times > 1 && ` ×${times}`}
    </span>
  )
}

/** Strokes of a merge's sign; a sum where the module says nothing. */
const signs: { readonly [mark: string]: string } = {
  '+': 'M9 5v8M5 9h8',
  '×': 'M6 6l6 6M12 6l-6 6',
  '=': 'M6 7h6M6 11h6',
}

function MergeSign({ mark = '+' }: { readonly mark: string | undefined }) {
  return (
    <svg className="module-merge" width={18} height={18} viewBox="0 0 18 18" aria-hidden="true">
      <circle cx={9} cy={9} r={7.6} />
      <path d={signs[mark]} />
    </svg>
  )
}

function Socket({
  itemKey,
  drop,
  isSelected,
}: {
  itemKey: PathKey
  drop: string | undefined
  isSelected: boolean
}) {
  const uses = repeatAround(useShownDocument(), itemKey)
  return (
    <div className="socket" data-drop={drop} data-selected={isSelected || undefined} aria-hidden="true">
      <span className="socket-caption">
        <span>Token mixer</span>
        <span className="socket-uses">
          {drop === 'over'
            ? `Replace, ${uses} ${uses === 1 ? 'use' : 'uses'}`
            : `${uses} ${uses === 1 ? 'use' : 'uses'}`}
        </span>
      </span>
    </div>
  )
}

/** Under a node of the row: its cost, or what it waits for. */
function RowCaption({ subject }: { readonly subject: Subject }) {
  const { facts, costs, node } = subject
  if (!facts || node?.type !== 'module') return null
  const value = costs.allAt(facts.path)
  if (facts.status === 'waiting') return <span className="row-caption">waits</span>
  if (value === null || value === 0) return null
  return (
    <span className="row-caption">
      {costs.isStale && '~'}
      {costs.print(value)}
    </span>
  )
}
