import type { Value } from '../graph/graph'
import type { Builder } from '../ops/builder'
import { softmax } from './softmax'

/**
 * softmax(q kᵀ scale + bias) v per head: q [n, t, h, d], k [n, s, h, d], v [n, s, h, e] -> [n, t, h, e].
 * `bias` holds what is added to the scores [n, h, t, s] and repeats along its axes of size 1: position biases, masks, decays. For
 * windows, n = images × windows, it may also be [images, windows, h, t, s].
 * The probabilities [n, h, t, s] are tapped as `attention`.
 * Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
 */
export function attention(b: Builder, q: Value, k: Value, v: Value, scale: number, bias?: Value): Value {
  return b.call('attention', { scale }, bias ? [q, k, v, bias] : [q, k, v], (q, k, v, bias) => {
    const products = b.dot(b.mul(q, scale), k, {
      batch: [
        [0, 2],
        [0, 2],
      ],
      contract: [[3], [3]],
    })
    const scores = bias ? biased(b, products, bias) : products
    const probabilities = b.tap('attention', softmax(b, scores))
    const mixed = b.dot(probabilities, v, {
      batch: [
        [0, 1],
        [0, 2],
      ],
      contract: [[3], [1]],
    })
    return b.transpose(mixed, [0, 2, 1, 3], q.grid)
  })
}

function biased(b: Builder, scores: Value, bias: Value): Value {
  if (bias.shape.length < 5) return b.add(scores, bias)
  const [windows] = bias.shape.slice(1)
  const [n, ...rest] = scores.shape
  return b.reshape(b.add(b.reshape(scores, [n / windows, windows, ...rest]), bias), scores.shape)
}
