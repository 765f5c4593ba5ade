import { expect, test } from 'vitest'
import {
  formatBinaryBytes,
  formatBytes,
  formatCount,
  formatDelta,
  formatExactCount,
  formatMs,
  formatPercent,
  formatShape,
  formatShapeShort,
} from './formatNumber'

const plain = (text: string) => text.replaceAll('\u2009', ' ')

test.each([
  [26_341_088, '26.34 M'],
  [4_108_000_000, '4.11 G'],
  [104_857_600, '104.9 M'],
  [943_718_400, '943.7 M'],
  [999_999, '1.00 M'],
  [1500, '1.50 K'],
  [12, '12'],
  [0, '0'],
  [-3_690_000, '−3.69 M'],
])('the count %d is printed as %s', (value, text) => expect(plain(formatCount(value))).toBe(text))

test('counts below a million are exact where there is room', () =>
  expect(formatExactCount(409_600)).toBe('409,600'))

test.each([
  [4_820_000, '4.82 MB'],
  [245_000, '245 kB'],
  [11_300_000, '11.3 MB'],
  [12, '12 B'],
])('%d bytes are printed as %s', (value, text) => expect(plain(formatBytes(value))).toBe(text))

test('the binary size is exact to two digits', () =>
  expect(plain(formatBinaryBytes(4_816_896))).toBe('4.59 MiB'))

test.each([
  [9.394, '9.39 ms'],
  [0.2113, '0.21 ms'],
  [91.46, '91.5 ms'],
  [2959.4, '2959 ms'],
  [0, '0 ms'],
  [0.001, '<0.01 ms'],
  [12_345, '12.3 s'],
])('%d milliseconds are printed as %s', (value, text) => expect(plain(formatMs(value))).toBe(text))

test('differences carry their sign, and none is called the same', () => {
  expect(plain(formatDelta(3_690_000, formatCount))).toBe('+3.69 M')
  expect(plain(formatDelta(-170_000_000, formatCount))).toBe('−170.0 M')
  expect(formatDelta(0, formatCount)).toBe('same')
})

test('shares are whole per cents from ten upwards', () => {
  expect(plain(formatPercent(0.457))).toBe('46 %')
  expect(plain(formatPercent(0.0132))).toBe('1.3 %')
})

test('shapes leave the batch axis out', () => {
  expect(formatShape([1, 14, 14, 320])).toBe('14×14×320')
  expect(formatShapeShort([1, 14, 14, 320])).toBe('14²×320')
  expect(formatShapeShort([1, 197, 192])).toBe('197×192')
})
