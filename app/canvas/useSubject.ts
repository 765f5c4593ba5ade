/** All that a node component draws, read from the stores by its path. */
import {
  type Diagnostic,
  type Document,
  type DocumentNode,
  findModule,
  type ModuleDefinition,
  type NodeFacts,
} from '../../engine/index'
import { factsAt, problemsByPath, useAnalysis, useShownAnalysis, useShownDocument } from '../state/derived'
import type { PathKey } from '../state/paths'
import { useSessionStore } from '../state/sessionStore'
import { useCanvasStore } from './canvasStore'
import { type Costs, useCosts } from './costs'
import { spokenNode } from './describe'
import { nodeAt } from './scene'
import { groupAt } from './skeleton'

export interface Subject {
  readonly node: DocumentNode | undefined
  readonly definition: ModuleDefinition | undefined
  readonly facts: NodeFacts | undefined
  readonly problems: readonly Diagnostic[]
  readonly costs: Costs
  readonly isSelected: boolean
  /** Tab leads here. */
  readonly isTabStop: boolean
  readonly label: string
}

const none: readonly Diagnostic[] = []

export function useSubject(key: PathKey): Subject {
  const document = useShownDocument()
  const analysis = useShownAnalysis()
  const committed = useAnalysis()
  const costs = useCosts()
  const isSelected = useSessionStore((state) => state.selection.includes(key))
  const isTabStop = useCanvasStore((state) => state.focused === key)
  const instance = useSessionStore((state) => state.instance)
  const node = asInInstance(document, key, instance)
  const problems = problemsByPath(committed).get(key) ?? none
  const one = costs.oneAt(key)
  return {
    node,
    definition: node?.type === 'module' ? findModule(node.module) : undefined,
    facts: factsAt(analysis, key),
    problems,
    costs,
    isSelected,
    isTabStop,
    label: spokenNode(document, analysis, key, one === null ? null : costs.print(one), problems),
  }
}

/** While one block is edited its nodes show what they are there. */
function asInInstance(
  document: Document,
  key: PathKey,
  instance: { readonly group: PathKey; readonly index: number } | null,
): DocumentNode | undefined {
  const node = nodeAt(document, key)
  if (!instance || node?.type !== 'module' || !key.startsWith(`${instance.group}/`)) return node
  const own = groupAt(document, instance.group)?.overrides?.[instance.index]?.[
    key.slice(instance.group.length + 1)
  ]
  if (!own) return node
  const module = own.module ?? node.module
  const kept = module === node.module ? node.attrs : {}
  return { ...node, module, attrs: { ...kept, ...own.attrs } }
}

/** How a node stands, for its border: the first that holds. */
export function stateOf({
  facts,
  node,
  problems,
}: Subject): 'error' | 'waiting' | 'unconnected' | 'bypassed' | 'ok' {
  if (node?.bypassed) return 'bypassed'
  if (facts?.status === 'unconnected') return 'unconnected'
  if (
    facts?.status === 'error' ||
    facts?.status === 'unknown' ||
    problems.some((problem) => problem.severity === 'error')
  ) {
    return 'error'
  }
  return facts?.status === 'waiting' ? 'waiting' : 'ok'
}
