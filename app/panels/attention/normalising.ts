/** The range that maps share, as the person chose it. */
import type { Cells } from '../../figure/mapFigure'
import { rangeOver, type ValueRange } from '../../figure/ranges'
import type { Normalisation } from '../../state/attentionStore'

const overWords = { map: 'per map', layer: 'per layer', all: 'over all layers' } as const

/** `peers`: the maps that share the range; asked for only when they do. */
export function normalisedRange(
  own: Cells,
  { over, isLog, isClipped, kept }: Normalisation,
  peers: (over: 'layer' | 'all') => readonly Cells[],
): ValueRange {
  const maps = over === 'map' ? [own] : [own, ...peers(over)]
  const range = rangeOver(maps, {
    scale: { kind: isLog ? 'log' : 'linear' },
    beyond: isClipped ? 0.01 : 0,
    over: overWords[over],
  })
  return kept < 1
    ? { ...range, words: `${range.words}, strongest ${Math.round(100 * kept)} % of the mass` }
    : range
}
