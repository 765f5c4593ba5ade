/** Where the cells of a feature map lie on the picture: around the middles of what they read, a stride wide. */
import type { AxisField, ReceptiveField } from '../../../engine/index'

export interface Sides {
  readonly height: number
  readonly width: number
}

export interface CellLayout {
  /** All cells together, in pixels of the picture; padding can put the first and the last partly outside. */
  readonly area: {
    readonly left: number
    readonly top: number
    readonly right: number
    readonly bottom: number
  }
  /** Pixels from one cell to the next. */
  readonly stride: { readonly y: number; readonly x: number }
  /** `field`: as the receptive field says. `even`: the picture divided evenly, where every cell reads all of it. */
  readonly from: 'field' | 'even'
}

/** `field`: of the map, or of an earlier one on the same grid where the map itself reads everything. */
export function cellLayout(grid: Sides, field: ReceptiveField | null, picture: Sides): CellLayout {
  if (!field || !isOnGrid(field, grid, picture)) {
    return {
      area: { left: 0, top: 0, right: picture.width, bottom: picture.height },
      stride: { y: picture.height / grid.height, x: picture.width / grid.width },
      from: 'even',
    }
  }
  const [top, bottom] = ends(field.y, grid.height, picture.height)
  const [left, right] = ends(field.x, grid.width, picture.width)
  return {
    area: { left, top, right, bottom },
    stride: { y: (bottom - top) / grid.height, x: (right - left) / grid.width },
    from: 'field',
  }
}

/** Whether each position of the grid has a stride of its own, which steps over the picture once; less where layers do not pad. */
export const isOnGrid = ({ y, x }: ReceptiveField, grid: Sides, picture: Sides): boolean =>
  steps(y, grid.height, picture.height) && steps(x, grid.width, picture.width)

const steps = ({ stride, size }: AxisField, count: number, side: number): boolean =>
  Number.isFinite(size) &&
  (count === 1 || (stride > 0 && stride * count <= side + 2 * stride && stride * count >= side / 2))

/** A single position has no stride: it stands for the whole side. */
function ends({ centre, stride }: AxisField, count: number, side: number): readonly [number, number] {
  if (count === 1) return [0, side]
  const first = centre - stride / 2
  return [first, first + stride * count]
}

/** `16 px`, `8 × 4 px`: between cells, down and across. */
export function strideWords({ stride: { y, x } }: CellLayout): string {
  const text = (value: number) => String(Number(value.toFixed(2)))
  return y === x ? `${text(y)} px` : `${text(y)} × ${text(x)} px`
}
