/** A design as bars on a spine: which mixer each block has, whether an MLP follows, and how wide it is. */
import { type Analysis, type Document, findNode } from '../../engine/index'
import { stageSkeleton } from '../canvas/skeleton'
import type { Vertebra } from '../glyphs/Vertebrae'
import { analysisOf } from './derived'
import { type PathKey, pathOf } from './paths'

/** The blocks of one group. */
export function blocksOf(
  document: Document,
  key: PathKey,
  analysis = analysisOf(document),
): readonly Vertebra[] {
  const group = findNode(document, pathOf(key))
  if (group?.type !== 'group') return []
  return stageSkeleton(document, key, group).blocks.map(({ mixer, hasMlp, path }) => ({
    mixer,
    hasMlp,
    channels: analysis.lowered.nodes.get(path)?.output?.at(-1) ?? 256,
  }))
}

/** The blocks of each stage in execution order; stem and head are left out. */
export function skeletonFrom(document: Document, analysis: Analysis): readonly (readonly Vertebra[])[] {
  const groups = document.graph.nodes.filter((node) => node.type === 'group')
  const order = [...analysis.lowered.nodes.keys()]
  return groups
    .toSorted((a, b) => order.indexOf(a.id) - order.indexOf(b.id))
    .map((group) => blocksOf(document, group.id, analysis))
    .filter((stage) => stage.length > 0)
}

export const skeletonOf = (document: Document): readonly (readonly Vertebra[])[] =>
  skeletonFrom(document, analysisOf(document))
