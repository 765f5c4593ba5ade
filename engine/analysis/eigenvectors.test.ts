import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Eigenpair, eigenpairs, inner, strongestEigenpairs } from './eigenvectors'

/** A · Aᵀ of random numbers: symmetric, no negative eigenvalues. */
function squareOf(numbers: readonly number[], size: number): Float64Array {
  const at = (row: number, column: number) => numbers[(row * 31 + column * 17) % numbers.length] ?? 0
  return Float64Array.from({ length: size * size }, (_, index) => {
    const [row, column] = [Math.floor(index / size), index % size]
    return Array.from({ length: size }, (_, k) => at(row, k) * at(column, k)).reduce((a, b) => a + b, 0)
  })
}

const errorOf = (matrix: Float64Array, size: number, { value, vector }: Eigenpair) =>
  Math.max(
    ...Array.from({ length: size }, (_, row) =>
      Math.abs(inner(matrix.subarray(row * size, (row + 1) * size), vector) - value * (vector[row] ?? 0)),
    ),
  )

test('two by two, by hand', () => {
  const [first, second] = eigenpairs(Float64Array.from([2, 1, 1, 2]), 2)
  expect(first?.value).toBeCloseTo(3, 14)
  expect(second?.value).toBeCloseTo(1, 14)
  expect(Math.abs((first?.vector[0] ?? 0) * Math.SQRT2)).toBeCloseTo(1, 14)
  expect(first?.vector[0]).toBeCloseTo(first?.vector[1] ?? Number.NaN, 14)
})

test('every pair that rotations find satisfies A v = λ v, and the values add up to the trace', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 97, maxLength: 97 }),
      fc.integer({ min: 1, max: 12 }),
      (numbers, size) => {
        const matrix = squareOf(numbers, size)
        const pairs = eigenpairs(matrix, size)
        for (const pair of pairs) expect(errorOf(matrix, size, pair)).toBeLessThan(1e-10)
        const trace = Array.from({ length: size }, (_, at) => matrix[at * size + at] ?? 0)
        const sum = pairs.reduce((total, { value }) => total + value, 0)
        expect(sum).toBeCloseTo(
          trace.reduce((a, b) => a + b, 0),
          10,
        )
      },
    ),
    { numRuns: 60 },
  )
})

test('iteration finds what rotations find', () => {
  const size = 70
  const numbers = Array.from({ length: 97 }, (_, index) => Math.sin(index * index + 1))
  const matrix = squareOf(numbers, size)
  const all = eigenpairs(matrix, size)
  const strongest = strongestEigenpairs(matrix, size, 3)
  for (const [index, pair] of strongest.entries()) {
    expect(pair.value / (all[index]?.value ?? 0)).toBeCloseTo(1, 12)
    expect(Math.abs(inner(pair.vector, all[index]?.vector))).toBeCloseTo(1, 9)
  }
})

test('equal eigenvalues and a matrix of low rank still give vectors of unit length', () => {
  const size = 64
  const identity = Float64Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 4 : 0))
  for (const pair of strongestEigenpairs(identity, size, 3)) {
    expect(pair.value).toBeCloseTo(4, 12)
    expect(inner(pair.vector, pair.vector)).toBeCloseTo(1, 12)
  }
  const ones = new Float64Array(size * size).fill(1)
  const [first] = strongestEigenpairs(ones, size, 3)
  expect(first?.value).toBeCloseTo(size, 10)
  expect(strongestEigenpairs(new Float64Array(size * size), size, 3).every(({ value }) => value === 0)).toBe(
    true,
  )
})
