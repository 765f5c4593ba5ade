import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { layerNorm } from '../../nn/layerNorm'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { headCount, headFields, splitHeads } from '../heads'
import { tokenSizes, toTokens } from '../layout'
import { defineModule } from '../module'

/**
 * A few tokens that stand for the picture talk to each other, gather from all pixels, and pass an MLP, each step with a norm before
 * and a scale per channel after it: s ← s + γ₁·SA(s); s ← s + γ₂·softmax(Q_s Kᵀ/√d)V; s ← s + γ₃·MLP(s).
 *
 * semantics [n, m, c], pixels [n, t, c] or a map → [n, m, c]. MACs 14mc² + 2tc² + 2m²c + 2mtc: linear in t.
 * Yao et al. 2022, Dual Vision Transformer, https://arxiv.org/abs/2207.04976
 */
export const semanticUpdate = defineModule({
  id: 'semanticUpdate',
  title: 'Semantic pathway',
  shortTitle: 'Semantic path',
  kind: 'tensor',
  summary:
    'Semantic tokens talk to each other and then gather from all pixels, at a cost that grows linearly.',
  formula: 's ← s + γ₁·SA(s);  s ← s + γ₂·softmax(Q_s·Kᵀ/√d)·V;  s ← s + γ₃·MLP(s)',
  paper: {
    title: 'Dual Vision Transformer',
    authors: 'Yao et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2207.04976',
  },
  inputs: ['semantics', 'pixels'],
  attrs: headFields(),
  subtitle: headCount,
  build(b, [semantics, pixels], attrs) {
    const { n, t: m, c } = tokenSizes('semanticUpdate', semantics)
    const x = toTokens(b, 'semanticUpdate', pixels)
    const { t } = tokenSizes('semanticUpdate', x)
    const { heads, headDim } = splitHeads('semanticUpdate', c, attrs)
    const width = heads * headDim
    const part = (y: Value, index: number, count: number) =>
      b.reshape(b.slice(y, { start: [0, 0, index * width], size: [n, count, width] }), [
        n,
        count,
        heads,
        headDim,
      ])
    const scored = (q: Value, k: Value, v: Value) =>
      b.reshape(attend(b, q, k, v, headDim ** -0.5), [n, m, width])
    const talked = b.part('talk', () => {
      const qkv = b.part('qkv_proxy', () =>
        linear(b, normed(b, semantics, '0'), { name: '1', out: 3 * width, bias: true }),
      )
      return scored(part(qkv, 0, m), part(qkv, 1, m), part(qkv, 2, m))
    })
    const first = b.add(semantics, scaled(b, talked, 'gamma1'))
    const gathered = b.part('gather', () => {
      const q = linear(b, normed(b, first, 'q_proxy_ln'), { name: 'q_proxy', out: width, bias: true })
      const kv = linear(b, x, { name: 'kv_proxy', out: 2 * width, bias: true })
      return scored(part(q, 0, m), part(kv, 0, t), part(kv, 1, t))
    })
    const second = b.add(first, scaled(b, gathered, 'gamma2'))
    const mixed = b.part('mlp_proxy', () => {
      const hidden = linear(b, normed(b, second, 'ln'), { name: '0', out: 4 * c, bias: true })
      return linear(b, b.relu(hidden), { name: '2', out: c, bias: true })
    })
    return b.add(second, scaled(b, mixed, 'gamma3'))
  },
})

const normed = (b: ModuleBuilder, x: Value, name: string): Value => layerNorm(b, x, { name, eps: 1e-5 })

const scaled = (b: ModuleBuilder, x: Value, name: string): Value =>
  b.mul(x, b.weight(name, [x.shape[2] ?? 1], { init: 'one' }))
