/** Rotary positions: queries and keys turn by angles of where they lie, so that their product knows the distance. */
import { ShapeError } from '../errors'
import type { Grid, Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import { autoInt, choice, number } from '../schema/schema'
import { rankError } from './layout'
import { places } from './pairs'

export const rotaryFields = () => ({
  rotary: choice({
    label: 'Rotation',
    help: 'Turns queries and keys by angles of their row and column: rotary positions (RoPE).',
    default: 'none',
    options: [
      { value: 'none', label: 'None' },
      { value: 'rows', label: 'Half the channels by row, then by column' },
      { value: 'columns', label: 'Half the channels by column, then by row' },
      { value: 'centred', label: 'By row, then column, from the centre' },
    ],
  }),
  wavelength: number({
    label: 'Wavelengths',
    help: 'How much slower the slowest pair of channels turns than the fastest.',
    default: 10000,
    min: 1,
    max: 1e6,
  }),
  trainedSide: autoInt({
    label: 'Trained side',
    help: 'Places count as on a grid of this side, the one that the model was trained with.',
    default: null,
    min: 1,
    max: 512,
    auto: 'this grid',
  }),
})

interface Rotation {
  readonly rotary: 'rows' | 'columns' | 'centred'
  readonly wavelength: number
  readonly trainedSide: number | null
}

/**
 * Pairs of neighbouring channels turned by p·w⁻ᵏ: x [n, t, h, d] → the same shape. The first half of the pairs goes by
 * one axis of the grid and the second by the other, k from 0 to 1; tokens before the grid stay as they are.
 * From the centre, places count as shares of the map, and channels half a head apart are the pairs (DINOv3, Siméoni et al.
 * 2025, https://arxiv.org/abs/2508.10104). Su et al. 2021, https://arxiv.org/abs/2104.09864; on images: Fang et al. 2023, EVA-02, https://arxiv.org/abs/2303.11331
 */
export function rotated(b: ModuleBuilder, x: Value, grid: Grid | null, rotation: Rotation): Value {
  const [n = 1, t = 1, heads = 1, d = 1] = x.shape
  if (!grid) throw rankError('rotary positions', 'a map or tokens that lie on a grid', x.shape)
  if (d % 4 !== 0) {
    throw new ShapeError(
      'HEADS_DIVIDE',
      `rotary positions: ${d} channels per head do not split into pairs for rows and for columns; choose a head width that 4 divides`,
      [{ what: 'head width', expected: 'a multiple of 4', got: `${d}` }],
    )
  }
  const angles = anglesOf(grid, d / 4, rotation)
  // DINOv3 pairs a channel with the one half a head further; the others pair neighbours.
  const axis = rotation.rotary === 'centred' ? 3 : 4
  const ofPairs = (pairs: number) => (axis === 3 ? [2, pairs] : [pairs, 2])
  const table = (of: (angle: number) => number) =>
    b.constant(angles.map(of), [1, t, 1, ...(axis === 3 ? [1, d / 2] : [d / 2, 1])])
  const pairs = b.reshape(x, [n, t, heads, ...ofPairs(d / 2)])
  const turned = b.mul(b.reverse(pairs, [axis]), b.constant([-1, 1], [1, 1, 1, ...ofPairs(1)]))
  const sum = b.add(b.mul(pairs, table(Math.cos)), b.mul(turned, table(Math.sin)))
  return b.reshape(sum, [n, t, heads, d])
}

/** Token by token, the angle of every pair of channels. */
function anglesOf(
  { height, width, prefix }: Grid,
  bands: number,
  { rotary, wavelength, trainedSide }: Rotation,
): number[] {
  const { rows, columns } = places(height, width)
  const scaled = (at: number, side: number) => {
    // All of the map is one turn in each direction from its centre.
    if (rotary === 'centred') return 2 * Math.PI * ((2 * (at + 0.5)) / side - 1)
    return trainedSide === null ? at : (at / side) * trainedSide
  }
  const speeds = Array.from({ length: bands }, (_, band) => wavelength ** (-band / bands))
  const before = Array.from({ length: prefix * 2 * bands }, () => 0)
  return rows.reduce((angles, row, place) => {
    const [y, x] = [scaled(row, height), scaled(columns[place] ?? 0, width)]
    for (const at of rotary === 'columns' ? [x, y] : [y, x])
      for (const speed of speeds) angles.push(at * speed)
    return angles
  }, before)
}
