import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { choice, flag, int } from '../../schema/schema'
import { kernelAttention } from '../kernelAttention'
import { onTokens, tokenSizes } from '../layout'
import { defineModule } from '../module'

/**
 * Attention of one head that leaves with fewer channels than it came with. The input does not fit into a residual sum any
 * more, so the values take its place: Y = V + A(Q, K, V)·W.
 *
 * x [n, t, c] or [n, h, w, c] → [n, t, dim] or a map. A is softmax(QKᵀ/√c)V, or Performer's estimate of it by m fixed
 * random features, φ(x) = exp(ωx − |x|²/2)/√m. MACs 3t·c·dim + t·dim² and 2t²·dim, or t·m·(4·dim + 1).
 * Yuan et al. 2021, Tokens-to-Token ViT, https://arxiv.org/abs/2101.11986
 */
export const narrowingAttention = defineModule({
  id: 'narrowingAttention',
  title: 'Narrowing attention',
  shortTitle: 'Narrowing',
  kind: 'tensor',
  summary:
    'Long tokens look at each other once and become short ones; their values stand in for the shortcut.',
  formula: 'Y = V + softmax(Q·Kᵀ/√c)·V·Wₒ',
  paper: {
    title: 'Tokens-to-Token ViT: Training Vision Transformers from Scratch on ImageNet',
    authors: 'Yuan et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2101.11986',
  },
  inputs: ['x'],
  attrs: {
    dim: int({ label: 'Channels', help: 'Width of the result.', default: 64, min: 2, max: 4096 }),
    kernel: choice({
      label: 'Weights',
      help: 'All pairs are compared, or keys and values are summed up once.',
      default: 'softmax',
      options: [
        { value: 'softmax', label: 'Softmax' },
        { value: 'favor', label: 'Random features (Performer)' },
      ],
    }),
    bias: flag({ label: 'Bias of Q, K, V', default: false }),
  },
  subtitle: ({ dim, kernel }) => `→ ${dim}${kernel === 'favor' ? ', random' : ''}`,
  build: (b, [x], { dim, kernel, bias }) =>
    onTokens(b, 'narrowingAttention', x, (tokens) => {
      const { n, t, c } = tokenSizes('narrowingAttention', tokens)
      // Performer's code has the keys first.
      const isRandom = kernel === 'favor'
      const name = isRandom ? 'kqv' : 'qkv'
      const all = linear(b, tokens, { name, out: 3 * dim, bias })
      const part = (index: number) => b.slice(all, { start: [0, 0, index * dim], size: [n, t, dim] })
      const oneHead = (y: Value) => b.reshape(y, [n, t, 1, y.shape.at(-1) ?? 1])
      const v = part(2)
      const mixed = isRandom
        ? estimated(b, { q: part(1), k: part(0), v }, oneHead)
        : attend(b, oneHead(part(0)), oneHead(part(1)), oneHead(v), c ** -0.5)
      return b.add(v, linear(b, b.reshape(mixed, [n, t, dim]), { name: 'proj', out: dim, bias: true }))
    }),
})

interface Projected {
  readonly q: Value
  readonly k: Value
  readonly v: Value
}

function estimated(b: ModuleBuilder, { q, k, v }: Projected, oneHead: (y: Value) => Value): Value {
  const dim = v.shape.at(-1) ?? 1
  const count = Math.floor(dim / 2)
  const omega = b.weight('w', [count, dim], {
    init: { a: 0, b: Math.sqrt((3 * count) / dim) },
    role: 'frozen',
  })
  const features = (y: Value) => {
    const along = b.dot(y, omega, { contract: [[2], [1]] })
    const energy = b.mul(b.sum(b.square(y), [2]), 0.5)
    return oneHead(b.mul(b.exp(b.sub(along, energy)), count ** -0.5))
  }
  return kernelAttention(b, { q: features(q), k: features(k), v: oneHead(v) }, 1e-8)
}
