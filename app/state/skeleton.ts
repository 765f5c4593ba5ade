/** A design as bars on a spine: which mixer each block has, whether an MLP follows, and how wide it is. */
import type { Document } from '../../engine/index'
import { stageSkeleton } from '../canvas/skeleton'
import type { Vertebra } from '../glyphs/Vertebrae'
import { analysisOf } from './derived'

const skeletons = new WeakMap<Document, readonly (readonly Vertebra[])[]>()

/** The blocks of each stage in execution order; stem and head are left out. */
export function skeletonOf(document: Document): readonly (readonly Vertebra[])[] {
  let skeleton = skeletons.get(document)
  if (!skeleton) {
    const { nodes } = analysisOf(document).lowered
    const groups = document.graph.nodes.filter((node) => node.type === 'group')
    const order = [...nodes.keys()]
    skeleton = groups
      .toSorted((a, b) => order.indexOf(a.id) - order.indexOf(b.id))
      .map((group) =>
        stageSkeleton(document, group.id, group).blocks.map(({ mixer, hasMlp, path }) => ({
          mixer,
          hasMlp,
          channels: nodes.get(path)?.output?.at(-1) ?? 256,
        })),
      )
      .filter((stage) => stage.length > 0)
    skeletons.set(document, skeleton)
  }
  return skeleton
}
