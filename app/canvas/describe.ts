/** Nodes, edges and shapes in words: what is drawn, what is read aloud, what tests ask for. */

import type { Analysis } from '../../engine/index'
import {
  completeAttributes,
  type Diagnostic,
  type Document,
  type DocumentNode,
  findModule,
  IN,
  type ModuleDefinition,
  type ModuleKind,
  type ModuleNode,
} from '../../engine/index'
import { titleOf } from '../commands/subject'
import { kindWords } from '../glyphs/roles'
import { factsAt } from '../state/derived'
import { childOf, type PathKey, parentOf } from '../state/paths'
import { formatShape } from '../ui/formatNumber'
import { nodeAt } from './scene'
import { stageSkeleton } from './skeleton'

type Shape = readonly number[]

/** The tensor that leaves a node, or that enters a graph. */
export function shapeFrom(document: Document, analysis: Analysis, graph: PathKey, id: string): Shape | null {
  if (id !== IN) return factsAt(analysis, childOf(graph, id))?.output ?? null
  if (graph !== '') return factsAt(analysis, graph)?.inputs[0] ?? null
  const { height, width, channels } = document.input
  return [1, height, width, channels]
}

export const bytesOf = (shape: Shape): number => shape.reduce((product, side) => product * side, 4)
export const isTokens = (shape: Shape | null): boolean => shape?.length === 3

export function moduleTitle(node: ModuleNode): string {
  if (node.title !== undefined) return node.title
  const definition = findModule(node.module)
  if (!definition) return node.module
  return definition.shortTitle ?? definition.title
}

/** timm's ResNets number their blocks: a bare number says too little. */
export const groupTitle = (node: DocumentNode): string =>
  node.title === undefined && /^\d+$/.test(node.id) ? 'Block' : titleOf(node)

/** Second line of a node: its main setting. */
export function subtitleOf(
  node: ModuleNode,
  definition: ModuleDefinition | undefined,
  inputs: readonly (Shape | null)[] | undefined,
): string {
  if (!definition) return 'unknown module'
  const dim = inputs?.[0]?.at(-1) ?? null
  try {
    // Narrow nodes: arrows stand close.
    return (definition.subtitle?.(completeAttributes(definition.attrs, node.attrs), dim) ?? '').replace(
      / → /g,
      '→',
    )
  } catch {
    // An attribute that does not fit its schema has a diagnostic of its own.
    return ''
  }
}

/** A stage's mixers in a word: `Attention`, or `SepConv, …` when they differ. */
export function mixerWord(document: Document, key: PathKey): string {
  const node = nodeAt(document, key)
  if (node?.type !== 'group') return ''
  const names = [
    ...new Set(stageSkeleton(document, key, node).mixers.map(({ module }) => shortTitle(module))),
  ]
  const [first, ...others] = names
  return first === undefined ? '' : others.length ? `${first}, …` : first
}

const shortTitle = (module: string): string => {
  const definition = findModule(module)
  return definition?.shortTitle ?? definition?.title ?? module
}

function blockCount(document: Document, key: PathKey): number {
  const node = nodeAt(document, key)
  return node?.type === 'group' ? stageSkeleton(document, key, node).blocks.length : 1
}

/** How a node on the row is called: there is little room. */
export function rowTitle(node: ModuleNode, kind: ModuleKind | null, output: Shape | null): string {
  if (node.title !== undefined) return node.title
  if (kind === 'stem') return 'Stem'
  if (kind === 'head') return output ? `Head ${output.at(-1)}` : 'Head'
  return kind === 'norm' ? normTitle(node) : shortTitle(node.module)
}

/** `LN`, `BN`: a pill has room for one short word. */
export function normTitle(node: ModuleNode): string {
  if (node.title !== undefined) return node.title
  const capitals = moduleTitle(node).replace(/[^A-Z]/g, '')
  return capitals.length === 2 || capitals.length === 3 ? capitals : 'Norm'
}

/** `Attention, 10 heads of 32, 14×14×320, 0.21 ms`: a node's accessible name. */
export function spokenNode(
  document: Document,
  analysis: Analysis,
  key: PathKey,
  cost: string | null,
  problems: readonly Diagnostic[],
): string {
  const node = nodeAt(document, key)
  if (!node) return key
  const facts = factsAt(analysis, key)
  const parts = [node.type === 'group' ? groupTitle(node) : titleOf(node)]
  if (node.type === 'module') {
    const definition = findModule(node.module)
    const kind = definition ? kindWords[definition.kind].one : 'Unknown module'
    if (!parts[0]?.toLowerCase().includes(kind.toLowerCase())) parts.push(kind.toLowerCase())
    parts.push(subtitleOf(node, definition, facts?.inputs))
  } else {
    const count = blockCount(document, key)
    parts.push(count === 1 ? '1 block' : `${count} blocks`, mixerWord(document, key))
  }
  if (facts?.output) parts.push(formatShape(facts.output))
  if (cost !== null) parts.push(cost)
  if (node.bypassed) parts.push('bypassed')
  if (facts?.status === 'waiting') parts.push(waitingFor(document, facts.waitsFor))
  if (facts?.status === 'unconnected') parts.push('not connected')
  const first = problems[0]
  if (first) parts.push(first.message)
  return parts.filter((part) => part !== '').join(', ')
}

export function waitingFor(document: Document, path: string | undefined): string {
  const node = path === undefined ? undefined : nodeAt(document, path)
  return node ? `waits for ${titleOf(node)}` : 'waits'
}

/** Instances of the group around a node whose settings differ there, counted from 0 as in their paths. */
export function overriddenBlocks(document: Document, key: PathKey): readonly number[] {
  for (let group = parentOf(key); group !== ''; group = parentOf(group)) {
    const node = nodeAt(document, group)
    if (node?.type !== 'group' || !node.overrides) continue
    const inner = key.slice(group.length + 1)
    const blocks = Object.entries(node.overrides).flatMap(([index, paths]) =>
      inner in paths ? [Number(index)] : [],
    )
    if (blocks.length) return blocks
  }
  return []
}

/** The nearest repeated group around a node, and how often its body runs. */
export function repeatAround(document: Document, key: PathKey): number {
  let repeat = 1
  for (let group = parentOf(key); group !== ''; group = parentOf(group)) {
    const node = nodeAt(document, group)
    if (node?.type === 'group') repeat *= node.repeat
  }
  return repeat
}
