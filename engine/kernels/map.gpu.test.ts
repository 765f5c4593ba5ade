import { describe, test } from 'vitest'
import type { DeviceTraits } from './kernel'
import type { Expression, MapSpec, Operand } from './spec'
import { testDevice } from './testing/device'
import {
  add,
  binary,
  expectModel,
  mul,
  number,
  operand,
  repeated,
  unary,
  viewOf,
  whole,
} from './testing/specs'

const { traits } = await testDevice()

describe('element-wise', () => {
  test.each([[[1]], [[3]], [[17, 3]], [[5, 8]], [[1000, 12]]])('%j', (shape) =>
    expectModel(map(unary('silu', operand(0)), [whole(0, ...shape)], shape)),
  )

  test('a bias per channel, a scalar and a residual', () => {
    const shape = [3, 7, 8]
    return expectModel(
      map(
        add(mul(add(operand(0), operand(1)), operand(2)), operand(3)),
        [whole(0, ...shape), repeated(1, shape, [2]), repeated(2, shape, []), whole(3, ...shape)],
        shape,
      ),
    )
  })

  test('a shared part is computed once, a choice is made per element', () => {
    const shared = unary('exp', operand(0))
    const choice: Expression = {
      kind: 'select',
      condition: binary('less', operand(0), number(0)),
      x: shared,
      y: mul(shared, shared),
    }
    return expectModel(map(add(choice, shared), [whole(0, 33)], [33]))
  })

  test('the same tensor twice, straight and transposed', () =>
    expectModel(map(add(operand(0), operand(1)), [whole(0, 8, 8), viewOf(0, [8, 8], [1, 8])], [8, 8])))
})

// Random inputs lie within ±1; the factor, exact in every float, spreads them over many turns.
test.each(['sin', 'cos'] as const)('%s of many turns', (fn) =>
  expectModel(map(unary(fn, mul(operand(0), number(512))), [whole(0, 999)], [999])),
)

describe('views', () => {
  test('a transpose', () => expectModel(map(operand(0), [viewOf(0, [12, 8], [1, 12])], [12, 8])))
  test('a reversed axis', () => expectModel(map(operand(0), [viewOf(0, [5, 8], [8, -1], 7)], [5, 8])))
  test('windows of a map, six axes', () =>
    expectModel(
      map(operand(0), [viewOf(0, [2, 2, 2, 3, 3, 4], [144, 72, 12, 24, 4, 1])], [2, 2, 2, 3, 3, 4]),
    ))
  test('seven axes that do not merge', () =>
    expectModel(
      map(operand(0), [viewOf(0, [2, 2, 3, 2, 2, 2, 2], [1, 2, 4, 12, 24, 48, 96])], [2, 2, 3, 2, 2, 2, 2]),
    ))
  test('a piece of a concatenation', () =>
    expectModel({
      ...map(operand(0), [whole(0, 6, 8)], [6, 8]),
      out: viewOf(9, [6, 8], [20, 1], 4),
    }))
  test.each([[4], [3]])('padding with %i channels', (channels) =>
    expectModel(map(add(operand(0), number(1)), [padded(channels)], [2, 6, 7, channels])),
  )
  test('padding along the channels', () =>
    expectModel(
      map(
        operand(0),
        [
          {
            tensor: 0,
            view: {
              shape: [5, 12],
              strides: [4, 1],
              offset: -4,
              guard: {
                ranges: [
                  [0, 5],
                  [4, 8],
                ],
                fill: 0.5,
              },
            },
          },
        ],
        [5, 12],
      ),
    ))
})

describe('operands whose places are read from tensors', () => {
  const index = (tensor: number, shape: readonly number[], strides: readonly number[], step: number) => ({
    tensor,
    view: { shape, strides, offset: 0 },
    step,
  })
  const numbers = new Map([
    [0, Float32Array.from({ length: 5 * 6 * 8 }, (_, i) => Math.sin(i))],
    [1, Float32Array.of(4, 0, 2)],
    [2, Float32Array.of(5, 5, 0, 3)],
    [3, Float32Array.of(7, 1, 0)],
    [9, new Float32Array(1000)],
  ])

  test.each(['vec4', 'scalar'])('rows and columns of a map, four channels at a time: %s', (variant) => {
    const shape = [3, 4, 8]
    const indirect = [index(1, shape, [1, 0, 0], 48), index(2, shape, [0, 1, 0], 8)]
    const taken = { tensor: 0, view: { shape, strides: [0, 0, 1], offset: 0, indirect } }
    return expectModel(map(unary('relu', operand(0)), [taken], shape), { variant, tensors: numbers })
  })

  test('along the last axis, behind a guard', () => {
    const shape = [2, 5]
    const indirect = [index(3, shape, [0, 1], 1)].map((one) => ({
      ...one,
      view: { ...one.view, offset: -1 },
    }))
    const guard = { ranges: [[0, 2] as const, [1, 4] as const], fill: 9 }
    const taken = { tensor: 0, view: { shape, strides: [8, 0], offset: 0, guard, indirect } }
    return expectModel(map(operand(0), [taken], shape), { tensors: numbers })
  })
})

describe('splitting', () => {
  test('changes nothing', () =>
    expectModel(map(unary('relu', operand(0)), [whole(0, 100, 8)], [100, 8]), { traits: slow(40_000) }))
  test('nor do rows of workgroups', () =>
    expectModel(map(unary('relu', operand(0)), [whole(0, 997)], [997]), {
      variant: 'scalar',
      traits: { ...traits, limits: { ...traits.limits, maxComputeWorkgroupsPerDimension: 3 } },
    }))
})

function slow(bytesPerSecond: number): DeviceTraits {
  return { ...traits, rate: { macsPerSecond: 1e12, bytesPerSecond } }
}

function map(expression: Expression, operands: readonly Operand[], shape: readonly number[]): MapSpec {
  return { family: 'map', fused: { expression, operands }, out: whole(9, ...shape) }
}

/** [2, 3, 4, c] with one row above, two below, and so on. */
function padded(channels: number): Operand {
  const row = 4 * channels
  return {
    tensor: 0,
    view: {
      shape: [2, 6, 7, channels],
      strides: [3 * row, row, channels, 1],
      offset: -row - 2 * channels,
      guard: {
        ranges: [
          [0, 2],
          [1, 4],
          [2, 6],
          [0, channels],
        ],
        fill: -1,
      },
    },
  }
}
