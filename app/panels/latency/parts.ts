/** Measured time by part of the design: one row per layer of the document, sorted. */
import type { Analysis } from '../../../engine/index'
import type { MeasuredCosts } from '../../state/derived'

export interface Part {
  readonly path: string
  readonly name: string
  readonly ms: number
  /** Of the sum of all parts. */
  readonly share: number
  readonly instances: number
}

/** Only layers that own time; a layer fused into another one has none of its own. */
export function partsOf(analysis: Analysis, costs: MeasuredCosts): readonly Part[] {
  return analysis.layers
    .flatMap(({ path, instances }): Part[] => {
      const ms = costs.byPath.get(path)
      if (ms === undefined || ms <= 0) return []
      return [{ path, name: shortName(path), ms, share: ms / costs.total, instances }]
    })
    .sort((a, b) => b.ms - a.ms)
}

/** `stages.2 token_mixer`: the stage and the part, without the block in between. */
function shortName(path: string): string {
  const ids = path.split('/')
  return ids.length > 2 ? `${ids[0]} ${ids.at(-1)}` : ids.join(' ')
}

/** A height for the nth dot of a strip, so that equal times do not hide each other; the same on every drawing. */
export const jitterOf = (index: number): number => 0.2 + 0.6 * ((index * 0.618034) % 1)
