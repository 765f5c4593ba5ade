import type { Value } from '../../graph/graph'
import { conv2d } from '../../nn/conv2d'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { resize } from '../../nn/resample'
import { int } from '../../schema/schema'
import { narrowHeadFields, normedLinear } from '../distanceHeads'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'
import { distanceBias } from '../relativeBias'
import { acrossHeads, scoredAttention } from '../scores'

/**
 * Global attention whose values also look at their neighbours, and whose heads hear each other:
 * Y = BN(σ(P₂ softmax(P₁(Q Kᵀ/√k + B)) V + DW₃(V)) Wₒ). With a stride all of it happens on a smaller map,
 * which is enlarged again before the projection.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. Parameters c·h·k(2 + 2r) + 9·h·k·r + 2(h² + h) + biases and norms.
 * Li et al. 2022, EfficientFormerV2, https://arxiv.org/abs/2212.08059
 */
export const localValueAttention = defineModule({
  id: 'localValueAttention',
  title: 'Attention with local values',
  shortTitle: 'Local values',
  kind: 'mixer',
  summary: 'Global attention on a map that may be halved first; its values also pass a 3×3 convolution.',
  formula: 'Y = BN(σ(P₂·softmax(P₁·(Q·Kᵀ/√k + B))·V + DW₃(V))·Wₒ)',
  paper: {
    title: 'Rethinking Vision Transformers for MobileNet Size and Speed',
    authors: 'Li et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2212.08059',
  },
  inputs: ['x'],
  attrs: {
    ...narrowHeadFields({ valueRatio: 4, act: 'gelu', bias: true, weights: 'conv' }),
    heads: int({ label: 'Heads', help: 'Any number.', default: 8, min: 1, max: 128 }),
    stride: int({
      label: 'Stride',
      help: '2 attends on half of the rows and columns.',
      default: 2,
      min: 1,
      max: 8,
    }),
  },
  pattern: (row, column) =>
    Math.max(Math.abs(row - 4), Math.abs(column - 4)) <= 1 ? 1 : (row + column) % 2 === 0 ? 0.4 : 0.2,
  family: 'attention',
  subtitle: ({ heads, keyDim, stride }) =>
    `${heads} heads, keys of ${keyDim}${stride > 1 ? `, map ÷${stride}` : ''}`,
  build: (b, [x], { heads, keyDim, valueRatio, stride, act, ...attrs }) =>
    onMap(b, 'localValueAttention', x, (map) => {
      const { n, h, w, c } = mapSizes('localValueAttention', map)
      const { norm } = attrs
      const local = (name: string, y: Value, step: number) =>
        b.part(name, () => b.module(norm, 'bn', depthwise(b, y, step)))
      const read = stride > 1 ? local('stride_conv', map, stride) : map
      const [height, width] = [read.shape[1] ?? h, read.shape[2] ?? w]
      const valueDim = Math.floor(valueRatio * keyDim)
      const projected = (name: string, size: number) =>
        normedLinear(b, read, { ...attrs, name, out: heads * size })
      const perHead = (y: Value, size: number) => b.reshape(y, [n, height * width, heads, size])
      const [q, k] = [projected('q', keyDim), projected('k', keyDim)]
      const v = projected('v', valueDim)
      const bias = distanceBias(b, heads, { height, width })
      const mixed = scoredAttention(
        b,
        { q: perHead(q, keyDim), k: perHead(k, keyDim), v: perHead(v, valueDim) },
        {
          scale: keyDim ** -0.5,
          before: (scores) => acrossHeads(b, b.add(scores, bias), { ...attrs, name: 'talking_head1' }),
          after: (probabilities) => acrossHeads(b, probabilities, { ...attrs, name: 'talking_head2' }),
        },
      )
      const both = b.add(b.reshape(mixed, v.shape), local('v_local', v, 1))
      const whole = stride > 1 ? resize(b, both, { height: h, width: w, mode: 'bilinear' }) : both
      return normedLinear(b, b.module(act, 'act', whole), { ...attrs, name: 'proj', out: c })
    }),
})

function depthwise(b: ModuleBuilder, x: Value, stride: number): Value {
  const { c } = mapSizes('localValueAttention', x)
  return conv2d(b, x, { name: 'conv', out: c, kernel: 3, stride, padding: 1, groups: c, bias: true })
}
