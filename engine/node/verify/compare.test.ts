import { expect, test } from 'vitest'
import { compareAttention, compareTensor } from './compare'

// A map of 2 channels on 1 x 3: the reference keeps channels first, we keep them last.
const reference = [1, 2, 3, 10, 20, 30]
const record = {
  shape: [1, 2, 1, 3],
  layout: 'NCHW',
  l2: Math.hypot(...reference),
  samples: reference.map((value, index): [number, number] => [index, value]),
}
const ours = { shape: [1, 1, 3, 2], data: new Float32Array([1, 10, 2, 20, 3, 30]) }

test('a channels-first record is found in a channels-last tensor', () => {
  expect(compareTensor(record, ours, 1e-6)).toMatchObject({ passes: true, error: 0 })
})

test('a record that does not say its layout fits either order', () => {
  const { layout, ...unsaid } = record
  expect(compareTensor(unsaid, ours, 1e-6).passes).toBe(true)
  const sameOrder = { shape: [1, 1, 3, 2], data: new Float32Array(reference) }
  expect(compareTensor({ ...unsaid, shape: [1, 1, 3, 2] }, sameOrder, 1e-6).passes).toBe(true)
})

test('an error beyond the tolerance fails, with the numbers', () => {
  const off = { ...ours, data: ours.data.map((value) => value * 1.00005) }
  const verdict = compareTensor(record, off, 1e-5)
  expect(verdict.passes).toBe(false)
  expect(verdict.error).toBeCloseTo(5e-5, 7)
  expect(verdict.detail).toContain('expected 1.00000 2.00000')
})

test('a norm that is off fails even when the samples are right', () => {
  const verdict = compareTensor({ ...record, samples: record.samples.slice(0, 1), l2: 40 }, ours, 1e-5)
  expect(verdict).toMatchObject({ passes: false, error: 0 })
})

test('NaN fails', () => {
  const broken = { ...ours, data: ours.data.map(() => Number.NaN) }
  expect(compareTensor(record, broken, 1)).toMatchObject({ passes: false, error: Number.POSITIVE_INFINITY })
})

test('another size fails and says which', () => {
  const verdict = compareTensor(record, { shape: [1, 2, 2, 2], data: new Float32Array(8) }, 1)
  expect(verdict).toMatchObject({ passes: false, detail: 'expected shape 1×2×1×3, got 1×2×2×2' })
})

test('attention is compared in absolute terms, with the whole first row', () => {
  const probabilities = { shape: [1, 1, 2, 2], data: new Float32Array([0.25, 0.75, 0.5, 0.5]) }
  const recorded = {
    where: 'attn',
    shape: [1, 1, 2, 2],
    samples: [[3, 0.5]] as [number, number][],
    row_cls_head0: [0.25, 0.75],
  }
  expect(compareAttention(recorded, probabilities).passes).toBe(true)
  expect(compareAttention({ ...recorded, row_cls_head0: [0.25, 0.7501] }, probabilities)).toMatchObject({
    passes: false,
    detail: 'at 1 expected 0.750100, got 0.750000',
  })
})

test('a reference that counts heads before windows is found in ours, windows before heads', () => {
  const values = [1, 2, 3, 4, 5, 6].map((value) => value / 10)
  const headsFirst = {
    where: 'halo',
    shape: [2, 3, 1, 1],
    samples: values.map((value, index): [number, number] => [index, value]),
  }
  const windowsFirst = { shape: [3, 2, 1, 1], data: new Float32Array([0.1, 0.4, 0.2, 0.5, 0.3, 0.6]) }
  expect(compareAttention(headsFirst, windowsFirst).passes).toBe(true)
  expect(compareAttention({ ...headsFirst, shape: [6, 1, 1, 1] }, windowsFirst).passes).toBe(false)
})
