/**
 * Principal components of tokens: the directions in the space of channels along which they differ most. The first three make a
 * picture of colours, as in Oquab et al. 2023 (DINOv2), https://arxiv.org/abs/2304.07193
 */
import { inner, strongestEigenpairs } from './eigenvectors'

export interface Components {
  /** [channels], taken off before anything else. */
  readonly mean: Float64Array
  /** Each [channels], of unit length and orthogonal, strongest first; fewer than asked for where the tokens differ in fewer. */
  readonly axes: readonly Float64Array[]
  /** Share of all variance along each axis, 0..1. */
  readonly explained: readonly number[]
}

export interface ComponentOptions {
  readonly count?: number
  /** Which tokens the fit looks at; without it all of them. */
  readonly isUsed?: (part: number, token: number) => boolean
  /** Axes that were found before: signs follow them where the directions are the same, so that colours do not flip. */
  readonly like?: Components | null
}

/** Fitted over the tokens of all parts together. `parts`: each [tokens, channels], row by row. */
export function principalComponents(
  parts: readonly Float32Array[],
  channels: number,
  { count = 3, isUsed = () => true, like = null }: ComponentOptions = {},
): Components {
  const rows = parts.flatMap((values, part) =>
    Array.from({ length: values.length / channels }, (_, token) => token)
      .filter((token) => isUsed(part, token))
      .map((token) => Float64Array.from(values.subarray(token * channels, (token + 1) * channels))),
  )
  const mean = new Float64Array(channels)
  for (const row of rows)
    for (let channel = 0; channel < channels; channel++)
      mean[channel] = (mean[channel] as number) + (row[channel] as number) / rows.length
  for (const row of rows)
    for (let channel = 0; channel < channels; channel++)
      row[channel] = (row[channel] as number) - (mean[channel] as number)
  const variance = rows.reduce((sum, row) => sum + inner(row, row), 0)
  const found = rows.length < channels ? bySmallRows(rows, count) : byChannels(rows, channels, count)
  // What is left of rounding is no direction.
  const kept = found.filter(({ value }) => value > 1e-12 * variance)
  return {
    mean,
    axes: kept.map(
      ({ axis }, index) => axis.map((value) => value * sign(axis, like?.axes[index])) as Float64Array,
    ),
    explained: kept.map(({ value }) => value / variance),
  }
}

interface Found {
  readonly value: number
  readonly axis: Float64Array
}

/** From X·Xᵀ [tokens, tokens]: an axis is Xᵀ·u / √λ. */
function bySmallRows(rows: readonly Float64Array[], count: number): readonly Found[] {
  const size = rows.length
  const products = new Float64Array(size * size)
  for (let a = 0; a < size; a++) {
    for (let b = a; b < size; b++) {
      const value = inner(rows[a], rows[b])
      products[a * size + b] = value
      products[b * size + a] = value
    }
  }
  return strongestEigenpairs(products, size, count).map(({ value, vector }) => {
    const axis = new Float64Array(rows[0]?.length ?? 0)
    for (const [index, row] of rows.entries()) {
      const weight = vector[index] as number
      for (let channel = 0; channel < axis.length; channel++)
        axis[channel] = (axis[channel] as number) + weight * (row[channel] as number)
    }
    const length = Math.sqrt(inner(axis, axis))
    return { value, axis: length > 0 ? axis.map((each) => each / length) : axis }
  })
}

/** From Xᵀ·X [channels, channels]. */
function byChannels(rows: readonly Float64Array[], channels: number, count: number): readonly Found[] {
  const products = new Float64Array(channels * channels)
  for (const row of rows) {
    for (let a = 0; a < channels; a++) {
      const value = row[a] as number
      if (value === 0) continue
      const first = a * channels
      for (let b = a; b < channels; b++)
        products[first + b] = (products[first + b] as number) + value * (row[b] as number)
    }
  }
  for (let a = 0; a < channels; a++)
    for (let b = 0; b < a; b++) products[a * channels + b] = products[b * channels + a] as number
  return strongestEigenpairs(products, channels, count).map(({ value, vector }) => ({ value, axis: vector }))
}

/** Two axes are the same direction when they lie within 60 degrees. */
const sameDirection = 0.5

/** As the axis before; without one so that the loading that is largest by size is positive. */
function sign(axis: Float64Array, before: Float64Array | undefined): 1 | -1 {
  if (before?.length === axis.length) {
    const cosine = inner(axis, before)
    if (Math.abs(cosine) >= sameDirection) return cosine < 0 ? -1 : 1
  }
  const largest = axis.reduce(
    (best, value) => (Math.abs(value) > Math.abs(best) * (1 + 1e-9) ? value : best),
    0,
  )
  return largest < 0 ? -1 : 1
}

/** Where each token lies along the axes: [tokens, axes]. */
export function componentScores(
  values: Float32Array,
  channels: number,
  { mean, axes }: Components,
): Float32Array {
  const tokens = values.length / channels
  const scores = new Float32Array(tokens * axes.length)
  for (let token = 0; token < tokens; token++) {
    for (const [index, axis] of axes.entries()) {
      let sum = 0
      for (let channel = 0; channel < channels; channel++)
        sum +=
          ((values[token * channels + channel] as number) - (mean[channel] as number)) *
          (axis[channel] as number)
      scores[token * axes.length + index] = sum
    }
  }
  return scores
}
