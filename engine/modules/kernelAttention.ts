import type { Value } from '../graph/graph'
import type { Builder } from '../ops/builder'

/**
 * φ(Q)(φ(K)ᵀV) / (φ(Q)·Σφ(K) + ε) per head, of features that are positive already: q [n, t, h, m], k [n, s, h, m],
 * v [n, s, h, e] → [n, t, h, e]. Keys and values are summed up once; no pair of tokens is compared. Where features may
 * be negative there is no such sum: with `eps` null the result is divided by the number of keys.
 */
export function kernelAttention(
  b: Builder,
  { q, k, v }: { readonly q: Value; readonly k: Value; readonly v: Value },
  eps: number | null,
): Value {
  const perHead = [
    [0, 2],
    [0, 2],
  ] as const
  const gathered = b.dot(k, v, { batch: perHead, contract: [[1], [1]] })
  const total = () => b.transpose(b.sum(k, [1]), [0, 2, 3, 1])
  const contract = [[3], [2]] as const
  const batch = [
    [0, 2],
    [0, 1],
  ] as const
  const weight = () => b.add(b.dot(q, total(), { batch, contract }), eps ?? 0)
  const summed = b.dot(q, gathered, { batch, contract })
  const mixed = eps === null ? b.mul(summed, 1 / (k.shape[1] ?? 1)) : b.div(summed, weight())
  return b.transpose(mixed, [0, 2, 1, 3], q.grid)
}
