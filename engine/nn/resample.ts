/** A map at another size: every place of the result is a weighted sum of some places of the input, one axis after the other. */
import type { Value } from '../graph/graph'
import type { Builder } from '../ops/builder'

export type ResizeMode = 'nearest' | 'bilinear' | 'bicubic'

export interface ResizeOptions {
  readonly height: number
  readonly width: number
  readonly mode: ResizeMode
  /** Corners of both maps lie on each other; otherwise their borders do. Not for nearest. */
  readonly alignCorners?: boolean
  /** Averages over all that a place covers when the map becomes smaller. Not for nearest, nor with aligned corners. */
  readonly antialias?: boolean
}

/** [n, h, w, c] -> [n, height, width, c], as torch.nn.functional.interpolate. */
export function resize(b: Builder, x: Value, options: ResizeOptions): Value {
  const { height, width, mode, alignCorners = false, antialias = false } = options
  const [, h, w] = x.shape
  if (h === height && w === width) return x
  const rule = { mode, alignCorners, antialias }
  return b.call('resize', { height, width, ...rule }, [x], (x) => {
    const rows = h === height ? x : resampled(b, x, 1, places(h, height, rule))
    return w === width ? rows : resampled(b, rows, 2, places(w, width, rule))
  })
}

/** For every place of the result: which places it reads, and their weights. */
export type Places = readonly (readonly Source[])[]
interface Source {
  readonly at: number
  readonly weight: number
}

/** The means over [start, end), as adaptive pooling takes them. */
export function meansOver(ranges: readonly (readonly [start: number, end: number])[]): Places {
  return ranges.map(([start, end]) =>
    Array.from({ length: end - start }, (_, i) => ({ at: start + i, weight: 1 / (end - start) })),
  )
}

/** One axis at another size. */
export function resampled(b: Builder, x: Value, axis: number, places: Places): Value {
  const taps = Math.max(...places.map((sources) => sources.length))
  // Missing sources read the last one again, for nothing.
  const complete = places.flatMap((sources) =>
    Array.from({ length: taps }, (_, i) => sources[i] ?? { at: sources.at(-1)?.at ?? 0, weight: 0 }),
  )
  const table = [places.length, taps]
  const numbers = complete.map(({ at }) => at)
  const before = x.shape.slice(0, axis)
  const after = x.shape.slice(axis + 1)
  if (complete.every(({ weight }) => weight === 1)) {
    return b.gather(x, b.constant(numbers, [places.length]), { axis })
  }
  const taken = b.gather(x, b.constant(numbers, table), { axis })
  const weights = b.constant(
    complete.map(({ weight }) => weight),
    [...table, ...after.map(() => 1)],
  )
  return b.reshape(b.sum(b.mul(taken, weights), [axis + 1]), [...before, places.length, ...after])
}

interface Rule {
  readonly mode: ResizeMode
  readonly alignCorners: boolean
  readonly antialias: boolean
  /** How far apart the places of the result lie on the old axis, where that is not from / to. Not with antialias or nearest. */
  readonly step?: number
}

/** What every place of an axis reads when `from` places become `to`. */
export function places(from: number, to: number, rule: Rule): Places {
  if (rule.mode !== 'nearest' && rule.antialias) return covering(from, to, rule.mode)
  return Array.from({ length: to }, (_, i) => around(i, from, to, rule))
}

function around(
  i: number,
  from: number,
  to: number,
  { mode, alignCorners, step = from / to }: Rule,
): readonly Source[] {
  const inside = (at: number) => Math.min(Math.max(at, 0), from - 1)
  if (mode === 'nearest') return [{ at: inside(Math.floor((i * from) / to)), weight: 1 }]
  const centre = alignCorners ? (i * (from - 1)) / Math.max(1, to - 1) : (i + 0.5) * step - 0.5
  const position = mode === 'bilinear' ? Math.max(0, centre) : centre
  const first = Math.floor(position)
  const reach = mode === 'bilinear' ? [0, 1] : [-1, 0, 1, 2]
  return reach.map((step) => {
    const distance = Math.abs(position - first - step)
    const weight = mode === 'bilinear' ? 1 - distance : cubic(distance, cubicSharpness)
    return { at: inside(first + step), weight }
  })
}

/** The kernel is as wide as what a place covers; weights at the borders are made to sum up to 1. */
function covering(from: number, to: number, mode: 'bilinear' | 'bicubic'): Places {
  const scale = from / to
  const width = Math.max(scale, 1)
  const support = (mode === 'bilinear' ? 1 : 2) * width
  return Array.from({ length: to }, (_, i) => {
    const centre = scale * (i + 0.5)
    const start = Math.max(0, Math.trunc(centre - support + 0.5))
    const end = Math.min(from, Math.trunc(centre + support + 0.5))
    const sources = Array.from({ length: end - start }, (_, j) => {
      const distance = Math.abs((start + j - centre + 0.5) / width)
      const weight = mode === 'bilinear' ? Math.max(0, 1 - distance) : cubic(distance, antialiasSharpness)
      return { at: start + j, weight }
    })
    const total = sources.reduce((sum, { weight }) => sum + weight, 0)
    return sources.map(({ at, weight }) => ({ at, weight: weight / total }))
  })
}

/** PyTorch has two: one for plain bicubic, and Pillow's with antialias. */
const cubicSharpness = -0.75
const antialiasSharpness = -0.5

/** Keys 1981, https://doi.org/10.1109/TASSP.1981.1163711 */
function cubic(x: number, a: number): number {
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1
  return x < 2 ? ((x - 5) * x + 8) * x * a - 4 * a : 0
}
