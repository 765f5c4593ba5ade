/** A design as bars on a spine: which mixer each block has, whether an MLP follows, and how wide it is. */
import { type Document, findNode } from '../../engine/index'
import { stageSkeleton } from '../canvas/skeleton'
import type { Vertebra } from '../glyphs/Vertebrae'
import { analysisOf } from './derived'
import { type PathKey, pathOf } from './paths'

const skeletons = new WeakMap<Document, readonly (readonly Vertebra[])[]>()

/** The blocks of one group. */
export function blocksOf(document: Document, key: PathKey): readonly Vertebra[] {
  const group = findNode(document, pathOf(key))
  if (group?.type !== 'group') return []
  const { nodes } = analysisOf(document).lowered
  return stageSkeleton(document, key, group).blocks.map(({ mixer, hasMlp, path }) => ({
    mixer,
    hasMlp,
    channels: nodes.get(path)?.output?.at(-1) ?? 256,
  }))
}

/** The blocks of each stage in execution order; stem and head are left out. */
export function skeletonOf(document: Document): readonly (readonly Vertebra[])[] {
  let skeleton = skeletons.get(document)
  if (!skeleton) {
    const { nodes } = analysisOf(document).lowered
    const groups = document.graph.nodes.filter((node) => node.type === 'group')
    const order = [...nodes.keys()]
    skeleton = groups
      .toSorted((a, b) => order.indexOf(a.id) - order.indexOf(b.id))
      .map((group) => blocksOf(document, group.id))
      .filter((stage) => stage.length > 0)
    skeletons.set(document, skeleton)
  }
  return skeleton
}
