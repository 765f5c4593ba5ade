/** Lines around what contributes most: inside each lie the pixels that together hold a share of all contributions. */
import { contours } from 'd3-contour'
import { type ContributionMap, levelHolding, smoothed } from '../../../engine/index'
import type { Mark } from '../../figure/mapFigure'

/** Of the picture's longer side: strides leave a pattern in gradients whose lines would say nothing. */
const smoothing = 1 / 64

export function contourMarks(map: ContributionMap, shares: readonly number[]): readonly Mark[] {
  const { height, width } = map
  const soft = smoothed(map, Math.max(1, Math.max(height, width) * smoothing))
  const draw = contours().size([width, height]).smooth(true)
  return shares.map((share) => ({
    kind: 'contour',
    label: `${100 * share} %`,
    lines: draw
      .contour(Array.from(soft.values), levelHolding(soft, share))
      .coordinates.flatMap((polygon) => polygon.map((ring) => ring.map(([x = 0, y = 0]) => [x, y] as const))),
  }))
}
