/** From values to 0..1 on a colour bar, and back to numbers beside it. */
import type { Cells } from './mapFigure'

/**
 * `log`: by powers, between the range's ends. `logOnePlus`: log10(1 + 10^decades v / high), for values that reach from zero
 * over many powers, as gradients do.
 */
export type Scale =
  | { readonly kind: 'linear' }
  | { readonly kind: 'log' }
  | { readonly kind: 'logOnePlus'; readonly decades: number }

export interface ValueRange {
  readonly low: number
  readonly high: number
  readonly scale: Scale
  /** Differences: the range lies around zero, and the colour map has two ends. */
  readonly isSigned: boolean
  /** Values beyond the ends are drawn as the ends. */
  readonly isClipped: boolean
  /** For the caption: `per map, linear`. */
  readonly words: string
}

export interface Normalising {
  readonly scale?: Scale
  readonly isSigned?: boolean
  /** The highest and lowest shares that may lie beyond the ends: 0.01 is the 99th percentile. Without it nothing does. */
  readonly beyond?: number
  /** What the range is taken over, for the caption. */
  readonly over?: string
}

const linear: Scale = { kind: 'linear' }

/** The range of one map, or of several that share a colour bar: a layer's heads, or all layers. Absent cells do not count. */
export function rangeOver(
  maps: readonly Pick<Cells, 'values' | 'absent'>[],
  { scale = linear, isSigned = false, beyond = 0, over = 'per map' }: Normalising = {},
): ValueRange {
  const ends = isSigned ? signedEnds(maps, beyond) : plainEnds(maps, scale, beyond)
  const words = [over, scaleWords(scale), beyond > 0 ? `percentiles 0 to ${100 - 100 * beyond}` : '']
  return {
    ...ends,
    scale,
    isSigned,
    isClipped: beyond > 0,
    words: words.filter((word) => word !== '').join(', '),
  }
}

const scaleWords = (scale: Scale): string =>
  scale.kind === 'linear'
    ? 'linear'
    : scale.kind === 'log'
      ? 'logarithmic'
      : `log₁₀(1 + 10^${scale.decades} x / max)`

/** Where a value lies between the ends, 0..1; a constant map is all in the middle. */
export function shareOf(value: number, { low, high, scale }: ValueRange): number {
  if (!(high > low)) return 0.5
  const between = Math.min(high, Math.max(low, value))
  switch (scale.kind) {
    case 'linear':
      return (between - low) / (high - low)
    case 'log':
      return Math.log(between / low) / Math.log(high / low)
    case 'logOnePlus':
      return Math.log1p((10 ** scale.decades * between) / high) / Math.log1p(10 ** scale.decades)
  }
}

/** The value at a place of the colour bar. */
export function valueAt(share: number, { low, high, scale }: ValueRange): number {
  switch (scale.kind) {
    case 'linear':
      return low + share * (high - low)
    case 'log':
      return high > low ? low * (high / low) ** share : low
    case 'logOnePlus':
      return (Math.expm1(share * Math.log1p(10 ** scale.decades)) * high) / 10 ** scale.decades
  }
}

export interface Tick {
  /** On the bar, 0..1. */
  readonly share: number
  readonly text: string
}

/** Numbers beside the colour bar: the ends and what lies evenly between them. */
export function ticksOf(range: ValueRange, count = 3): readonly Tick[] {
  if (!(range.high > range.low)) return [{ share: 0.5, text: formatValue(range.high) }]
  return Array.from({ length: count }, (_, index) => {
    const share = index / (count - 1)
    const isAbove = range.isClipped && index === count - 1
    const isBelow = range.isClipped && range.isSigned && index === 0
    const number = formatValue(valueAt(share, range))
    return { share, text: isAbove ? `≥ ${number}` : isBelow ? `≤ ${number}` : number }
  })
}

/** 0.0240, 1.30e-5: always three digits, for columns of numbers. */
export const formatInColumn = (value: number): string =>
  (value === 0 || (Math.abs(value) >= 0.001 && Math.abs(value) < 1000)
    ? value.toPrecision(3)
    : value.toExponential(2)
  ).replace(/^-/, '−')

/** 0.024, 1.3e-5, −0.2, 14: three digits at most. */
export function formatValue(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  const text =
    size >= 0.001 && size < 1e5
      ? String(Number(value.toPrecision(size >= 100 ? Math.ceil(Math.log10(size + 1)) : 3)))
      : value.toExponential(1)
  return text.replace(/^-/, '−')
}

/** The weakest positive value that a logarithmic range reaches: further down is noise. */
const mostPowers = 6

function plainEnds(
  maps: readonly Pick<Cells, 'values' | 'absent'>[],
  scale: Scale,
  beyond: number,
): { low: number; high: number } {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  if (beyond > 0) {
    const sorted = present(maps).sort()
    low = sorted[0] ?? 0
    high = quantile(sorted, 1 - beyond)
  } else {
    forEachPresent(maps, (value) => {
      if (value < low) low = value
      if (value > high) high = value
    })
  }
  if (!Number.isFinite(low) || !Number.isFinite(high)) return { low: 0, high: 0 }
  if (scale.kind === 'logOnePlus') return { low: 0, high }
  if (scale.kind === 'linear') return { low, high }
  let least = high
  forEachPresent(maps, (value) => {
    if (value > 0 && value < least) least = value
  })
  return { low: Math.max(least, high * 10 ** -mostPowers), high }
}

function signedEnds(
  maps: readonly Pick<Cells, 'values' | 'absent'>[],
  beyond: number,
): { low: number; high: number } {
  const sizes = present(maps).map(Math.abs).sort()
  const most = beyond > 0 ? quantile(sizes, 1 - beyond) : (sizes.at(-1) ?? 0)
  return { low: -most, high: most }
}

function forEachPresent(
  maps: readonly Pick<Cells, 'values' | 'absent'>[],
  visit: (value: number) => void,
): void {
  for (const { values, absent } of maps)
    for (let cell = 0; cell < values.length; cell++) if (!absent?.[cell]) visit(values[cell] ?? 0)
}

function present(maps: readonly Pick<Cells, 'values' | 'absent'>[]): Float64Array {
  const found: number[] = []
  forEachPresent(maps, (value) => found.push(value))
  return Float64Array.from(found)
}

const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
