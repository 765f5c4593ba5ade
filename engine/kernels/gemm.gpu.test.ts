import { describe, test } from 'vitest'
import { gemm } from './gemm'
import type { DeviceTraits } from './kernel'
import type { ConvolvedOperand, GemmSpec } from './spec'
import { testDevice } from './testing/device'
import {
  accumulator,
  add,
  binary,
  expectModel,
  mul,
  number,
  operand,
  plain,
  repeated,
  unary,
  viewOf,
  whole,
} from './testing/specs'
import { wholeView } from './views'

const { traits } = await testDevice()
/** What a GPU would be offered; here it runs on the software adapter all the same. */
const gpu: DeviceTraits = { ...traits, isSoftware: false }

describe.each([
  { where: 'software', device: traits },
  { where: 'a GPU', device: gpu },
])('every variant for $where', ({ device }) => {
  const names = (spec: GemmSpec) => gemm.variants(spec, device).map(({ name }) => name)

  test.each(names(product(65, 127, 68)))('%s: sizes that fit no tile', (variant) =>
    expectModel(product(65, 127, 68), { variant, traits: device }),
  )
  test.each(names(convolution()))('%s: a convolution of three channels', (variant) =>
    expectModel(convolution(), { variant, traits: device }),
  )
  test.each(names(product(3, 17, 65)))('%s: few rows, and k that is no multiple of four', (variant) =>
    expectModel(product(3, 17, 65), { variant, traits: device }),
  )
})

describe('sizes', () => {
  test.each([
    [1, 1, 1],
    [1, 1000, 192],
    [17, 3, 1],
    [33, 65, 127],
  ])('%i x %i x %i', (m, n, k) => expectModel(product(m, n, k)))
})

describe('fused into a product', () => {
  const [m, n, k] = [19, 20, 24]
  const shape = [1, m, n]

  test('bias, GELU, scale per column and residual', () => {
    const x = unary('gelu', add(accumulator, operand(0)))
    return expectModel(
      product(m, n, k, {
        epilogue: {
          expression: add(mul(x, operand(1)), operand(2)),
          operands: [repeated(3, shape, [2]), repeated(4, shape, [2]), whole(5, ...shape)],
        },
      }),
    )
  })

  test('a residual that is also the first factor is bound once', () =>
    expectModel(
      product(m, k, k, {
        a: whole(0, 1, m, k),
        epilogue: { expression: add(accumulator, operand(0)), operands: [whole(0, 1, m, k)] },
      }),
    ))

  test('a norm is applied as rows are loaded', () => {
    const statistic = (which: number) => viewOf(6, [1, m, k], [0, 2, 0], which)
    const centred = mul(binary('sub', accumulator, operand(0)), operand(1))
    return expectModel(
      product(m, n, k, {
        prologue: {
          expression: add(mul(centred, operand(2)), operand(3)),
          operands: [statistic(0), statistic(1), repeated(7, [1, m, k], [2]), repeated(8, [1, m, k], [2])],
        },
      }),
      { scale: 5 },
    )
  })

  test('a norm where k is no multiple of four', () =>
    expectModel(
      product(m, n, 23, {
        prologue: {
          expression: binary('div', number(1), add(accumulator, operand(0))),
          operands: [viewOf(6, [1, m, 23], [0, 1, 0], 0)],
        },
      }),
      { scale: 1000 },
    ))

  test('an operand that moves along m, and is the first factor transposed', () =>
    expectModel(
      product(12, 12, 12, {
        epilogue: {
          expression: add(accumulator, operand(0)),
          operands: [viewOf(0, [1, 12, 12], [0, 1, 12])],
        },
      }),
    ))
})

describe('views', () => {
  test('batches with strides, as heads of one tensor', () =>
    expectModel({
      ...product(9, 11, 8),
      batch: 3,
      a: viewOf(0, [3, 9, 8], [8, 72, 1], 24),
      b: viewOf(0, [3, 11, 8], [8, 72, 1], 48),
      out: viewOf(2, [3, 9, 11], [11, 33, 1]),
    }))

  test('the second factor lies along n', () =>
    expectModel(product(13, 18, 20, { b: viewOf(1, [1, 18, 20], [0, 1, 18]) })))

  test('the first factor lies along m', () =>
    expectModel(product(13, 18, 20, { a: viewOf(0, [1, 13, 20], [0, 1, 13]) })))

  test('an odd offset', () => expectModel(product(5, 6, 8, { a: viewOf(0, [1, 5, 8], [0, 8, 1], 3) })))

  test('a padded first factor', () =>
    expectModel(
      product(10, 6, 8, {
        a: {
          tensor: 0,
          view: {
            shape: [1, 10, 8],
            strides: [0, 8, 1],
            offset: -8,
            guard: {
              ranges: [
                [0, 1],
                [1, 8],
                [0, 8],
              ],
              fill: 0,
            },
          },
        },
      }),
    ))
})

describe('convolutions', () => {
  test('3x3, padded', () => expectModel(convolution({ channels: 8, kernel: [3, 3], stride: [1, 1] })))
  test('7x7 of stride 2 on three channels', () =>
    expectModel(convolution({ kernel: [7, 7], padding: [3, 3], size: [13, 15] })))
  test('patches without padding', () =>
    expectModel(convolution({ kernel: [4, 4], stride: [4, 4], padding: [0, 0], size: [12, 16] })))
  test('dilated', () =>
    expectModel(convolution({ channels: 4, dilation: [2, 2], padding: [2, 2], stride: [1, 1] })))
  test('1x1 of stride 2', () =>
    expectModel(convolution({ channels: 8, kernel: [1, 1], padding: [0, 0], size: [9, 7] })))
  test('in three groups', () => expectModel(groupedConvolution()))
})

describe('splitting', () => {
  const slow = (macsPerSecond: number): DeviceTraits => ({
    ...traits,
    rate: { macsPerSecond, bytesPerSecond: 1e12 },
  })

  test('changes nothing', async () => {
    const spec = product(65, 70, 32)
    const slowly = slow((20 * gemm.cost(spec).macs) / 3.1)
    const [variant] = gemm.variants(spec, slowly)
    if (!variant) throw new Error('There is no variant.')
    if (gemm.dispatches(spec, variant, slowly).length !== 4)
      throw new Error('This test wants four dispatches.')
    await expectModel(spec, { traits: slowly })
  })

  test('nor do rows of workgroups', () =>
    expectModel(product(65, 70, 32), {
      traits: { ...traits, limits: { ...traits.limits, maxComputeWorkgroupsPerDimension: 7 } },
    }))
})

function product(m: number, n: number, k: number, more: Partial<GemmSpec> = {}): GemmSpec {
  return {
    family: 'gemm',
    batch: 1,
    m,
    n,
    k,
    a: whole(0, 1, m, k),
    b: whole(1, 1, n, k),
    out: whole(2, 1, m, n),
    prologue: null,
    epilogue: plain,
    ...more,
  }
}

interface Convolution extends Pick<ConvolvedOperand, 'kernel' | 'stride' | 'padding' | 'dilation'> {
  readonly size: readonly [number, number]
  readonly channels: number
}

function convolution(more: Partial<Convolution> = {}): GemmSpec {
  const { size, channels, kernel, stride, padding, dilation }: Convolution = {
    size: [8, 9],
    channels: 3,
    kernel: [3, 3],
    stride: [2, 2],
    padding: [1, 1],
    dilation: [1, 1],
    ...more,
  }
  const reach = (axis: 0 | 1) => size[axis] + 2 * padding[axis] - (kernel[axis] - 1) * dilation[axis] - 1
  const output = [Math.floor(reach(0) / stride[0]) + 1, Math.floor(reach(1) / stride[1]) + 1] as const
  const [m, n, k] = [2 * output[0] * output[1], 10, kernel[0] * kernel[1] * channels]
  const view = wholeView([2, ...size, channels])
  return {
    ...product(m, n, k),
    a: { tensor: 0, view, groupStride: 0, kernel, stride, padding, dilation, output },
  }
}

/** Four channels in, five out for each group; weights [group, out, kh, kw, in], result [n, h, w, group, out]. */
function groupedConvolution(): GemmSpec {
  const [height, width, groups] = [6, 5, 3]
  const [m, n, k] = [height * width, 5, 36]
  return {
    ...product(m, n, k),
    batch: groups,
    a: {
      tensor: 0,
      view: { ...wholeView([1, height, width, 12]), shape: [1, height, width, 4] },
      groupStride: 4,
      kernel: [3, 3],
      stride: [1, 1],
      padding: [1, 1],
      dilation: [1, 1],
      output: [height, width],
    },
    b: whole(1, groups, n, k),
    out: viewOf(2, [groups, m, n], [n, groups * n, 1]),
  }
}
