/**
 * How attention moves with its inputs: the gradients of its backward by the gradient `dy` of its result, in which the backward is
 * linear. They are attention and its backward again, so that here too nothing as large as the scores is kept. P, the slopes and the
 * inputs are those of attentionGradient.ts; w is what arrives at the result of the backward.
 */
import type { CallAttributes, Value } from '../graph/graph'
import type { Builder } from '../ops/builder'
import { attentionByQueries, scoresOf } from './attentionGradient'
import type { CallGradient } from './callGradients'

/** Of dq = scale (P ∘ (dy vᵀ - slopes)) k. */
export const byQueriesGradient: CallGradient = (b, { attrs, inputs, dy: w, varies }) => {
  if (!isOfResult(varies)) return null
  const [, k, v] = inputs
  const attending = { attrs, inputs }
  const toSlopes = slopesOf(b, attrs, w, attended(b, attending, k))
  return shares(varies, weighted(b, attending, w, k, v), toSlopes)
}

/** Of dk = scale (P ∘ (dy vᵀ - slopes))ᵀ q and dv = Pᵀ dy, which lie side by side. */
export const byKeysGradient: CallGradient = (b, { attrs, inputs, dy: w, varies }) => {
  if (!isOfResult(varies)) return null
  const [q, k, v] = inputs
  const [n, s, h, depth] = k.shape
  const part = (start: number, width: number) =>
    b.reshape(b.slice(w, { start: [0, 0, start], size: [n, s, h * width] }), [n, s, h, width])
  const [wk, wv] = [part(0, depth), part(h * depth, v.shape[3])]
  const attending = { attrs, inputs }
  const both = attended(b, attending, b.concat([wk, wv], 3))
  const toSlopes = slopesOf(b, attrs, q, lastChannels(b, both, 0, depth))
  const toResult = b.add(weighted(b, attending, q, wk, v), lastChannels(b, both, depth, v.shape[3]))
  return shares(varies, toResult, toSlopes)
}

interface Attending {
  readonly attrs: CallAttributes
  /** Of the backward: q, k, v, dy, logSums, slopes, perhaps what is added to the scores. */
  readonly inputs: readonly Value[]
}

/** Whether only dy and the slopes, which are made of it, change. */
function isOfResult(varies: readonly boolean[]): boolean {
  return varies.every((changes, input) => !changes || input === 3 || input === 5)
}

function shares(varies: readonly boolean[], toResult: Value, toSlopes: Value): readonly (Value | null)[] {
  return varies.map((changes, input) => (changes ? (input === 3 ? toResult : toSlopes) : null))
}

/** P x: attention with other values. */
function attended(b: Builder, { attrs, inputs }: Attending, x: Value): Value {
  const [q, k, , , , , ...biases] = inputs
  return b.call('attention', attrs, [q, k, x, ...biases], (q, k, x, bias) => {
    const scores = scoresOf(b, q, k, Number(attrs.scale), bias)
    const weights = b.exp(b.sub(scores, b.stopGradient(b.reduce('max', scores, [3]))))
    const probabilities = b.div(weights, b.sum(weights, [3]))
    const byHead = b.dot(probabilities, x, {
      batch: [
        [0, 1],
        [0, 2],
      ],
      contract: [[3], [1]],
    })
    return b.transpose(byHead, [0, 2, 1, 3])
  })
}

/**
 * scale (P ∘ (x yᵀ)) v: what the backward by queries sums up when v stands behind k and zeros behind q, which changes no score, and
 * x and y stand for dy and v.
 */
function weighted(b: Builder, { attrs, inputs }: Attending, x: Value, y: Value, v: Value): Value {
  const [q, k, , , logSums, slopes, ...biases] = inputs
  const width = v.shape[3]
  const wide = b.concat([q, zeros(b, [...q.shape.slice(0, 3), width])], 3)
  const known = [wide, b.concat([k, v], 3), y, x, logSums, zeros(b, slopes.shape), ...biases]
  return lastChannels(b, attentionByQueries(b, attrs, known), k.shape[3], width)
}

/** -scale (x · y) of each query and head: [n, t, h, c] both -> [n, h, t, 1]. */
function slopesOf(b: Builder, { scale }: CallAttributes, x: Value, y: Value): Value {
  return b.mul(b.transpose(b.sum(b.mul(x, y), [3]), [0, 2, 1, 3]), -Number(scale))
}

function lastChannels(b: Builder, x: Value, first: number, count: number): Value {
  return b.slice(x, { start: [0, 0, 0, first], size: [...x.shape.slice(0, 3), count] })
}

function zeros(b: Builder, shape: readonly number[]): Value {
  return b.broadcast(
    b.constant(
      [0],
      shape.map(() => 1),
    ),
    shape,
  )
}
