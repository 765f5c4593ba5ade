/** Compares a tensor of ours with what a reference recorded of its own. Pure: numbers in, a verdict out. */
import { elements, printShape, type Shape } from '../../graph/graph'
import type { Recorded, RecordedAttention, RecordedField } from './goldenCase'

/** A tensor of ours: channels last, [n, h, w, c] or [n, t, c] or [n, c]. */
export interface Tensor {
  readonly shape: Shape
  readonly data: Float32Array
}

export interface Verdict {
  readonly passes: boolean
  /** Relative L2 over the recorded samples; for attention the largest absolute difference. */
  readonly error: number
  readonly tolerance: number
  /** Relative difference of the norms over all elements; 0 where none was recorded. */
  readonly normError: number
  /** What differs, as a phrase with numbers; empty when it passes. */
  readonly detail: string
}

const normTolerance = 1e-4
export const attentionTolerance = 2e-5

/** Reference layout, or null where the record does not say and both orders are tried. */
export function compareTensor(record: Recorded, ours: Tensor, tolerance: number): Verdict {
  if (elements(record.shape) !== elements(ours.shape)) return wrongShape(record.shape, ours.shape, tolerance)
  const layouts = record.layout ? [record.layout] : ['NHWC', 'NCHW']
  const verdicts = layouts.map((layout) => compareInLayout(record, layout, ours, tolerance))
  return verdicts.reduce((best, verdict) => (verdict.error < best.error ? verdict : best))
}

/**
 * Probabilities [n, heads, queries, keys]: samples and, where recorded, the first row of the first head. Windows may
 * have an axis of their own, or lie in the batch, and some references count the heads first: both orders are tried.
 */
export function compareAttention(record: RecordedAttention, ours: Tensor): Verdict {
  const isSameRows = record.shape.slice(-2).join() === ours.shape.slice(-2).join()
  if (!isSameRows || elements(record.shape) !== elements(ours.shape))
    return wrongShape(record.shape, ours.shape, attentionTolerance)
  const asOurs = compareRows(record, ours, (index) => index)
  const headsFirst = swappedLead(record.shape, ours.shape)
  if (asOurs.passes || !headsFirst) return asOurs
  const swapped = compareRows(record, ours, headsFirst)
  return swapped.error < asOurs.error ? swapped : asOurs
}

/** Where an element of [heads, windows, queries, keys] lies in ours, [windows, heads, queries, keys]; null for other shapes. */
function swappedLead(theirs: Shape, ours: Shape): ((index: number) => number) | null {
  const lead = (shape: Shape) => shape.slice(0, -2).filter((size) => size > 1)
  const [heads = 1, windows = 1, ...more] = lead(theirs)
  if (more.length > 0 || lead(ours).join() !== [windows, heads].join()) return null
  const map = elements(ours.slice(-2))
  return (index) => {
    const which = Math.floor(index / map)
    return ((which % windows) * heads + Math.floor(which / windows)) * map + (index % map)
  }
}

function compareRows(record: RecordedAttention, ours: Tensor, place: (index: number) => number): Verdict {
  const row = (record.row_cls_head0 ?? []).map((value, key): [number, number] => [key, value])
  let worst: [number, number] = [0, 0]
  let error = 0
  for (const [index, expected] of [...record.samples, ...row]) {
    const difference = Math.abs((ours.data[place(index)] ?? Number.NaN) - expected)
    // A NaN is the worst there is.
    if (difference <= error) continue
    error = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference
    worst = [index, expected]
  }
  const passes = error <= attentionTolerance
  return {
    passes,
    error,
    tolerance: attentionTolerance,
    normError: 0,
    detail: passes
      ? ''
      : `at ${worst[0]} expected ${print(worst[1])}, got ${print(ours.data[place(worst[0])])}`,
  }
}

const fieldTolerance = 1e-3
const cells = 16

/** A gradient by the picture [1, h, w, c]: its norm, and |gradient| summed over channels and 16 × 16 equal cells. */
export function compareField(record: RecordedField, { shape, data }: Tensor): Verdict {
  const [, height = 1, width = 1, channels = 1] = shape
  const grid = new Float64Array(cells * cells)
  data.forEach((value, index) => {
    const place = Math.floor(index / channels)
    const row = Math.floor((Math.floor(place / width) * cells) / height)
    const column = Math.floor(((place % width) * cells) / width)
    grid[row * cells + column] = (grid[row * cells + column] ?? 0) + Math.abs(value)
  })
  const expected = record.grid.flat()
  const difference = Math.hypot(...expected.map((value, cell) => value - (grid[cell] ?? Number.NaN)))
  const error = relative(difference, Math.hypot(...expected))
  const normError = relative(
    Math.abs(Math.sqrt(data.reduce((sum, value) => sum + value * value, 0)) - record.l2),
    record.l2,
  )
  const passes = error <= fieldTolerance && normError <= fieldTolerance
  const detail = passes
    ? ''
    : `the fields differ by ${print(difference)} of ${print(Math.hypot(...expected))}`
  return { passes, error, tolerance: fieldTolerance, normError, detail }
}

/** A gradient by the picture along sin(1.7 i), against a finite difference. */
export function compareSlope(difference: number, { data }: Tensor): Verdict {
  const slope = data.reduce((sum, value, index) => sum + value * Math.sin(1.7 * index), 0)
  const error = relative(Math.abs(slope - difference), Math.abs(difference))
  const passes = error <= fieldTolerance
  const detail = passes ? '' : `the slope is ${print(slope)}, not ${print(difference)}`
  return { passes, error, tolerance: fieldTolerance, normError: 0, detail }
}

function compareInLayout(record: Recorded, layout: string, ours: Tensor, tolerance: number): Verdict {
  const place = placeOf(record.shape, layout)
  let difference = 0
  let scale = 0
  for (const [index, expected] of record.samples) {
    difference += (got(ours, place(index)) - expected) ** 2
    scale += expected ** 2
  }
  const error = relative(Math.sqrt(difference), Math.sqrt(scale))
  const norm = Math.sqrt(ours.data.reduce((sum, value) => sum + value * value, 0))
  const normError = relative(Math.abs(norm - record.l2), record.l2)
  const passes = error <= tolerance && normError <= normTolerance
  return { passes, error, tolerance, normError, detail: passes ? '' : detail() }

  function detail(): string {
    const shown = record.samples.slice(0, 4)
    const expected = shown.map(([, value]) => print(value)).join(' ')
    const found = shown.map(([index]) => print(got(ours, place(index)))).join(' ')
    return `expected ${expected}, norm ${print(record.l2)}; got ${found}, norm ${print(norm)}`
  }
}

/** Flat index of ours for a flat index of the reference: the channel of a map comes first there and last here. */
function placeOf(shape: Shape, layout: string): (index: number) => number {
  if (layout !== 'NCHW' || shape.length < 3) return (index) => index
  const [, channels = 1] = shape
  const positions = elements(shape.slice(2))
  return (index) => {
    const position = index % positions
    const rest = Math.floor(index / positions)
    const channel = rest % channels
    return (Math.floor(rest / channels) * positions + position) * channels + channel
  }
}

function got(tensor: Tensor, index: number): number {
  return tensor.data[index] ?? Number.NaN
}

function relative(difference: number, scale: number): number {
  const ratio = difference / Math.max(scale, 1e-12)
  return Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : ratio
}

function wrongShape(expected: Shape, found: Shape, tolerance: number): Verdict {
  return {
    passes: false,
    error: Number.POSITIVE_INFINITY,
    tolerance,
    normError: Number.POSITIVE_INFINITY,
    detail: `expected shape ${printShape(expected)}, got ${printShape(found)}`,
  }
}

const print = (value: number | undefined): string => (value === undefined ? 'nothing' : value.toPrecision(6))
