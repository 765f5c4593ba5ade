/** Figures as design-language.md prints them: thin space before units, proper minus, never a blank. */
const thin = '\u2009'
const minus = '\u2212'

/** 26.34 M, 4.11 G; below a thousand as it is. */
export function formatCount(value: number): string {
  const { scaled, prefix } = scale(value)
  return prefix === '' ? withMinus(String(Math.round(scaled))) : `${withMinus(fixed(scaled))}${thin}${prefix}`
}

/** 409,600 below a million, else 26.34 M; for places with room. */
export const formatExactCount = (value: number): string =>
  Math.abs(value) < 1e6 ? formatInteger(value) : formatCount(value)

/** Every digit, with separators. */
export const formatInteger = (value: number): string => withMinus(Math.round(value).toLocaleString('en-US'))

/** 4.8 MB, decimal. */
export function formatBytes(bytes: number): string {
  const { scaled, prefix } = scale(bytes)
  if (prefix === '') return `${withMinus(String(Math.round(scaled)))}${thin}B`
  const digits = Math.abs(scaled) < 9.95 ? 2 : 1
  return `${withMinus(trimmed(scaled, digits))}${thin}${prefix === 'K' ? 'k' : prefix}B`
}

/** 4.58 MiB: the binary size, for hover. */
export function formatBinaryBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let scaled = bytes
  let unit = 0
  while (scaled >= 1024 && unit < units.length - 1) {
    scaled /= 1024
    unit++
  }
  return `${unit === 0 ? scaled : scaled.toFixed(2)}${thin}${units[unit]}`
}

/** Three significant digits: 9.39 ms, 124 ms, 1.24 s; below the timer `<0.1 ms`. */
export function formatMs(ms: number): string {
  if (ms >= 10_000) return `${significant(ms / 1000)}${thin}s`
  if (ms > 0 && ms < 0.005) return `<0.01${thin}ms`
  return `${significant(ms)}${thin}ms`
}

/** 9.39: the digits of formatMs without the unit. */
export const formatMsDigits = (ms: number): string => significant(ms)

/** +3.69 M, −0.17 G, `same`. */
export function formatDelta(difference: number, format: (value: number) => string): string {
  if (difference === 0) return 'same'
  return difference > 0 ? `+${format(difference)}` : `${minus}${format(-difference)}`
}

export const formatPercent = (share: number): string => {
  const percent = share * 100
  return `${percent !== 0 && percent < 9.95 ? percent.toFixed(1) : percent.toFixed(0)}${thin}%`
}

/** [1, 14, 14, 320] -> 14×14×320: the batch axis is left out. */
export const formatShape = (shape: readonly number[]): string =>
  shape.length > 1 ? shape.slice(1).join('×') : shape.length === 1 ? String(shape[0]) : 'scalar'

/** [1, 14, 14, 320] -> 14²×320, as the ruler prints square maps. */
export function formatShapeShort(shape: readonly number[]): string {
  const [, height, width, channels] = shape
  return shape.length === 4 && height === width ? `${height}²×${channels}` : formatShape(shape)
}

function scale(value: number): { readonly scaled: number; readonly prefix: string } {
  const size = Math.abs(value)
  if (size >= 999_995_000)
    return size >= 999_995_000_000
      ? { scaled: value / 1e12, prefix: 'T' }
      : { scaled: value / 1e9, prefix: 'G' }
  if (size >= 999_995) return { scaled: value / 1e6, prefix: 'M' }
  return size >= 1000 ? { scaled: value / 1e3, prefix: 'K' } : { scaled: value, prefix: '' }
}

/** Two decimals below a hundred, one above. */
const fixed = (value: number): string => value.toFixed(Math.abs(value) < 99.995 ? 2 : 1)
const trimmed = (value: number, digits: number): string =>
  value.toFixed(Math.abs(value) >= 99.95 ? 0 : digits)
const significant = (value: number): string =>
  value === 0
    ? '0'
    : value >= 999.5
      ? Math.round(value).toString()
      : Number(value.toPrecision(3)).toFixed(decimals(value))
const decimals = (value: number): number => (value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2)
const withMinus = (text: string): string => text.replace('-', minus)
