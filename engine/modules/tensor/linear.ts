import { linear as project } from '../../nn/linear'
import { autoInt, flag, number } from '../../schema/schema'
import { channelsOf } from '../layout'
import { defineModule } from '../module'

/**
 * One linear map for every position: y = x W + b. x [n, …, c] → [n, …, dim].
 *
 * Its weight is [dim, c] as PyTorch's linear layers keep it, or a bare matrix [c, dim] as in CLIP's projections.
 */
export const linear = defineModule({
  id: 'linear',
  title: 'Linear',
  kind: 'tensor',
  summary: 'The same linear map for every position: new channels as weighted sums of the old.',
  formula: 'y = x·W + b',
  inputs: ['x'],
  attrs: {
    dim: autoInt({ label: 'Channels', default: null, min: 1, max: 100000, auto: 'input × width factor' }),
    ratio: number({
      label: 'Width factor',
      help: 'Output channels as a multiple of the input’s.',
      default: 1,
      min: 0.015625,
      max: 64,
      when: { field: 'dim', is: null },
    }),
    bias: flag({ label: 'Bias', default: true }),
    asMatrix: flag({
      label: 'Kept as a matrix',
      help: 'Whether a checkpoint holds it as inputs × outputs, without a layer around it; the computation is the same.',
      default: false,
      when: { field: 'bias', is: false },
    }),
  },
  subtitle: ({ dim, ratio }, width) => `→ ${dim ?? (width === null ? `×${ratio}` : outWidth(width, ratio))}`,
  build(b, [x], { dim, ratio, bias, asMatrix }) {
    const width = channelsOf(x)
    const out = dim ?? outWidth(width, ratio)
    if (bias || !asMatrix) return project(b, x, { name: '', out, bias })
    const matrix = b.weight('', [width, out], { init: 'weight', fanIn: width })
    return b.dot(x, matrix, { contract: [[x.shape.length - 1], [0]] })
  },
})

const outWidth = (width: number, ratio: number): number => Math.max(1, Math.round(width * ratio))
