import { ShapeError } from '../../errors'
import type { Value } from '../../graph/graph'
import { conv2d } from '../../nn/conv2d'
import { averagePool } from '../../nn/pool'
import { autoInt, flag, int, slot } from '../../schema/schema'
import { divisorChoice } from '../divisors'
import { mapSizes } from '../layout'
import { defineModule } from '../module'
import { windowPattern } from '../reading'
import { halvingField, onStridedMap } from '../strided'

/**
 * A convolution in steps: the channels are split into parts, each of which is added to what the part before it gave
 * and convolved 3×3, so that later parts see wider; the last part, which may be narrower, passes as it is.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape, or half of it. Where parts stand apart (in the first block of a
 * stage) nothing is added up and the last part is averaged 3×3. MACs (s − 1)·9t(c/s)².
 * Gao et al. 2019, Res2Net, https://arxiv.org/abs/1904.01169; per channel, without norm: EdgeNeXt, Maaz et al. 2022,
 * https://arxiv.org/abs/2206.10589
 */
export const hierarchicalConv = defineModule({
  id: 'hierarchicalConv',
  title: 'Hierarchical convolution',
  shortTitle: 'Res2 conv',
  kind: 'mixer',
  summary: 'Parts of the channels are convolved one after the other, each with the result of the one before.',
  formula: 'yᵢ = σ(BN(Conv₃(xᵢ + yᵢ₋₁)))',
  paper: {
    title: 'Res2Net: A New Multi-scale Backbone Architecture',
    authors: 'Gao et al.',
    year: 2019,
    url: 'https://arxiv.org/abs/1904.01169',
  },
  inputs: ['x'],
  attrs: {
    scales: int({ label: 'Parts', help: 'The last one is not convolved.', default: 4, min: 2, max: 64 }),
    groups: autoInt({
      label: 'Groups',
      help: 'Of each convolution.',
      default: 1,
      min: 1,
      max: 256,
      auto: 'one per channel',
    }),
    apart: flag({ label: 'Apart', help: 'No part sees another; the last is averaged.', default: false }),
    stride: halvingField(),
    norm: slot({ label: 'Norm', of: 'norm', default: 'batchNorm' }),
    act: slot({ label: 'Activation', of: 'activation', default: 'relu' }),
    bias: flag({ label: 'Bias', default: false }),
  },
  pattern: windowPattern(7, (distance) => 1 - 0.7 * distance),
  family: 'convolution',
  subtitle: ({ scales, apart }) => `${scales} parts${apart ? ' apart' : ''}`,
  build: (b, [x], { scales, groups, apart, stride, norm, act, bias }) =>
    onStridedMap(b, 'hierarchicalConv', x, stride, (map) => {
      const { n, h, w, c } = mapSizes('hierarchicalConv', map)
      const width = Math.ceil(c / scales)
      if (width * (scales - 1) >= c) {
        throw new ShapeError(
          'GROUPS_DIVIDE',
          `hierarchicalConv: ${c} channels do not split into ${scales} parts; choose ${divisorChoice(c, scales)} parts`,
          [{ what: 'parts', expected: `a divisor of ${c}`, got: `${scales}` }],
        )
      }
      const part = (index: number) => {
        const from = index * width
        return b.slice(map, { start: [0, 0, 0, from], size: [n, h, w, Math.min(width, c - from)] })
      }
      const isApart = apart || stride > 1
      const done: Value[] = []
      for (let index = 0; index < scales - 1; index++) {
        const before = isApart ? undefined : done.at(-1)
        const y = conv2d(b, before ? b.add(before, part(index)) : part(index), {
          name: `convs.${index}`,
          out: width,
          kernel: 3,
          stride,
          padding: 1,
          groups: groups ?? width,
          bias,
        })
        done.push(b.module(act, `acts.${index}`, b.module(norm, `bns.${index}`, y)))
      }
      const last = part(scales - 1)
      const window = { kernel: 3, stride, padding: 1, countIncludePad: true }
      return b.concat([...done, isApart ? averagePool(b, last, window) : last], 3)
    }),
})
