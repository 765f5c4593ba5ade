import { expect, test } from 'vitest'
import type { ReceptiveField } from '../../../engine/index'
import { cellLayout, strideWords } from './cellLayout'

const picture = { height: 224, width: 224 }

function field(start: number, size: number, stride: number, centre = start + size / 2): ReceptiveField {
  const axis = { start, size, stride, centre, global: Number.isFinite(size) ? null : 'attention' }
  return { y: axis, x: axis, gate: false, norm: null }
}

test('patches lie where they are cut', () => {
  const layout = cellLayout({ height: 14, width: 14 }, field(0, 16, 16), picture)
  expect(layout).toEqual({
    area: { left: 0, top: 0, right: 224, bottom: 224 },
    stride: { y: 16, x: 16 },
    from: 'field',
  })
  expect(strideWords(layout)).toBe('16 px')
})

test('padding moves the cells: each lies around the middle of what it reads', () => {
  // ResNet's stem: 7 × 7 and pooling, 11 pixels from −5 on, every 4: the first middle is pixel 0.
  const { area } = cellLayout({ height: 56, width: 56 }, field(-5, 11, 4), picture)
  expect(area).toEqual({ left: -1.5, top: -1.5, right: 222.5, bottom: 222.5 })
})

test('what reads everything is divided evenly', () => {
  const global = field(0, Number.POSITIVE_INFINITY, 0)
  expect(cellLayout({ height: 7, width: 7 }, global, picture)).toMatchObject({
    from: 'even',
    stride: { y: 32 },
  })
  // A stride of 28 for a grid of 56 is not the step between positions.
  expect(cellLayout({ height: 56, width: 56 }, field(0, 28, 28), picture).from).toBe('even')
  expect(cellLayout({ height: 7, width: 14 }, null, picture)).toMatchObject({ stride: { y: 32, x: 16 } })
})

test('positions that share windows lie where they would without', () => {
  const { area } = cellLayout({ height: 56, width: 56 }, field(0, 28, 4, 2), picture)
  expect(area).toEqual({ left: 0, top: 0, right: 224, bottom: 224 })
})

test('a single position stands for the whole picture', () => {
  expect(cellLayout({ height: 1, width: 1 }, field(-3, 300, 0), picture).area).toEqual({
    left: 0,
    top: 0,
    right: 224,
    bottom: 224,
  })
})
