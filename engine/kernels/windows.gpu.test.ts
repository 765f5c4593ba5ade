import { describe, test } from 'vitest'
import { depthwise } from './depthwise'
import { pool } from './pool'
import type { DepthwiseSpec, PoolSpec } from './spec'
import { testDevice } from './testing/device'
import {
  accumulator,
  add,
  expectModel,
  operand,
  plain,
  repeated,
  unary,
  viewOf,
  whole,
} from './testing/specs'

const { traits } = await testDevice()

describe('depthwise', () => {
  test.each(depthwise.variants(depthwiseOf({}), traits).map(({ name }) => name))('%s', (variant) =>
    expectModel(depthwiseOf({}), { variant }),
  )
  test.each([
    { kernel: 5, stride: 2, size: 11, channels: 12 },
    { kernel: 7, stride: 1, size: 14, channels: 5 },
    { kernel: 31, stride: 1, size: 16, channels: 4 },
    { kernel: 3, stride: 1, size: 1, channels: 3 },
    { kernel: 3, stride: 3, size: 10, channels: 4 },
  ])('$kernel x $kernel, stride $stride, $size pixels, $channels channels', (sizes) =>
    expectModel(depthwiseOf(sizes)),
  )

  test('a window of one row and another of one column', async () => {
    const spec = depthwiseOf({ channels: 8, size: 9 })
    await expectModel({ ...spec, w: whole(1, 1, 11, 8), padding: [0, 5] })
    await expectModel({ ...spec, w: whole(1, 11, 1, 8), padding: [5, 0] })
  })
  test('dilated, with bias and activation', () => {
    const spec = depthwiseOf({ channels: 8, size: 9 })
    return expectModel({
      ...spec,
      padding: [2, 2],
      dilation: [2, 2],
      epilogue: {
        expression: unary('hardswish', add(accumulator, operand(0))),
        operands: [repeated(3, spec.out.view.shape, [3])],
      },
    })
  })
  test('some channels of a wider map', () => {
    const spec = depthwiseOf({ channels: 8, size: 6 })
    return expectModel({
      ...spec,
      x: viewOf(0, [2, 6, 6, 8], [720, 120, 20, 1], 4),
      out: viewOf(2, [2, 6, 6, 8], [432, 72, 12, 1], 2),
    })
  })
  test('splitting changes nothing', () =>
    expectModel(depthwiseOf({ channels: 16, size: 12 }), {
      traits: { ...traits, rate: { macsPerSecond: 100_000, bytesPerSecond: 1e12 } },
    }))
})

describe('pooling', () => {
  test('an average of the taps inside', () => expectModel(poolOf({})))
  test('an average that counts the padding', () => expectModel(poolOf({ countIncludePad: true })))
  test('a maximum of stride 2', () => expectModel(poolOf({ fn: 'max', stride: [2, 2] })))
  test('five channels', () => expectModel(poolOf({}, 5)))
  test.each(pool.variants(poolOf({}), traits).map(({ name }) => name))('%s', (variant) =>
    expectModel(poolOf({ stride: [2, 2] }), { variant }),
  )
  test('a window wider than the map', () =>
    expectModel({
      ...poolOf({ kernel: [7, 11], padding: [3, 5] }),
      out: whole(1, 2, 7, 9, 8),
    }))
  test('a token mixer: the average less the token itself', () => {
    const spec = poolOf({})
    return expectModel({
      ...spec,
      epilogue: {
        expression: { kind: 'binary', fn: 'sub', x: accumulator, y: operand(0) },
        operands: [spec.x],
      },
    })
  })
})

function depthwiseOf({
  kernel = 3,
  stride = 1,
  size = 10,
  channels = 8,
}: {
  readonly kernel?: number
  readonly stride?: number
  readonly size?: number
  readonly channels?: number
}): DepthwiseSpec {
  const padding = (kernel - 1) / 2
  const output = Math.floor((size + 2 * padding - kernel) / stride) + 1
  return {
    family: 'depthwise',
    x: whole(0, 2, size, size, channels),
    w: whole(1, kernel, kernel, channels),
    stride: [stride, stride],
    padding: [padding, padding],
    dilation: [1, 1],
    out: whole(2, 2, output, output, channels),
    epilogue: plain,
  }
}

function poolOf(more: Partial<PoolSpec>, channels = 8): PoolSpec {
  const [strideY, strideX] = more.stride ?? [1, 1]
  const output = [Math.floor(6 / strideY) + 1, Math.floor(8 / strideX) + 1]
  return {
    family: 'pool',
    fn: 'average',
    x: whole(0, 2, 7, 9, channels),
    kernel: [3, 3],
    stride: [1, 1],
    padding: [1, 1],
    countIncludePad: false,
    out: whole(1, 2, ...output, channels),
    epilogue: plain,
    ...more,
  }
}
