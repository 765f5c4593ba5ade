import type { Value } from '../graph/graph'
import type { Builder } from '../ops/builder'
import { softmax } from './softmax'

/**
 * softmax(q kᵀ scale) v per head: q [n, t, h, d], k [n, s, h, d], v [n, s, h, e] -> [n, t, h, e].
 * The probabilities [n, h, t, s] are tapped as `attention`.
 * Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
 */
export function attention(b: Builder, q: Value, k: Value, v: Value, scale: number): Value {
  return b.call('attention', { scale }, [q, k, v], (q, k, v) => {
    const scores = b.dot(b.mul(q, scale), k, {
      batch: [
        [0, 2],
        [0, 2],
      ],
      contract: [[3], [3]],
    })
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
