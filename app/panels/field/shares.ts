/** The squares that hold given shares of all contributions. */
import { type ContributionMap, sideHolding } from '../../../engine/index'
import type { Area } from '../../figure/mapFigure'

/** A pixel of the picture. */
export interface Centre {
  readonly y: number
  readonly x: number
}

/** The thresholds of RepLKNet's table. Ding et al. 2022, https://arxiv.org/abs/2203.06717 */
export const shares: readonly number[] = [0.2, 0.3, 0.5, 0.99]

/** The square that holds this share, cut at the picture's edges. */
export function squareAround(map: ContributionMap, { y, x }: Centre, share: number): Area {
  const reach = (sideHolding(map, { y, x }, share) - 1) / 2
  return {
    left: Math.max(0, x - reach),
    top: Math.max(0, y - reach),
    right: Math.min(map.width, x + reach + 1),
    bottom: Math.min(map.height, y + reach + 1),
  }
}

/** 0..1 of the picture. */
export const shareOfPicture = (
  { left, top, right, bottom }: Area,
  { height, width }: { readonly height: number; readonly width: number },
): number => ((right - left) * (bottom - top)) / (height * width)
