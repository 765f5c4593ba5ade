import { describe, test } from 'vitest'
import type { DeviceTraits } from './kernel'
import type { ReduceSpec, RowStatisticsSpec, SoftmaxSpec } from './spec'
import { testDevice } from './testing/device'
import {
  accumulator,
  add,
  expectModel,
  mul,
  number,
  operand,
  plain,
  repeated,
  tensorsFor,
  unary,
  viewOf,
  whole,
} from './testing/specs'

const { traits } = await testDevice()
const gpu: DeviceTraits = { ...traits, isSoftware: false }

/** All ways to share rows that either kind of adapter is offered. */
const sharings = ['one each', 'a subgroup each', 'sixteen each', 'a workgroup each']
const traitsFor = (variant: string) =>
  variant === 'one each' || variant === 'a subgroup each' ? traits : gpu

describe('row statistics', () => {
  test.each(sharings)('%s: mean and deviation', (variant) =>
    expectModel(statistics(70, 65), { variant, traits: traitsFor(variant), scale: 2 }),
  )
  test('root mean square', () => expectModel({ ...statistics(5, 17), kind: 'rms' }))
  test('rows far from zero keep their deviation', () => {
    const spec = statistics(3, 300)
    const far =
      tensorsFor(spec)
        .get(0)
        ?.map((value) => 1000 + value / 100) ?? new Float32Array()
    return expectModel(spec, {
      scale: 50,
      tensors: new Map([
        [0, far],
        [1, new Float32Array(6)],
      ]),
    })
  })
  test('a whole map as one row', () => expectModel(statistics(1, 20_000), { scale: 4 }))
  test('statistics of parts become those of the row', () =>
    expectModel({ ...statistics(5, 14), kind: 'merge' }, { scale: 4 }))
  test('strided rows', () => expectModel({ ...statistics(9, 8), x: viewOf(0, [9, 8], [24, 2], 3) }))
})

describe('softmax', () => {
  test.each(sharings)('%s', (variant) =>
    expectModel(softmaxOf(70, 67), { variant, traits: traitsFor(variant), scale: 2 }),
  )
  test('one key gives one', () => expectModel(softmaxOf(3, 1)))
})

describe('reduce', () => {
  test.each(sharings)('%s: sums over rows', (variant) =>
    expectModel(sum(70, 65, 1), { variant, traits: traitsFor(variant), scale: 4 }),
  )
  test('an average over pixels, as prologue and epilogue', () => {
    const spec = sum(2, 49, 20)
    return expectModel(
      {
        ...spec,
        prologue: {
          expression: unary('relu', add(accumulator, operand(0))),
          operands: [repeated(3, [2, 49, 20], [2])],
        },
        epilogue: {
          expression: add(mul(accumulator, number(1 / 49)), operand(0)),
          operands: [repeated(4, [2, 20], [1])],
        },
      },
      { scale: 2 },
    )
  })
  test.each(['max', 'min'] as const)('%s', (fn) => expectModel({ ...sum(3, 11, 5), fn }))
  test('one result of many elements', () => expectModel(sum(1, 30_000, 1), { scale: 10 }))
  test('splitting changes nothing', () =>
    expectModel(sum(20, 8, 40), {
      traits: { ...traits, rate: { macsPerSecond: 40_000, bytesPerSecond: 1e12 } },
    }))
})

function statistics(rows: number, length: number): RowStatisticsSpec {
  return {
    family: 'rowStatistics',
    kind: 'layer',
    x: whole(0, rows, length),
    eps: 1e-5,
    out: whole(1, rows, 2),
  }
}

function softmaxOf(rows: number, length: number): SoftmaxSpec {
  return { family: 'softmax', x: whole(0, rows, length), out: whole(1, rows, length) }
}

function sum(outer: number, length: number, inner: number): ReduceSpec {
  return {
    family: 'reduce',
    fn: 'sum',
    x: whole(0, outer, length, inner),
    prologue: null,
    out: whole(1, outer, inner),
    epilogue: plain,
  }
}
