import { expect, test } from 'vitest'
import type { ProceduralSpec } from './spec'
import { cpuModel } from './testing/cpuModel'
import { runSpec } from './testing/device'
import { whole } from './testing/specs'

test.each([
  { a: 0, b: 0.1 },
  { a: 1, b: 0.1 },
  { a: 0, b: Math.sqrt(3 / 192) },
])('a $a, b $b: within one unit in the last place of the rule', async ({ a, b }) => {
  const spec: ProceduralSpec = { family: 'procedural', seed: 0xdeadbeef, a, b, out: whole(0, 7, 333) }
  const tensors = new Map([[0, new Float32Array(7 * 333)]])
  const got = await runSpec(spec, tensors)
  const expected = cpuModel(spec, tensors)
  const unit = 2 ** -24 * (a + b)
  expect(
    Math.max(...got.map((value, index) => Math.abs(value - (expected[index] ?? 0)) / unit)),
  ).toBeLessThanOrEqual(2)
})
