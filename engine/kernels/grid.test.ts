import { expect, test } from 'vitest'
import { LONGEST_MS, predictedMs, split } from './grid'
import type { Cost, DeviceTraits } from './kernel'

const device = {
  rate: { macsPerSecond: 1e9, bytesPerSecond: 1e9 },
  limits: { maxComputeWorkgroupsPerDimension: 100 },
} as DeviceTraits

const shader = { source: '', bindings: [] }

function cutInto(groups: number, cost: Cost) {
  const ranges: [number, number][] = []
  const dispatches = split(groups, cost, device, shader, (first, end) => {
    ranges.push([first, end])
    return new Uint8Array()
  })
  return { ranges, grids: dispatches.map(({ workgroups }) => workgroups) }
}

test('short work is one dispatch', () => {
  expect(cutInto(30, { macs: 1e6, bytesRead: 0, bytesWritten: 0 })).toEqual({
    ranges: [[0, 30]],
    grids: [[30, 1, 1]],
  })
})

test('long work is cut so that no part is predicted to take longer than allowed', () => {
  const cost = { macs: 100e6, bytesRead: 20e6, bytesWritten: 10e6 }
  expect(predictedMs(cost, device)).toBe(130)
  const { ranges } = cutInto(31, cost)
  expect(ranges).toEqual([
    [0, 11],
    [11, 22],
    [22, 31],
  ])
  expect(Math.max(...ranges.map(([first, end]) => ((end - first) / 31) * 130))).toBeLessThanOrEqual(
    LONGEST_MS,
  )
})

test('a workgroup cannot be cut', () => {
  expect(cutInto(1, { macs: 1e12, bytesRead: 0, bytesWritten: 0 }).ranges).toEqual([[0, 1]])
})

test('more workgroups than fit side by side lie in rows, with at most a row too many', () => {
  const { grids } = cutInto(1001, { macs: 0, bytesRead: 0, bytesWritten: 0 })
  expect(grids).toEqual([[91, 11, 1]])
})

test('no work is no dispatch', () => {
  expect(cutInto(0, { macs: 0, bytesRead: 0, bytesWritten: 0 }).grids).toEqual([])
})
