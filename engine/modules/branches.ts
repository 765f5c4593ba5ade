/** Branches side by side, of which each channel chooses its own mixture. */
import type { Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import { softmax } from '../nn/softmax'

/** Σ softmax(logits) · branch per channel: branches [n, h, w, k, c] and logits [n, k, c] → [n, h, w, c]. */
export function chosen(b: ModuleBuilder, branches: Value, logits: Value): Value {
  const [n = 1, h = 1, w = 1, count = 1, c = 1] = branches.shape
  const shares = b.transpose(softmax(b, b.transpose(logits, [0, 2, 1])), [0, 2, 1])
  const weighted = b.mul(branches, b.reshape(shares, [n, 1, 1, count, c]))
  return b.reshape(b.sum(weighted, [3]), [n, h, w, c])
}

/** What the mean of all positions says of the sum of the branches: [n, h, w, k, c] → [n, 1, 1, c]. */
export function summary(b: ModuleBuilder, branches: Value): Value {
  const [n = 1, , , , c = 1] = branches.shape
  return b.reshape(b.mean(b.sum(branches, [3]), [1, 2]), [n, 1, 1, c])
}
