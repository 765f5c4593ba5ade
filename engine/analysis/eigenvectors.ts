/** Strongest eigenvectors of a symmetric matrix without negative eigenvalues, the same on every machine. */

export interface Eigenpair {
  readonly value: number
  /** Of unit length. */
  readonly vector: Float64Array
}

/** Up to this size every eigenpair is found by rotations. */
const mostByRotations = 48
/** Vectors that are iterated beyond those asked for: they carry away what converges slowly. */
const spare = 9
const mostRounds = 200
/** Of the largest eigenvalue: what A v may differ from λ v. Far below what 32 bits tell apart. */
const tolerance = 1e-10

/** The `count` largest, strongest first. `matrix`: size × size, row by row. */
export function strongestEigenpairs(matrix: Float64Array, size: number, count: number): readonly Eigenpair[] {
  if (size <= mostByRotations) return eigenpairs(matrix, size).slice(0, count)
  let block = orthonormal(startingVectors(size, Math.min(size, count + spare)))
  let pairs: readonly Eigenpair[] = []
  for (let round = 0; round < mostRounds; round++) {
    const images = block.map((vector) => product(matrix, vector))
    const found = ritzPairs(block, images).slice(0, count)
    pairs = found
    if (found.every(({ error }) => error <= tolerance * (found[0]?.value ?? 0))) break
    block = orthonormal(images)
  }
  return pairs
}

/** All eigenpairs by Jacobi's rotations, strongest first. */
export function eigenpairs(matrix: Float64Array, size: number): readonly Eigenpair[] {
  const left = Float64Array.from(matrix)
  const vectors = Array.from({ length: size }, (_, row) => unitVector(size, row))
  const at = (row: number, column: number) => left[row * size + column] ?? 0
  const scale = left.reduce((sum, value) => sum + value * value, 0)
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0
    for (let row = 0; row < size; row++)
      for (let column = row + 1; column < size; column++) off += at(row, column) ** 2
    if (off <= 1e-30 * scale) break
    for (let row = 0; row < size; row++) {
      for (let column = row + 1; column < size; column++) {
        if (at(row, column) !== 0) rotate(left, vectors, size, row, column)
      }
    }
  }
  return vectors
    .map((vector, index) => ({ value: at(index, index), vector }))
    .sort((a, b) => b.value - a.value)
}

/** Turns the plane of two axes so that their shared element becomes zero. */
function rotate(
  matrix: Float64Array,
  vectors: readonly Float64Array[],
  size: number,
  p: number,
  q: number,
): void {
  const at = (row: number, column: number) => matrix[row * size + column] ?? 0
  const theta = (at(q, q) - at(p, p)) / (2 * at(p, q))
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1))
  const cosine = 1 / Math.hypot(tangent, 1)
  const sine = tangent * cosine
  for (let k = 0; k < size; k++) {
    const [x, y] = [at(k, p), at(k, q)]
    matrix[k * size + p] = cosine * x - sine * y
    matrix[k * size + q] = sine * x + cosine * y
  }
  for (let k = 0; k < size; k++) {
    const [x, y] = [at(p, k), at(q, k)]
    matrix[p * size + k] = cosine * x - sine * y
    matrix[q * size + k] = sine * x + cosine * y
  }
  const [a, b] = [vectors[p], vectors[q]]
  if (!a || !b) return
  for (let k = 0; k < size; k++) {
    const [x, y] = [a[k] ?? 0, b[k] ?? 0]
    a[k] = cosine * x - sine * y
    b[k] = sine * x + cosine * y
  }
}

/** The best eigenpairs inside the span of an orthonormal block (Rayleigh and Ritz), and how far A v is from λ v. */
function ritzPairs(
  block: readonly Float64Array[],
  images: readonly Float64Array[],
): readonly (Eigenpair & { readonly error: number })[] {
  const count = block.length
  const small = Float64Array.from({ length: count * count }, (_, index) => {
    const [row, column] = [Math.floor(index / count), index % count]
    // Both halves alike, whatever the sums were rounded to.
    return (inner(block[row], images[column]) + inner(block[column], images[row])) / 2
  })
  return eigenpairs(small, count).map(({ value, vector: weights }) => {
    const vector = combination(block, weights)
    const rest = combination(images, weights)
    addScaled(rest, vector, -value)
    return { value, vector, error: Math.sqrt(inner(rest, rest)) }
  })
}

function combination(vectors: readonly Float64Array[], weights: Float64Array): Float64Array {
  const sum = new Float64Array(vectors[0]?.length ?? 0)
  for (const [index, vector] of vectors.entries()) addScaled(sum, vector, weights[index] ?? 0)
  return sum
}

function product(matrix: Float64Array, vector: Float64Array): Float64Array {
  const size = vector.length
  const result = new Float64Array(size)
  for (let row = 0; row < size; row++) {
    let sum = 0
    const first = row * size
    for (let column = 0; column < size; column++)
      sum += (matrix[first + column] as number) * (vector[column] as number)
    result[row] = sum
  }
  return result
}

/** Gram and Schmidt, twice; a vector that depends on those before it is left out. */
function orthonormal(vectors: readonly Float64Array[]): readonly Float64Array[] {
  const done: Float64Array[] = []
  for (const vector of vectors) {
    const rest = Float64Array.from(vector)
    const before = Math.sqrt(inner(rest, rest))
    for (const each of [...done, ...done]) addScaled(rest, each, -inner(rest, each))
    const length = Math.sqrt(inner(rest, rest))
    if (length <= 1e-12 * before || length === 0) continue
    done.push(rest.map((value) => value / length))
  }
  return done
}

/** Numbers without a pattern, always the same ones. */
function startingVectors(size: number, count: number): readonly Float64Array[] {
  let state = 0x9e3779b9
  return Array.from({ length: count }, () =>
    Float64Array.from({ length: size }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return state / 2 ** 31 - 1
    }),
  )
}

function unitVector(size: number, at: number): Float64Array {
  const vector = new Float64Array(size)
  vector[at] = 1
  return vector
}

export function inner(a: Float64Array | undefined, b: Float64Array | undefined): number {
  let sum = 0
  if (!a || !b) return sum
  for (let index = 0; index < a.length; index++) sum += (a[index] as number) * (b[index] as number)
  return sum
}

function addScaled(to: Float64Array, what: Float64Array, factor: number): void {
  for (let index = 0; index < to.length; index++)
    to[index] = (to[index] as number) + factor * (what[index] as number)
}
