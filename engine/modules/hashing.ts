import type { Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'

/**
 * Attention among codes of ±1: queries and keys are one, q [n, t, h, d], hashed by the sign of their likeness to a few anchors, and
 * codes agree in as many places as two tokens are alike: (φ(φᵀV) + (b+1)·V) / (φ·Σφ + (b+1)·t), v [n, t, h, e] → [n, h, t, e].
 * The offset adds the token's own value, as the published code does.
 *
 * Liu et al. 2022, EcoFormer, https://arxiv.org/abs/2209.09004
 */
export function hashedAttention(
  b: ModuleBuilder,
  q: Value,
  v: Value,
  { bits, anchors }: { readonly bits: number; readonly anchors: number },
): Value {
  const [, t = 1] = q.shape
  const codes = b.part('ksh', () => hashed(b, q, bits, anchors))
  const [n = 1, heads = 1] = codes.shape
  const perHead = [
    [0, 1],
    [0, 1],
  ] as const
  const gathered = b.dot(codes, v, {
    batch: [
      [0, 1],
      [0, 2],
    ],
    contract: [[2], [1]],
  })
  const summed = b.dot(codes, gathered, { batch: perHead, contract: [[3], [2]] })
  const total = b.reshape(b.sum(codes, [2]), [n, heads, bits])
  const weight = b.dot(codes, total, { batch: perHead, contract: [[3], [2]] })
  const own = b.mul(b.transpose(v, [0, 2, 1, 3]), bits + 1)
  return b.div(b.add(summed, own), b.add(b.reshape(weight, [n, heads, t, 1]), (bits + 1) * t))
}

/** [n, h, t, bits] of ±1. The width of the likeness is the mean squared distance to the anchors, whatever the picture. */
function hashed(b: ModuleBuilder, q: Value, bits: number, count: number): Value {
  const [n = 1, t = 1, heads = 1, d = 1] = q.shape
  const buffer = (name: string, shape: readonly number[], a: number, scale: number) =>
    b.weight(name, shape, { init: { a, b: scale }, role: 'buffer' })
  const unit = b.mul(q, b.rsqrt(b.sum(b.square(q), [3])))
  const anchors = b.reshape(buffer('anchor', [1, heads, count, d], 0, 0.6), [1, 1, heads, count, d])
  const apart = b.square(b.sub(b.reshape(unit, [n, t, heads, 1, d]), anchors))
  const distance = b.reshape(b.sum(apart, [4]), [n, t, heads, count])
  const width = b.mul(b.mean(distance, [1, 3]), 2)
  const mean = b.reshape(buffer('mvec', [1, heads, 1, count], 0.6, 0.1), [1, 1, heads, count])
  const likeness = b.sub(b.exp(b.neg(b.div(distance, width))), mean)
  const projected = b.dot(likeness, buffer('A', [heads, bits, count], 0, 1), {
    batch: [[2], [0]],
    contract: [[3], [2]],
  })
  return b.unary('sign', b.transpose(projected, [1, 0, 2, 3]))
}
