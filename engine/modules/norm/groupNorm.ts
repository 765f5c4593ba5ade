import { ShapeError } from '../../errors'
import { groupNorm as normalize } from '../../nn/groupNorm'
import { int } from '../../schema/schema'
import { divisorChoice } from '../divisors'
import { channelsOf } from '../layout'
import { defineModule } from '../module'
import { epsField } from './fields'

/**
 * Channels are split into groups; each group is normalised over its channels and all positions.
 *
 * x [n, …, c] → the same shape. One group: PoolFormer's norm; as many groups as channels: InstanceNorm.
 * Throws ShapeError when the channels do not split evenly. Wu, He 2018, https://arxiv.org/abs/1803.08494
 */
export const groupNorm = defineModule({
  id: 'groupNorm',
  title: 'GroupNorm',
  kind: 'norm',
  summary: 'Normalises groups of channels over all positions of one picture: independent of the batch.',
  formula: 'y = (x − μ)/√(σ² + ε)·γ + β,  μ, σ² over h, w and c/g channels',
  paper: {
    title: 'Group Normalization',
    authors: 'Wu, He',
    year: 2018,
    url: 'https://arxiv.org/abs/1803.08494',
  },
  inputs: ['x'],
  attrs: {
    groups: int({
      label: 'Groups',
      help: 'Must divide the channels; 1 is PoolFormer’s norm.',
      default: 32,
      min: 1,
      max: 4096,
    }),
    eps: epsField(1e-5),
  },
  subtitle: ({ groups }) => (groups === 1 ? 'one group' : `${groups} groups`),
  build(b, [x], { groups, eps }) {
    const channels = channelsOf(x)
    if (channels % groups !== 0) {
      throw new ShapeError(
        'GROUPS_DIVIDE',
        `groupNorm: ${channels} channels do not split into ${groups} groups; choose ${divisorChoice(channels, groups)} groups`,
        [{ what: 'groups', expected: `a divisor of ${channels}`, got: `${groups}` }],
      )
    }
    return normalize(b, x, { groups, eps })
  },
})
