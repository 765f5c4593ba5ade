import { describe, expect, test } from 'vitest'
import { attentionGradient } from './attentionGradient'
import { attentionLogSum } from './attentionLogSum'
import type { DeviceTraits } from './kernel'
import type { AttentionGradientSpec, AttentionLogSumSpec, Fused, Operand } from './spec'
import { testDevice } from './testing/device'
import { accumulator, add, expectModel, operand, plain, repeated, viewOf, whole } from './testing/specs'

const { traits } = await testDevice()
const gpu: DeviceTraits = { ...traits, isSoftware: false }

interface Sizes {
  readonly batch?: number
  readonly heads?: number
  readonly queries?: number
  readonly keys?: number
  readonly depth?: number
  readonly depthV?: number
}
const someSizes: readonly Sizes[] = [
  {},
  { batch: 2, heads: 3, queries: 17, keys: 65, depth: 12, depthV: 20 },
  { heads: 1, queries: 1, keys: 3, depth: 7, depthV: 5 },
]

describe.each([
  { where: 'software', device: traits },
  { where: 'a GPU', device: gpu },
])('for $where', ({ device }) => {
  const logSumNames = attentionLogSum.variants(logSumOf(), device).map(({ name }) => name)
  const gradientNames = attentionGradient.variants(gradientOf('keys'), device).map(({ name }) => name)

  test.each(logSumNames)('log of sums, %s', async (variant) => {
    for (const sizes of someSizes) await expectModel(logSumOf(sizes), { variant, traits: device, scale: 2 })
    await expectModel(biased(logSumOf(someSizes[1])), { variant, traits: device, scale: 2 })
  })

  test.each(gradientNames)('gradients by queries and by keys, %s', async (variant) => {
    for (const of of ['queries', 'keys'] as const) {
      for (const sizes of someSizes)
        await expectModel(gradientOf(of, sizes), { variant, traits: device, scale: 4 })
      await expectModel(biased(gradientOf(of, someSizes[1])), { variant, traits: device, scale: 4 })
    }
  })
})

test('there are tiles for a GPU, and subgroups where the adapter has them', () => {
  const names = attentionGradient.variants(gradientOf('keys'), gpu).map(({ name }) => name)
  expect(names).toContain('tile 16x16')
  const without = { ...traits, hasSubgroups: false, subgroupSize: 0 }
  expect(attentionGradient.variants(gradientOf('keys'), without).map(({ name }) => name)).toEqual(['rows'])
})

test('queries, keys and values lie in one tensor', async () => {
  const [t, heads, d] = [21, 3, 16]
  const part = (which: number) => viewOf(0, [1, heads, t, d], [0, d, 3 * heads * d, 1], which * heads * d)
  const joined = viewOf(1, [1, heads, t, d], [0, d, heads * d, 1])
  const parts = { q: part(0), k: part(1), scale: 0.25, score: plain }
  // One of two statistics that lie side by side.
  const logSums = viewOf(2, [1, heads, t, 1], [0, 2 * t, 2, 1], 1)
  await expectModel({ family: 'attentionLogSum', ...parts, out: logSums }, { scale: 2 })
  const statistics = whole(2, 1, heads, t, 2)
  for (const [of, out] of [
    ['queries', viewOf(4, [1, heads, t, d], [0, d, heads * d, 1])],
    ['keys', whole(4, 1, t, heads * 2 * d)],
  ] as const)
    await expectModel(
      { family: 'attentionGradient', of, ...parts, v: part(2), dy: joined, statistics, out },
      { scale: 4 },
    )
})

test('splitting changes nothing', async () => {
  const slow = { ...traits, rate: { macsPerSecond: 100_000, bytesPerSecond: 1e12 } }
  await expectModel(logSumOf(), { traits: slow, scale: 2 })
  await expectModel(gradientOf('queries'), { traits: slow, scale: 4 })
  await expectModel(gradientOf('keys'), { traits: slow, scale: 4 })
})

function logSumOf(sizes: Sizes = {}): AttentionLogSumSpec {
  const { batch = 1, heads = 2, queries = 19, keys = 33, depth = 16 } = sizes
  return {
    family: 'attentionLogSum',
    q: whole(0, batch, heads, queries, depth),
    k: whole(1, batch, heads, keys, depth),
    scale: 1 / Math.sqrt(depth),
    score: plain,
    out: whole(4, batch, heads, queries, 1),
  }
}

function gradientOf(of: 'queries' | 'keys', sizes: Sizes = {}): AttentionGradientSpec {
  const { batch = 1, heads = 2, queries = 19, keys = 33, depth = 16, depthV = depth } = sizes
  return {
    family: 'attentionGradient',
    of,
    q: whole(0, batch, heads, queries, depth),
    k: whole(1, batch, heads, keys, depth),
    v: whole(2, batch, heads, keys, depthV),
    dy: whole(3, batch, heads, queries, depthV),
    statistics: whole(4, batch, heads, queries, 2),
    scale: 1 / Math.sqrt(depth),
    score: plain,
    out:
      of === 'queries'
        ? whole(5, batch, heads, queries, depth)
        : whole(5, batch, keys, heads * (depth + depthV)),
  }
}

/** With a table of each head and a mask of each sample. */
function biased<S extends { readonly q: Operand; readonly k: Operand; readonly score: Fused }>(spec: S): S {
  const shape = [...spec.q.view.shape.slice(0, 3), spec.k.view.shape[2] ?? 1]
  return {
    ...spec,
    score: {
      expression: add(add(accumulator, operand(0)), operand(1)),
      operands: [repeated(6, shape, [1, 2, 3]), repeated(7, shape, [0, 2, 3])],
    },
  }
}
