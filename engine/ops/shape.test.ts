import { expect, test } from 'vitest'
import { ShapeError } from '../errors'
import { resultShape } from './shape'

/** The ShapeError that the body throws, as `CODE: sentence`. */
function sentence(body: () => unknown): string {
  try {
    body()
  } catch (error) {
    if (error instanceof ShapeError) return `${error.code}: ${error.message}`
    throw error
  }
  return 'no error'
}

const ones = { stride: [1, 1], dilation: [1, 1], inputDilation: [1, 1], groups: 1 } as const
const noPadding = [
  [0, 0],
  [0, 0],
] as const

test('a dot keeps batch axes, then the free axes of both sides', () => {
  const attrs = {
    batch: [
      [0, 2],
      [0, 2],
    ],
    contract: [[3], [3]],
  } as const
  expect(
    resultShape('dot', attrs, [
      [2, 9, 4, 8],
      [2, 7, 4, 8],
    ]),
  ).toEqual([2, 4, 9, 7])
})

test('a convolution counts what fits', () => {
  const padding = [
    [2, 2],
    [2, 2],
  ] as const
  const attrs = { ...ones, stride: [4, 4], padding } as const
  expect(
    resultShape('conv', attrs, [
      [1, 224, 224, 3],
      [64, 7, 7, 3],
    ]),
  ).toEqual([1, 56, 56, 64])
  const spread = { ...ones, padding: noPadding, inputDilation: [2, 2] } as const
  expect(
    resultShape('conv', spread, [
      [1, 4, 4, 3],
      [1, 1, 1, 3],
    ]),
  ).toEqual([1, 7, 7, 1])
})

test('windows, slices with steps, padding and concatenation', () => {
  const window = { kernel: [3, 2], stride: [2, 1], dilation: [1, 2] } as const
  expect(resultShape('windows', window, [[1, 7, 5, 2]])).toEqual([1, 3, 3, 3, 2, 2])
  expect(resultShape('overlapAdd', { ...window, height: 7, width: 5 }, [[1, 3, 3, 3, 2, 2]])).toEqual([
    1, 7, 5, 2,
  ])
  expect(resultShape('slice', { start: [1], size: [3], step: [2] }, [[6]])).toEqual([3])
  expect(resultShape('pad', { low: [1, 0], high: [2, 0], value: 0 }, [[3, 3]])).toEqual([6, 3])
  expect(
    resultShape('concat', { axis: 1 }, [
      [1, 1, 4],
      [1, 49, 4],
    ]),
  ).toEqual([1, 50, 4])
})

test('errors are sentences with the numbers in them', () => {
  const errors = [
    () =>
      resultShape('binary', { fn: 'add' }, [
        [1, 14, 14, 64],
        [1, 7, 7, 64],
      ]),
    () =>
      resultShape('dot', { batch: [[], []], contract: [[1], [1]] }, [
        [2, 5],
        [3, 4],
      ]),
    () =>
      resultShape('conv', { ...ones, padding: noPadding, groups: 4 }, [
        [1, 8, 8, 6],
        [8, 3, 3, 1],
      ]),
    () =>
      resultShape('conv', { ...ones, padding: noPadding }, [
        [1, 8, 8, 6],
        [8, 3, 3, 4],
      ]),
    () =>
      resultShape('conv', { ...ones, padding: noPadding }, [
        [1, 2, 2, 6],
        [8, 3, 3, 6],
      ]),
    () =>
      resultShape('conv', { ...ones, padding: noPadding }, [
        [1, 49, 6],
        [8, 3, 3, 6],
      ]),
    () => resultShape('reshape', { shape: [1, 48, 8] }, [[1, 7, 7, 8]]),
    () => resultShape('broadcast', { shape: [4, 3] }, [[2, 3]]),
    () => resultShape('slice', { start: [2], size: [3], step: [2] }, [[6]]),
    () =>
      resultShape('concat', { axis: 1 }, [
        [1, 1, 4],
        [1, 49, 8],
      ]),
    () => resultShape('pad', { low: [-1], high: [0], value: 0 }, [[3]]),
    () => resultShape('transpose', { axes: [0, 0] }, [[3, 4]]),
    () => resultShape('reduce', { fn: 'sum', axes: [2] }, [[3, 4]]),
    () => resultShape('constant', { data: new Float32Array(3) }, [], [2, 2]),
    () => resultShape('input', { name: 'x' }, [], [1, 0, 3]),
    () => resultShape('input', { name: 'x' }, [], [1024, 2048, 2048]),
    () => resultShape('binary', { fn: 'mul' }, [[1]]),
  ]
  expect(errors.map(sentence).join('\n')).toMatchInlineSnapshot(`
    "SHAPE_MISMATCH: add: 1×14×14×64 and 1×7×7×64 differ; both must have one shape
    SHAPE_MISMATCH: dot: contracted axis 1 of 2×5 has size 5 and axis 1 of 3×4 has size 4
    GROUPS_DIVIDE: conv: 6 input and 8 output channels do not split into 4 groups; choose a number that divides 2
    SHAPE_MISMATCH: conv: the weight reads 4 channels and the input has 6
    TOO_SMALL: conv: a 3×3 kernel does not fit into a 2×2 map with this padding
    RANK: conv: a value of form [n, h, w, c] is needed and 1×49×6 has 3 axes
    SHAPE_MISMATCH: reshape: 1×7×7×8 has 392 elements and 1×48×8 has 384
    SHAPE_MISMATCH: broadcast: 2×3 does not grow to 4×3; axis 0 has size 2 and only size 1 repeats
    SHAPE_MISMATCH: slice: axis 0 has 6 elements and the slice needs 7 of them
    SHAPE_MISMATCH: concat: input 1 is 1×49×8 and input 0 is 1×1×4; they may differ in axis 1 only
    ATTRIBUTE: pad: -1 elements cannot be added; use slice to crop
    ATTRIBUTE: transpose: axes 0, 0 name one axis twice
    RANK: reduce sum: 3×4 has 2 axes and no axis 2
    SHAPE_MISMATCH: constant: 3 values do not fill 2×2, which has 4 elements
    TOO_SMALL: input: 1×0×3 has an axis of size 0; sizes are whole numbers from 1 up
    SHAPE_MISMATCH: input: 1024×2048×2048 has 4294967296 elements and a tensor may have 2147483648; choose a smaller input, batch or width
    ATTRIBUTE: binary takes 2 inputs and got 1"
  `)
})

test('an error says what was expected and what came', () => {
  const attrs = { ...ones, padding: noPadding }
  expect(() =>
    resultShape('conv', attrs, [
      [1, 8, 8, 6],
      [8, 3, 3, 4],
    ]),
  ).toThrow(expect.objectContaining({ expected: [{ what: 'input channels', expected: '4', got: '6' }] }))
})
