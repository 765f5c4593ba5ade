import { expect, test } from 'vitest'
import { parseProbe, probeImage, probeKinds, probes, probeTitle } from './probes'

const size = { width: 12, height: 8 }
/** The first channel of one pixel. */
const at = (image: Float32Array, x: number, y: number, width = size.width) => image[(y * width + x) * 3]

test('an impulse is one white pixel, where it was asked for', () => {
  const centre = probeImage({ kind: 'impulse', x: 0.5, y: 0.5 }, size)
  expect(at(centre, 6, 4)).toBe(1)
  expect(centre.filter((value) => value === 1)).toHaveLength(3)
  expect(centre.filter((value) => value === 0.5)).toHaveLength(12 * 8 * 3 - 3)
  const corner = probeImage({ kind: 'impulse', x: 1, y: 0 }, size)
  expect(at(corner, 11, 0)).toBe(1)
})

test('stripes repeat after their period, along their direction alone', () => {
  const upright = probeImage({ kind: 'stripes', period: 4, angle: 0 }, size)
  const lying = probeImage({ kind: 'stripes', period: 4, angle: 90 }, size)
  for (let y = 0; y < 8; y++) {
    expect(at(upright, 1, y)).toBe(at(upright, 1, 0))
    expect(at(upright, 5, y)).toBeCloseTo(at(upright, 1, y) ?? Number.NaN, 6)
  }
  for (let x = 0; x < 12; x++) expect(at(lying, x, 3)).toBe(at(lying, 0, 3))
  // Half a period apart they are each other's mirror about grey.
  expect((at(upright, 0, 0) ?? 0) + (at(upright, 2, 0) ?? 0)).toBeCloseTo(1, 6)
  // Leaning by 45 degrees, the period along either axis is longer by √2.
  const leaning = probeImage({ kind: 'stripes', period: 8 / Math.SQRT2, angle: 45 }, { width: 16, height: 2 })
  expect(at(leaning, 9, 0, 16)).toBeCloseTo(at(leaning, 1, 0, 16) ?? Number.NaN, 6)
})

test('a checker changes at every cell, both ways', () => {
  const checker = probeImage({ kind: 'checker', cell: 2 }, size)
  expect([0, 1, 2, 3, 4].map((x) => at(checker, x, 0))).toEqual([0, 0, 1, 1, 0])
  expect([0, 1, 2, 3, 4].map((y) => at(checker, 2, y))).toEqual([1, 1, 0, 0, 1])
})

test('a gradient goes from black to white, corner to corner when it leans', () => {
  const right = probeImage({ kind: 'gradient', angle: 0 }, size)
  expect([at(right, 0, 3), at(right, 11, 3)]).toEqual([0, 1])
  const down = probeImage({ kind: 'gradient', angle: 90 }, size)
  expect([at(down, 5, 0), at(down, 5, 7)]).toEqual([0, 1])
  const back = probeImage({ kind: 'gradient', angle: 180 }, size)
  expect([at(back, 0, 0), at(back, 11, 0)]).toEqual([1, 0])
  const leaning = probeImage({ kind: 'gradient', angle: 45 }, size)
  expect(at(leaning, 0, 0)).toBeCloseTo(0, 6)
  expect(at(leaning, 11, 7)).toBeCloseTo(1, 6)
})

test('every probe is grey, within 0 to 1, and fills the input', () => {
  for (const kind of probeKinds) {
    const image = probeImage(probes[kind].usual, { width: 7, height: 1 })
    expect(image).toHaveLength(21)
    for (let x = 0; x < 7; x++) {
      const [red = Number.NaN, green, blue] = image.subarray(x * 3, x * 3 + 3)
      expect([green, blue]).toEqual([red, red])
      expect(red).toBeGreaterThanOrEqual(0)
      expect(red).toBeLessThanOrEqual(1)
    }
  }
})

test('on the command line a probe is a word and numbers', () => {
  expect(parseProbe('stripes')).toEqual({ kind: 'stripes', period: 16, angle: 0 })
  expect(parseProbe('stripes:angle=45,period=7')).toEqual({ kind: 'stripes', period: 7, angle: 45 })
  expect(() => parseProbe('spiral')).toThrow('there is no probe spiral; the probes are impulse, stripes')
  expect(() => parseProbe('toString')).toThrow('there is no probe')
  expect(() => parseProbe('checker:size=3')).toThrow('checker has no size; it has cell')
  expect(() => parseProbe('checker:cell=0')).toThrow('cell of checker is a number from 1 to 512, not 0')
  expect(() => parseProbe('checker:cell=')).toThrow('cell of checker is a number')
  expect(probeTitle(parseProbe('stripes:period=7'))).toBe('Stripes, period 7, angle 0')
})
