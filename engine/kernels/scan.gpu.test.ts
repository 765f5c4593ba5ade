import { describe, test } from 'vitest'
import type { ScanSpec } from './spec'
import { testDevice } from './testing/device'
import { expectModel, mul, number, operand, repeated, unary, viewOf, whole } from './testing/specs'

const { traits } = await testDevice()

describe('scan', () => {
  test('factors and what is added are computed on the way', () => {
    const shape = [2, 9, 5]
    const factor = { expression: unary('sigmoid', operand(0)), operands: [whole(0, ...shape)] }
    const added = {
      expression: mul(operand(0), operand(1)),
      operands: [whole(1, ...shape), repeated(2, shape, [2])],
    }
    return expectModel({ family: 'scan', factor, added, out: whole(3, ...shape) }, { scale: 4 })
  })

  test('from the end on: views that go backwards', () => {
    const backwards = (tensor: number) => viewOf(tensor, [3, 7, 4], [28, -4, 1], 24)
    const added = { expression: operand(0), operands: [backwards(0)] }
    return expectModel({ ...sums(3, 7, 4), added, out: backwards(1) }, { scale: 4 })
  })

  test('more lines than one workgroup has', () => expectModel(sums(3, 4, 50), { scale: 4 }))

  test('splitting changes nothing', () =>
    expectModel(sums(3, 4, 100), {
      traits: { ...traits, rate: { macsPerSecond: 10_000, bytesPerSecond: 1e12 } },
      scale: 4,
    }))
})

function sums(...shape: readonly [number, number, number]): ScanSpec {
  return {
    family: 'scan',
    factor: { expression: number(1), operands: [] },
    added: { expression: operand(0), operands: [whole(0, ...shape)] },
    out: whole(1, ...shape),
  }
}
