import { describe, test } from 'vitest'
import { attention } from './attention'
import type { DeviceTraits } from './kernel'
import type { AttentionSpec } from './spec'
import { testDevice } from './testing/device'
import { accumulator, add, expectModel, mul, operand, plain, repeated, viewOf, whole } from './testing/specs'

const { traits } = await testDevice()
const gpu: DeviceTraits = { ...traits, isSoftware: false }

describe.each([
  { where: 'software', device: traits },
  { where: 'a GPU', device: gpu },
])('every variant for $where', ({ device }) => {
  const names = attention.variants(attentionOf(), device).map(({ name }) => name)
  test.each(names)('%s', (variant) => expectModel(attentionOf(), { variant, traits: device, scale: 2 }))

  test.each(names)('%s joins heads channel by channel', (variant) => {
    const [batch, heads, t, d] = [2, 3, 19, 16]
    const joined = viewOf(3, [batch, heads, t, d], [t * heads * d, 1, heads * d, heads])
    const spec = attentionOf({ batch, heads, queries: t, keys: 33, depth: d })
    return expectModel({ ...spec, out: joined }, { variant, traits: device, scale: 2 })
  })
})

describe('shapes', () => {
  test.each([
    { batch: 1, heads: 1, queries: 1, keys: 1, depth: 8 },
    { batch: 2, heads: 3, queries: 17, keys: 65, depth: 12 },
    { batch: 1, heads: 2, queries: 3, keys: 5, depth: 7 },
    { batch: 1, heads: 1, queries: 9, keys: 30, depth: 128 },
  ])('$batch x $heads heads, $queries queries, $keys keys, depth $depth', (sizes) =>
    expectModel(attentionOf(sizes), { scale: 2 }),
  )

  test('queries, keys and values lie in one tensor, the heads are merged on the way out', () => {
    const [t, heads, d] = [21, 3, 16]
    const part = (which: number) => viewOf(0, [1, heads, t, d], [0, d, 3 * heads * d, 1], which * heads * d)
    return expectModel(
      {
        family: 'attention',
        q: part(0),
        k: part(1),
        v: part(2),
        scale: 0.25,
        score: plain,
        out: viewOf(3, [1, heads, t, d], [0, d, heads * d, 1]),
      },
      { scale: 2 },
    )
  })

  test('values of another width', () =>
    expectModel({ ...attentionOf(), v: whole(2, 1, 2, 33, 24), out: whole(3, 1, 2, 19, 24) }, { scale: 2 }))

  test('scores of any size', () => expectModel({ ...attentionOf(), scale: 60 }, { scale: 60 }))

  test('a bias of each head, a mask of each batch, and a decay that is computed', () => {
    const shape = [2, 3, 17, 33]
    const bias = repeated(4, shape, [1, 2, 3])
    const mask = repeated(5, shape, [0, 2, 3])
    const [slope, distance] = [repeated(6, shape, [1]), repeated(7, shape, [2, 3])]
    const score = {
      expression: add(add(accumulator, operand(0)), add(operand(1), mul(operand(2), operand(3)))),
      operands: [bias, mask, slope, distance],
    }
    const spec = { ...attentionOf({ batch: 2, heads: 3, queries: 17, keys: 33 }), score }
    return expectModel(spec, { scale: 4 })
  })

  test('splitting changes nothing', () =>
    expectModel(attentionOf(), {
      traits: { ...traits, rate: { macsPerSecond: 100_000, bytesPerSecond: 1e12 } },
      scale: 2,
    }))
})

function attentionOf({ batch = 1, heads = 2, queries = 19, keys = 33, depth = 16 } = {}): AttentionSpec {
  return {
    family: 'attention',
    q: whole(0, batch, heads, queries, depth),
    k: whole(1, batch, heads, keys, depth),
    v: whole(2, batch, heads, keys, depth),
    scale: 1 / Math.sqrt(depth),
    score: plain,
    out: whole(3, batch, heads, queries, depth),
  }
}
