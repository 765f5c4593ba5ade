import { expect, test } from 'vitest'
import { collapse, isContiguous, readsAsVec4, wholeView } from './views'

test('a whole tensor has one axis', () => {
  expect(collapse([wholeView([2, 3, 4])])).toEqual([{ shape: [24], strides: [1], offset: 0 }])
})

test('axes merge only where every view is dense', () => {
  const bias = { shape: [2, 3, 4], strides: [0, 0, 1], offset: 0 }
  expect(collapse([wholeView([2, 3, 4]), bias])).toEqual([
    { shape: [6, 4], strides: [4, 1], offset: 0 },
    { shape: [6, 4], strides: [0, 1], offset: 0 },
  ])
})

test('axes of one element go, but not when a guard looks at them', () => {
  const guard = {
    ranges: [
      [1, 1],
      [0, 4],
    ] as const,
    fill: 0,
  }
  expect(collapse([{ shape: [1, 4], strides: [9, 1], offset: 0 }])[0]?.shape).toEqual([4])
  expect(collapse([{ shape: [1, 4], strides: [9, 1], offset: 0, guard }])[0]?.shape).toEqual([1, 4])
})

test('four neighbours lie together only with even strides and no guard along them', () => {
  expect(readsAsVec4(wholeView([3, 8]))).toBe(true)
  expect(readsAsVec4(wholeView([3, 6]))).toBe(false)
  expect(readsAsVec4({ ...wholeView([3, 8]), offset: 2 })).toBe(false)
  expect(readsAsVec4({ shape: [3, 8], strides: [9, 1], offset: 0 })).toBe(false)
  expect(isContiguous({ shape: [3, 1, 8], strides: [8, 5, 1], offset: 4 })).toBe(true)
})
