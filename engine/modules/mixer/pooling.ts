import { ShapeError } from '../../errors'
import { averagePool } from '../../nn/pool'
import { int } from '../../schema/schema'
import { onMap } from '../layout'
import { defineModule } from '../module'
import { windowPattern } from '../reading'

/**
 * Token mixing by averaging neighbours, minus the token itself (the residual adds it again): Y = AvgPool(X) − X.
 *
 * x [n, h, w, c] → the same shape. Padding does not count in the average. Throws ShapeError for an even window,
 * which has no middle.
 * Yu et al. 2022, MetaFormer Is Actually What You Need for Vision, https://arxiv.org/abs/2111.11418
 */
export const pooling = defineModule({
  id: 'pooling',
  title: 'Pooling',
  kind: 'mixer',
  summary: 'Averages each token with its neighbours: no weights, no attention, and PoolFormer still works.',
  formula: 'Y = AvgPoolₖ(X) − X',
  paper: {
    title: 'MetaFormer Is Actually What You Need for Vision',
    authors: 'Yu et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2111.11418',
  },
  keywords: ['average pooling', 'PoolFormer'],
  inputs: ['x'],
  attrs: {
    poolSize: int({
      label: 'Window',
      help: 'Side of the averaged square, odd.',
      default: 3,
      min: 1,
      max: 31,
      step: 2,
    }),
  },
  pattern: windowPattern(3),
  family: 'pooling',
  subtitle: ({ poolSize }) => `${poolSize}×${poolSize} average`,
  build: (b, [x], { poolSize }) =>
    onMap(b, 'pooling', x, (map) => {
      if (poolSize % 2 === 0) throw evenWindow(poolSize)
      const average = b.part('pool', () =>
        averagePool(b, map, {
          kernel: poolSize,
          stride: 1,
          padding: (poolSize - 1) / 2,
          countIncludePad: false,
        }),
      )
      return b.sub(average, map)
    }),
})

function evenWindow(size: number): ShapeError {
  return new ShapeError(
    'ATTRIBUTE',
    `pooling: a window of ${size}×${size} has no middle token; choose ${size - 1} or ${size + 1}`,
    [{ what: 'poolSize', expected: 'an odd number', got: `${size}` }],
  )
}
