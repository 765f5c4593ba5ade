import { ShapeError } from '../../errors'
import { int } from '../../schema/schema'
import { isMap, mapSizes, rankError } from '../layout'
import { defineModule } from '../module'

/**
 * Tokens in the order of their places inside ever smaller units: those of one unit lie evenly over the sequence, and each
 * 2×2 pooling is the largest over its first axis. x on a grid → tokens [n, h·w, c].
 * Ryali et al. 2023, Hiera, https://arxiv.org/abs/2306.00989
 */
export const maskUnitOrder = defineModule({
  id: 'maskUnitOrder',
  title: 'Mask-unit order',
  shortTitle: 'Unit order',
  kind: 'tensor',
  summary: 'Reorders the tokens so that units of the picture can be masked and pooled by simple slices.',
  formula: 'Y = X, place by place inside each unit',
  inputs: ['x'],
  attrs: {
    levels: int({ label: 'Poolings', help: 'Units are 2 to this power wide.', default: 3, min: 1, max: 6 }),
  },
  subtitle: ({ levels }) => `units of ${2 ** levels}×${2 ** levels}`,
  build(b, [x], { levels }) {
    const grid = isMap(x) ? { height: x.shape[1] ?? 1, width: x.shape[2] ?? 1, prefix: 0 } : x.grid
    if (!grid || grid.prefix > 0) throw rankError('maskUnitOrder', 'a map or its tokens', x.shape)
    const { height, width } = grid
    const side = 2 ** levels
    if (height % side !== 0 || width % side !== 0) {
      throw new ShapeError(
        'FIXED_SIZE',
        `maskUnitOrder: a map of ${height}×${width} is not made of units of ${side}×${side}; choose fewer poolings`,
        [{ what: 'map', expected: `multiples of ${side}`, got: `${height}×${width}` }],
      )
    }
    const [n, c] = [x.shape[0] ?? 1, x.shape.at(-1) ?? 1]
    let y = b.reshape(x, [n, height, width, c])
    for (let level = 0; level < levels; level++) {
      const { n: count, h, w } = mapSizes('maskUnitOrder', y)
      const cut = b.reshape(y, [count, h / 2, 2, w / 2, 2, c])
      y = b.reshape(b.transpose(cut, [0, 2, 4, 1, 3, 5]), [count * 4, h / 2, w / 2, c])
    }
    return b.reshape(y, [n, height * width, c])
  },
})
