import { linear as project } from '../../nn/linear'
import { autoInt, flag } from '../../schema/schema'
import { channelsOf } from '../layout'
import { defineModule } from '../module'

/** One linear map for every position: y = x W + b. x [n, …, c] → [n, …, dim]. */
export const linear = defineModule({
  id: 'linear',
  title: 'Linear',
  kind: 'tensor',
  summary: 'The same linear map for every position: new channels as weighted sums of the old.',
  formula: 'y = x·W + b',
  inputs: ['x'],
  attrs: {
    dim: autoInt({ label: 'Channels', default: null, min: 1, max: 100000, auto: 'as the input' }),
    bias: flag({ label: 'Bias', default: true }),
  },
  subtitle: ({ dim }, width) => `→ ${dim ?? width ?? 'same'}`,
  build: (b, [x], { dim, bias }) => project(b, x, { name: '', out: dim ?? channelsOf(x), bias }),
})
