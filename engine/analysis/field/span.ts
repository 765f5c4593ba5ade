/**
 * Intervals of one axis of the picture, one for every element of a tensor: the part that the element is computed from.
 * Kept as a table per element and not as a formula, so that windows, shifts and borders that turn inwards need no rule.
 */
import type { Shape } from '../../graph/graph'
import { beyond, type Line } from './line'

export interface Span {
  /** The tensor's own, with 1 for every axis along which all elements have the same interval. */
  readonly shape: Shape
  /** [low, high) in pixels, row-major; low above high where nothing is read. */
  readonly low: Float64Array
  readonly high: Float64Array
  /** Axes that are taps of windows: folding them reaches neighbours, never the whole map, however small that is. */
  readonly taps: readonly boolean[]
  /** The node that gathered the whole map; -1 where none did. */
  readonly by: number
  /** The axis of maps that the picture's own became: 1 for rows, 2 for columns. */
  readonly own: 1 | 2
  /** Pixels between neighbours along that axis; only asked for where it has a single position. */
  readonly pitch: number
  /** The only elements that read anything, where the table says the same for a whole axis: a part of a concatenation. */
  readonly within: Part | null
}

interface Part {
  readonly axis: number
  readonly from: number
  readonly to: number
  /** Elements of the axis. */
  readonly size: number
}

const ones = (rank: number): number[] => Array.from({ length: rank }, () => 1)

/** Every element reads everything there is. */
export const wholeSpan = (rank: number, own: 1 | 2, by: number): Span => ({
  shape: ones(rank),
  low: Float64Array.of(Number.NEGATIVE_INFINITY),
  high: Float64Array.of(Number.POSITIVE_INFINITY),
  taps: ones(rank).map(() => false),
  by,
  own,
  pitch: 0,
  within: null,
})

/** Whether all that it speaks of reads everything. */
export const isEndless = ({ low }: Span): boolean => low.length === 1 && low[0] === Number.NEGATIVE_INFINITY

/** Which elements of an axis the result's are computed from, one list per element of the result. */
export type Sources = readonly (readonly number[])[]

/**
 * Element i of the axis (of `size` elements) now reads what the elements `sources[i]` read. Elements outside of the axis read
 * nothing; with `isOpen` they read what they would if the tensor went on.
 */
export function pick(from: Span, axis: number, size: number, sources: Sources, isOpen = false): Span {
  const isOutside = (index: number) => index < 0 || index >= size
  const isSame = from.shape[axis] === 1 && (size > 1 || !isOpen || axis !== from.own)
  const part = from.within?.axis === axis ? from.within : null
  if (part && isSame) {
    const isKept = sources.map((indices) => indices.some((index) => index >= part.from && index < part.to))
    return kept({ ...from, within: null }, axis, isKept)
  }
  const span = part ? written(from) : from
  if (isSame) {
    return kept(
      span,
      axis,
      sources.map((indices) => indices.some((index) => isOpen || !isOutside(index))),
    )
  }
  const [outer, inner] = around(span.shape, axis)
  const shape = span.shape.with(axis, sources.length)
  const low = new Float64Array(outer * sources.length * inner).fill(Number.POSITIVE_INFINITY)
  const high = new Float64Array(low.length).fill(Number.NEGATIVE_INFINITY)
  for (let before = 0; before < outer; before++) {
    for (let after = 0; after < inner; after++) {
      const line: Line = { span, base: before * size * inner + after, step: inner, size }
      for (let i = 0; i < sources.length; i++) {
        const to = (before * sources.length + i) * inner + after
        for (const source of sources[i]) {
          if (!isOpen && isOutside(source)) continue
          const { index, shift } = isOutside(source) ? beyond(line, source) : { index: source, shift: 0 }
          const place = line.base + index * inner
          low[to] = Math.min(low[to], span.low[place] + shift)
          high[to] = Math.max(high[to], span.high[place] + shift)
        }
      }
    }
  }
  return squeezed({ ...span, shape, low, high }, [axis])
}

/** Element i of the axis now reads what the element `indices[i]` reads. */
export function selected(span: Span, axis: number, indices: ArrayLike<number>): Span {
  if (span.shape[axis] === 1) {
    const { within } = span
    if (within?.axis !== axis) return span
    const isKept = Array.from(indices, (index) => index >= within.from && index < within.to)
    return kept({ ...span, within: null }, axis, isKept)
  }
  const [outer, inner] = around(span.shape, axis)
  const size = span.shape[axis]
  const from = new Int32Array(outer * indices.length * inner)
  let at = 0
  for (let before = 0; before < outer; before++)
    for (let i = 0; i < indices.length; i++)
      for (let after = 0; after < inner; after++) from[at++] = (before * size + indices[i]) * inner + after
  const shape = span.shape.with(axis, indices.length)
  return { ...span, shape, low: taken(span.low, from), high: taken(span.high, from) }
}

/** Elements that are not kept read nothing, along an axis whose elements all read the same. */
function kept(span: Span, axis: number, isKept: readonly boolean[]): Span {
  if (isKept.every(Boolean)) return span
  const from = isKept.indexOf(true)
  const to = isKept.lastIndexOf(true) + 1
  const isRun = from >= 0 && isKept.slice(from, to).every(Boolean)
  const whole = span.within ? written(span) : span
  if (isRun) return { ...whole, within: { axis, from, to, size: isKept.length } }
  const wide = expanded(whole, whole.shape.with(axis, isKept.length))
  const [, inner] = around(wide.shape, axis)
  const isThere = (i: number) => isKept[Math.floor(i / inner) % isKept.length]
  return squeezed(
    {
      ...wide,
      low: wide.low.map((low, i) => (isThere(i) ? low : Number.POSITIVE_INFINITY)),
      high: wide.high.map((high, i) => (isThere(i) ? high : Number.NEGATIVE_INFINITY)),
    },
    [axis],
  )
}

/** With the elements that read nothing in the table. */
function written(span: Span): Span {
  const { within, shape } = span
  if (!within) return span
  const wide = expanded({ ...span, within: null }, shape.with(within.axis, within.size))
  const [, inner] = around(wide.shape, within.axis)
  const isThere = (i: number) => {
    const index = Math.floor(i / inner) % within.size
    return index >= within.from && index < within.to
  }
  return {
    ...wide,
    low: wide.low.map((low, i) => (isThere(i) ? low : Number.POSITIVE_INFINITY)),
    high: wide.high.map((high, i) => (isThere(i) ? high : Number.NEGATIVE_INFINITY)),
  }
}

/** All elements of an axis become one. */
export function fold(span: Span, axis: number): Span {
  if (span.within?.axis === axis) return { ...span, within: null, taps: span.taps.with(axis, false) }
  if (span.shape[axis] === 1) return span.taps[axis] ? { ...span, taps: span.taps.with(axis, false) } : span
  const size = span.shape[axis]
  const all = Array.from({ length: size }, (_, i) => i)
  return { ...pick(span, axis, size, [all]), taps: span.taps.with(axis, false) }
}

/** Element i reads what all elements up to it read, from the end on when `isReverse`. */
export function cumulated(from: Span, axis: number, isReverse: boolean): Span {
  const span = from.within?.axis === axis ? written(from) : from
  const size = span.shape[axis]
  const [outer, inner] = around(span.shape, axis)
  const low = span.low.slice()
  const high = span.high.slice()
  for (let before = 0; before < outer; before++) {
    for (let after = 0; after < inner; after++) {
      for (let i = 1; i < size; i++) {
        const at = (before * size + (isReverse ? size - 1 - i : i)) * inner + after
        const last = at + (isReverse ? inner : -inner)
        low[at] = Math.min(low[at], low[last])
        high[at] = Math.max(high[at], high[last])
      }
    }
  }
  return squeezed({ ...span, low, high }, [axis])
}

/** Result axis i is axis `order[i]`. */
export function permuted(span: Span, order: readonly number[]): Span {
  const taps = order.map((axis) => span.taps[axis])
  const shape = order.map((axis) => span.shape[axis])
  const within = span.within && { ...span.within, axis: order.indexOf(span.within.axis) }
  const moving = (axes: readonly number[]) => axes.filter((axis) => span.shape[axis] > 1).join()
  if (moving(order) === moving(span.shape.map((_size, axis) => axis))) return { ...span, shape, taps, within }
  const strides = stridesOf(span.shape)
  const from = indexTable(
    shape,
    order.map((axis) => strides[axis]),
  )
  return { ...span, shape, taps, within, low: taken(span.low, from), high: taken(span.high, from) }
}

/** Row-major order kept, under another shape. `from` and `to` are the tensor's own shapes. */
export function reshaped(given: Span, from: Shape, to: Shape): Span {
  const blocks = blocksOf(from, to)
  const { within } = given
  const [, place = []] = blocks.find(([axes]) => within && axes.length === 1 && axes[0] === within.axis) ?? []
  const isKept = place.length === 1
  const span = isKept ? given : written(given)
  const isMoving = blocks.map(([axes]) => axes.some((axis) => span.shape[axis] > 1))
  const full = span.shape.map((size, axis) =>
    blocks.some(([axes], block) => isMoving[block] && axes.includes(axis)) ? from[axis] : size,
  )
  const spread = expanded(span, full)
  const shape = to.map((size, axis) =>
    blocks.some(([, axes], i) => isMoving[i] && axes.includes(axis)) ? size : 1,
  )
  const taps = to.map((_size, axis) => {
    const old = blocks.find(([, axes]) => axes.includes(axis))?.[0].filter((at) => span.shape[at] > 1) ?? []
    return old.length > 0 && old.every((at) => span.taps[at])
  })
  const split = blocks.flatMap(([, axes], block) => (isMoving[block] ? axes : []))
  const moved = within && isKept ? { ...within, axis: place[0] } : null
  return squeezed({ ...spread, shape, taps, within: moved }, split)
}

/** Neighbouring axes that are reshaped together: as few as possible. */
function blocksOf(
  from: Shape,
  to: Shape,
): readonly (readonly [from: readonly number[], to: readonly number[]])[] {
  const blocks: (readonly [readonly number[], readonly number[]])[] = []
  let [i, j] = [0, 0]
  while (i < from.length || j < to.length) {
    const [a, b]: [number[], number[]] = [[], []]
    let [left, right] = [1, 1]
    do {
      if (i < from.length && (left <= right || j >= to.length)) {
        left *= from[i]
        a.push(i++)
      } else if (j < to.length) {
        right *= to[j]
        b.push(j++)
      }
    } while (left !== right && (i < from.length || j < to.length))
    // An axis of one that only one side has goes with its neighbours' block without changing it.
    blocks.push([a, b])
  }
  return blocks
}

/** The axis takes its place in a longer one, from `before` on; the rest of that reads nothing. */
export function placed(span: Span, axis: number, before: number, size: number, whole: number): Span {
  const { within } = span
  if (span.shape[axis] === 1 && (!within || within.axis === axis)) {
    const { from, to } = within ?? { from: 0, to: size }
    return size === whole
      ? span
      : { ...span, within: { axis, from: before + from, to: before + to, size: whole } }
  }
  const sources = Array.from({ length: whole }, (_, i) =>
    i >= before && i < before + size ? [i - before] : [],
  )
  return pick(span, axis, size, sources)
}

/** Axes that the span lacks, at their places. */
export function withAxes(span: Span, at: number, count: number): Span {
  return {
    ...span,
    shape: span.shape.toSpliced(at, 0, ...ones(count)),
    taps: span.taps.toSpliced(at, 0, ...ones(count).map(() => false)),
    within:
      span.within && span.within.axis >= at
        ? { ...span.within, axis: span.within.axis + count }
        : span.within,
  }
}

/** Elements with a zero in the mask read nothing. The mask's shape is like a span's. */
export function masked(span: Span, mask: Span): Span {
  const axes = [...mask.shape.keys()].filter((axis) => mask.shape[axis] > 1)
  const [axis] = axes
  const { within } = span
  if (axes.length === 1 && span.shape[axis] === 1 && (!within || within.axis === axis)) {
    const isThere = (i: number) => !within || (i >= within.from && i < within.to)
    return kept(
      { ...span, within: null },
      axis,
      Array.from(mask.low, (value, i) => value !== 0 && isThere(i)),
    )
  }
  const plain = written(span)
  const shape = commonShape([plain, mask])
  const [wide, asked] = [expanded(plain, shape), expanded(mask, shape)]
  return squeezedSpan({
    ...wide,
    low: wide.low.map((low, i) => (asked.low[i] === 0 ? Number.POSITIVE_INFINITY : low)),
    high: wide.high.map((high, i) => (asked.low[i] === 0 ? Number.NEGATIVE_INFINITY : high)),
  })
}

/** A table of numbers as a span, with its repeated axes squeezed. */
export function tableSpan(shape: Shape, numbers: ArrayLike<number>): Span {
  const low = Float64Array.from(numbers)
  return squeezed(
    { shape, low, high: low, taps: shape.map(() => false), by: -1, own: 1, pitch: 0, within: null },
    shape.keys(),
  )
}

/** The hulls of several spans, element by element. */
export function combined(parts: readonly Span[]): Span {
  const spans = parts.map(written)
  const [first, ...others] = spans
  if (others.length === 0) return first
  const shape = commonShape(spans)
  const all = spans.map((span) => expanded(span, shape))
  const low = Float64Array.from(all[0].low)
  const high = Float64Array.from(all[0].high)
  for (const span of all.slice(1)) {
    for (let i = 0; i < low.length; i++) {
      low[i] = Math.min(low[i], span.low[i])
      high[i] = Math.max(high[i], span.high[i])
    }
  }
  return { ...first, shape, low, high, by: Math.max(...spans.map(({ by }) => by)) }
}

/** Spans of the same elements become one; what reads everything makes the others needless. */
export function tidy(spans: readonly Span[]): readonly Span[] {
  if (spans.length < 2) return spans
  const reading = spans.filter(({ low, high }) => low.length > 1 || low[0] < high[0])
  if (reading.length < spans.length) return reading.length > 0 ? tidy(reading) : spans.slice(0, 1)
  const whole = spans.find((span) => isEndless(span) && !span.within)
  if (whole) return [whole]
  const groups = new Map<string, Set<Span>>()
  for (const span of spans) {
    const { within } = span
    const key = `${span.shape.join()} ${within ? `${within.axis} ${within.from} ${within.to}` : ''}`
    groups.set(key, (groups.get(key) ?? new Set()).add(span))
  }
  return [...groups.values()].map((group) => {
    const [first] = group
    if (group.size === 1) return first
    const plain = [...group].map((span) => ({ ...span, within: null }))
    return { ...squeezedSpan(combined(plain)), within: first.within }
  })
}

function commonShape(spans: readonly Span[]): Shape {
  return spans[0].shape.map((_size, axis) => Math.max(...spans.map(({ shape }) => shape[axis])))
}

/** Axes of one written out to the sizes of `shape`. */
function expanded(span: Span, shape: Shape): Span {
  if (shape.every((size, axis) => size === span.shape[axis])) return span
  const strides = stridesOf(span.shape).map((stride, axis) => (span.shape[axis] === 1 ? 0 : stride))
  const from = indexTable(shape, strides)
  return { ...span, shape, low: taken(span.low, from), high: taken(span.high, from) }
}

export const squeezedSpan = (span: Span): Span => squeezed(span, span.shape.keys())

/** Axes along which nothing differs become axes of one. */
function squeezed(span: Span, axes: Iterable<number>): Span {
  let result = span
  for (const axis of axes) {
    const size = result.shape[axis]
    if (size === 1) continue
    const [outer, inner] = around(result.shape, axis)
    const { low, high } = result
    const isSame = (values: Float64Array) => {
      for (let before = 0; before < outer; before++) {
        const first = before * size * inner
        for (let i = inner; i < size * inner; i++) {
          if (values[first + i] !== values[first + (i % inner)]) return false
        }
      }
      return true
    }
    if (!isSame(low) || !isSame(high)) continue
    const first = (values: Float64Array) =>
      Float64Array.from(
        { length: outer * inner },
        (_, i) => values[Math.floor(i / inner) * size * inner + (i % inner)],
      )
    result = { ...result, shape: result.shape.with(axis, 1), low: first(low), high: first(high) }
  }
  return result
}

const around = (shape: Shape, axis: number): readonly [outer: number, inner: number] => [
  shape.slice(0, axis).reduce((a, b) => a * b, 1),
  shape.slice(axis + 1).reduce((a, b) => a * b, 1),
]

function stridesOf(shape: Shape): number[] {
  const strides = ones(shape.length)
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * shape[axis + 1]
  return strides
}

/** Where every element of the shape lies, row-major. */
function indexTable(shape: Shape, strides: readonly number[]): Int32Array {
  let table = Int32Array.of(0)
  shape.forEach((size, axis) => {
    if (size === 1) return
    const next = new Int32Array(table.length * size)
    for (let i = 0; i < table.length; i++)
      for (let j = 0; j < size; j++) next[i * size + j] = table[i] + j * strides[axis]
    table = next
  })
  return table
}

function taken(values: Float64Array, from: Int32Array): Float64Array {
  const result = new Float64Array(from.length)
  for (let i = 0; i < from.length; i++) result[i] = values[from[i]]
  return result
}
