import type { Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import { softmax } from '../nn/softmax'
import { pointwise } from './pointwise'

/**
 * Attention whose scores are touched: q [n, t, h, d], k [n, s, h, d], v [n, s, h, e] → [n, t, h, e]. `before` changes
 * the logits [n, h, t, s] (biases, masks), `after` the probabilities, which are tapped between the two.
 */
export function scoredAttention(
  b: ModuleBuilder,
  { q, k, v }: { readonly q: Value; readonly k: Value; readonly v: Value },
  {
    scale,
    before = (scores) => scores,
    after = (scores) => scores,
  }: {
    readonly scale: number
    readonly before?: (scores: Value) => Value
    readonly after?: (probabilities: Value) => Value
  },
): Value {
  const scores = b.dot(b.mul(q, scale), k, {
    batch: [
      [0, 2],
      [0, 2],
    ],
    contract: [[3], [3]],
  })
  const logits = before(scores)
  const probabilities = after(b.part('softmax', () => b.tap('attention', softmax(b, logits))))
  return gathered(b, probabilities, v, q.grid)
}

/** Values summed with the weights of every query: [n, h, t, s], [n, s, h, e] → [n, t, h, e]. */
export function gathered(b: ModuleBuilder, weights: Value, v: Value, grid: Value['grid']): Value {
  const mixed = b.dot(weights, v, {
    batch: [
      [0, 1],
      [0, 2],
    ],
    contract: [[3], [1]],
  })
  return b.transpose(mixed, [0, 2, 1, 3], grid)
}

/** One linear map over the heads of every pair: [n, h, t, s] → the same shape. */
export function acrossHeads(
  b: ModuleBuilder,
  scores: Value,
  { name, weights = 'linear' }: { readonly name: string; readonly weights?: 'linear' | 'conv' },
): Value {
  const last = b.transpose(scores, [0, 2, 3, 1])
  const mixed = pointwise(b, last, { name, out: scores.shape[1] ?? 1, bias: true, weights })
  return b.transpose(mixed, [0, 3, 1, 2])
}
