/**
 * The backward of a call of attention, as named calls over its inputs: the probabilities are computed again from q and k, so
 * that no kernel has to keep them (Dao et al. 2022, arxiv.org/abs/2205.14135, appendix B.2). With P = softmax(scale q kᵀ + bias):
 * dv = Pᵀ dy, dscores = P ∘ (dy vᵀ - rowsum(P ∘ (dy vᵀ))), dq = scale dscores k, dk = scale dscoresᵀ q.
 */
import type { CallAttributes, Value } from '../graph/graph'
import type { Builder } from '../ops/builder'
import type { CallGradient } from './callGradients'

/** Inputs q [n, t, h, d], k [n, s, h, d], v [n, s, h, e] and perhaps what is added to the scores. */
export const attentionGradient: CallGradient = (b, { attrs, inputs, output, dy, varies }) => {
  const [q, k, v, bias] = inputs
  // The gradient of a bias is as large as the scores themselves: the body of the call gives it.
  if (varies[3]) return null
  const biases = bias ? [bias] : []
  const logSums = attentionLogSums(b, attrs, [q, k, ...biases])
  const slopes = attentionSlopes(b, attrs, [q, k, v, dy, logSums, output, ...biases])
  const known = [q, k, v, dy, logSums, slopes, ...biases]
  const byQueries = varies[0] ? attentionByQueries(b, attrs, known) : null
  if (!varies[1] && !varies[2]) return [byQueries, null, null]
  const byKeys = attentionByKeys(b, attrs, known)
  const part = (start: number, { shape }: Value) => {
    const [n, s, h, width] = shape
    return b.reshape(b.slice(byKeys, { start: [0, 0, start], size: [n, s, h * width] }), shape)
  }
  const behind = k.shape[2] * k.shape[3]
  return [byQueries, varies[1] ? part(0, k) : null, varies[2] ? part(behind, v) : null]
}

/** Of each query, the log of the sum of exp(scores). -> [n, h, t, 1]. */
function attentionLogSums(b: Builder, attrs: CallAttributes, inputs: readonly Value[]): Value {
  return b.call('attentionLogSum', attrs, inputs, (q, k, bias) => {
    const scores = scoresOf(b, q, k, Number(attrs.scale), bias)
    const largest = b.stopGradient(b.reduce('max', scores, [3]))
    return b.add(b.log(b.sum(b.exp(b.sub(scores, largest)), [3])), largest)
  })
}

/**
 * Of each query, the sum of P ∘ (dy vᵀ), which is y · dy too. -> [n, h, t, 1]. The first takes away from the products what they
 * have in common with its very rounding; where values are nearly alike that is most of them.
 */
function attentionSlopes(b: Builder, attrs: CallAttributes, inputs: readonly Value[]): Value {
  return b.call('attentionSlopes', attrs, inputs, (q, k, v, dy, logSums, _y, bias) => {
    const probabilities = probabilitiesOf(b, q, k, Number(attrs.scale), logSums, bias)
    return b.sum(b.mul(probabilities, perPair(b, dy, v)), [3])
  })
}

/** Of the slopes by dy: y. */
export const slopesGradient: CallGradient = (b, { inputs, dy, varies }) => {
  if (varies.some((changes, input) => changes && input !== 3)) return null
  return varies.map((changes) => (changes ? b.mul(b.transpose(dy, [0, 2, 1, 3]), inputs[5]) : null))
}

/** The gradient of q. */
export function attentionByQueries(b: Builder, attrs: CallAttributes, inputs: readonly Value[]): Value {
  return b.call('attentionByQueries', attrs, inputs, (q, k, v, dy, logSums, slopes, bias) => {
    const { changes } = recomputed(b, Number(attrs.scale), { q, k, v, dy, logSums, slopes, bias })
    const byHead = b.dot(changes, k, {
      batch: [
        [0, 1],
        [0, 2],
      ],
      contract: [[3], [1]],
    })
    return b.transpose(byHead, [0, 2, 1, 3])
  })
}

/** The gradients of k and of v side by side, each for all heads. -> [n, s, h d + h e]. */
function attentionByKeys(b: Builder, attrs: CallAttributes, inputs: readonly Value[]): Value {
  return b.call('attentionByKeys', attrs, inputs, (q, k, v, dy, logSums, slopes, bias) => {
    const { probabilities, changes } = recomputed(b, Number(attrs.scale), {
      q,
      k,
      v,
      dy,
      logSums,
      slopes,
      bias,
    })
    const overQueries = (weights: Value, rows: Value) => {
      const byHead = b.dot(weights, rows, {
        batch: [
          [0, 1],
          [0, 2],
        ],
        contract: [[2], [1]],
      })
      const [n, h, s, width] = byHead.shape
      return b.reshape(b.transpose(byHead, [0, 2, 1, 3]), [n, s, h * width])
    }
    return b.concat([overQueries(changes, q), overQueries(probabilities, dy)], 2)
  })
}

interface Known {
  readonly q: Value
  readonly k: Value
  readonly v: Value
  readonly dy: Value
  readonly logSums: Value
  /** The sum of P ∘ (dy vᵀ) of each query. */
  readonly slopes: Value
  readonly bias: Value | undefined
}

/** P, and the gradient of the products q kᵀ, both [n, h, t, s]. */
function recomputed(b: Builder, scale: number, { q, k, v, dy, logSums, slopes, bias }: Known) {
  const probabilities = probabilitiesOf(b, q, k, scale, logSums, bias)
  const changes = b.mul(b.mul(probabilities, b.sub(perPair(b, dy, v), slopes)), scale)
  return { probabilities, changes }
}

function probabilitiesOf(
  b: Builder,
  q: Value,
  k: Value,
  scale: number,
  logSums: Value,
  bias: Value | undefined,
): Value {
  return b.exp(b.sub(scoresOf(b, q, k, scale, bias), logSums))
}

/** Products of every row of x [n, t, h, c] with every row of y [n, s, h, c]. -> [n, h, t, s]. */
function perPair(b: Builder, x: Value, y: Value): Value {
  return b.dot(x, y, {
    batch: [
      [0, 2],
      [0, 2],
    ],
    contract: [[3], [3]],
  })
}

/** As nn/attention.ts writes them: a bias of five axes [images, windows, h, t, s] is one of windows. */
export function scoresOf(b: Builder, q: Value, k: Value, scale: number, bias: Value | undefined): Value {
  const products = perPair(b, b.mul(q, scale), k)
  if (!bias) return products
  if (bias.shape.length < 5) return b.add(products, bias)
  const [n, ...rest] = products.shape
  const windows = bias.shape[1]
  return b.reshape(b.add(b.reshape(products, [n / windows, windows, ...rest]), bias), products.shape)
}
