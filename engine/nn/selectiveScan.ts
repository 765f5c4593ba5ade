import type { Value } from '../graph/graph'
import type { Builder } from '../ops/builder'

export interface SelectiveScanInputs {
  /** [n, t, c]: what is read. */
  readonly u: Value
  /** [n, t, c]: how much time passes at each token, before softplus. */
  readonly delta: Value
  /** [c, s]: how fast each state of each channel fades, negative. */
  readonly a: Value
  /** [n, t, s]: what each token writes into the states, and what it reads from them. */
  readonly writes: Value
  readonly reads: Value
  /** [c]: the share of a token in its own result. */
  readonly skip: Value
}

/**
 * State spaces whose steps depend on what is read: h ← exp(Δ A) h + Δ B u, y = C h + D u with Δ = softplus(delta), token after token from
 * the first, or from the last when `reverse`. [n, t, c]; MACs t·c·s, as references count them.
 * Gu and Dao 2023, Mamba, https://arxiv.org/abs/2312.00752
 */
export function selectiveScan(
  b: Builder,
  { u, delta, a, writes, reads, skip }: SelectiveScanInputs,
  { reverse = false }: { readonly reverse?: boolean } = {},
): Value {
  const [n, t, c] = u.shape
  const s = a.shape[1]
  const inputs = [u, delta, a, writes, reads, skip]
  return b.call('selectiveScan', { reverse }, inputs, (u, delta, a, writes, reads, skip) => {
    const step = b.unary('softplus', delta)
    const fading = b.exp(b.mul(b.reshape(step, [n, t, c, 1]), a))
    const written = b.mul(b.reshape(b.mul(step, u), [n, t, c, 1]), b.reshape(writes, [n, t, 1, s]))
    const states = b.scan(fading, written, { axis: 1, reverse })
    const read = b.dot(states, reads, {
      batch: [
        [0, 1],
        [0, 1],
      ],
      contract: [[3], [2]],
    })
    return b.add(read, b.mul(u, skip))
  })
}
