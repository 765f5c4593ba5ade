/**
 * Movement as index arithmetic: what reshape, transpose, slice and the others do to a View.
 * A function answers null when no strides say it; then somebody has to copy.
 */
import { type Shape, sameShape } from '../graph/graph'
import type { Operand, View } from '../kernels/spec'
import { indicesStayAlong, isContiguous, rowMajor } from '../kernels/views'
import type { GatherAttributes, Pair, WindowAttributes } from '../ops/attributes'
import { windowsOutput } from '../ops/convolution'

export function transposed(view: View, axes: readonly number[]): View {
  return moved(view, (plain) => transposedPlainly(plain, axes))
}

function transposedPlainly(view: View, axes: readonly number[]): View {
  const ranges = view.guard?.ranges
  return withGuard(
    {
      shape: axes.map((axis) => view.shape[axis]),
      strides: axes.map((axis) => view.strides[axis]),
      offset: view.offset,
    },
    view,
    ranges && axes.map((axis) => ranges[axis]),
  )
}

export function broadcasted(view: View, shape: Shape): View {
  return moved(view, (plain) => broadcastedPlainly(plain, shape))
}

function broadcastedPlainly(view: View, shape: Shape): View {
  const grown = (axis: number) => view.shape[axis] !== shape[axis]
  return withGuard(
    { shape, strides: view.strides.map((stride, axis) => (grown(axis) ? 0 : stride)), offset: view.offset },
    view,
    view.guard?.ranges.map((range, axis) => (grown(axis) && range[1] > range[0] ? [0, shape[axis]] : range)),
  )
}

export function sliced(
  view: View,
  start: readonly number[],
  size: readonly number[],
  step: readonly number[],
): View {
  return moved(view, (plain) => slicedPlainly(plain, start, size, step))
}

function slicedPlainly(
  view: View,
  start: readonly number[],
  size: readonly number[],
  step: readonly number[],
): View {
  return withGuard(
    {
      shape: size,
      strides: view.strides.map((stride, axis) => stride * step[axis]),
      offset: view.strides.reduce((sum, stride, axis) => sum + stride * start[axis], view.offset),
    },
    view,
    view.guard?.ranges.map(([low, high], axis) => {
      const first = Math.ceil((low - start[axis]) / step[axis])
      const end = Math.ceil((high - start[axis]) / step[axis])
      return clipped([first, end], size[axis])
    }),
  )
}

/** Padding is a guard. Null when the view has a guard with another fill. */
export function padded(
  view: View,
  low: readonly number[],
  high: readonly number[],
  fill: number,
): View | null {
  return moved(view, (plain) => paddedPlainly(plain, low, high, fill))
}

function paddedPlainly(
  view: View,
  low: readonly number[],
  high: readonly number[],
  fill: number,
): View | null {
  if (view.guard && view.guard.fill !== fill) return null
  const inner: readonly Pair[] = view.guard?.ranges ?? view.shape.map((size) => [0, size] as const)
  return {
    shape: view.shape.map((size, axis) => low[axis] + size + high[axis]),
    strides: view.strides,
    offset: view.strides.reduce((sum, stride, axis) => sum - stride * low[axis], view.offset),
    guard: { fill, ranges: inner.map(([first, end], axis) => [first + low[axis], end + low[axis]]) },
  }
}

export function reversed(view: View, axes: readonly number[]): View {
  return moved(view, (plain) => reversedPlainly(plain, axes))
}

function reversedPlainly(view: View, axes: readonly number[]): View {
  return withGuard(
    {
      shape: view.shape,
      strides: view.strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride)),
      offset: axes.reduce((sum, axis) => sum + view.strides[axis] * (view.shape[axis] - 1), view.offset),
    },
    view,
    view.guard?.ranges.map((range, axis) =>
      axes.includes(axis) ? [view.shape[axis] - range[1], view.shape[axis] - range[0]] : range,
    ),
  )
}

/** Null when height or width has a guard: a window's row would be two axes' concern. */
export function windowed(view: View, attrs: WindowAttributes): View | null {
  return moved(view, (plain) => windowedPlainly(plain, attrs))
}

function windowedPlainly(view: View, attrs: WindowAttributes): View | null {
  if (isGuarded(view, 1) || isGuarded(view, 2)) return null
  const [n, h, w, c] = view.shape
  const [sn, sh, sw, sc] = view.strides
  const { kernel, stride, dilation } = attrs
  const shape = [n, ...windowsOutput(attrs, [h, w]), ...kernel, c]
  const ranges = view.guard?.ranges
  return withGuard(
    {
      shape,
      strides: [sn, sh * stride[0], sw * stride[1], sh * dilation[0], sw * dilation[1], sc],
      offset: view.offset,
    },
    view,
    ranges && [ranges[0], ...shape.slice(1, 5).map((size): Pair => [0, size]), ranges[3]],
  )
}

/** Null when axes that lie apart would have to become one, or a guarded axis would be split or merged. */
export function reshaped(view: View, shape: Shape): View | null {
  return moved(view, (plain) => reshapedPlainly(plain, shape))
}

function reshapedPlainly(view: View, shape: Shape): View | null {
  if (sameShape(view.shape, shape)) return view
  if (!view.guard && isContiguous(view)) {
    return { shape, strides: rowMajor(shape), offset: view.offset }
  }
  const strides = Array<number>(shape.length).fill(0)
  const ranges = shape.map((size): Pair => [0, size])
  let from = 0
  let to = 0
  while (from < view.shape.length || to < shape.length) {
    const group = nextGroup(view.shape, from, shape, to)
    if (!splitGroup(view, shape, group, strides, ranges)) return null
    from = group.fromEnd
    to = group.toEnd
  }
  // A size-1 axis that was cut away entirely has no place in the new shape.
  if (view.guard?.ranges.some(([first, end]) => end <= first)) return null
  return withGuard({ shape, strides, offset: view.offset }, view, view.guard && ranges)
}

/**
 * Parts along an axis by numbers that lie in a tensor. Null when the axis is guarded or its elements are chosen by other numbers
 * already.
 */
export function gathered(view: View, { axis, batch }: GatherAttributes, index: Operand): View | null {
  if (isGuarded(view, axis) || !indicesStayAlong(view, axis)) return null
  const free = index.view.shape.slice(batch)
  const inPlace = <T>(list: readonly T[], made: readonly T[]) => [
    ...list.slice(0, axis),
    ...made,
    ...list.slice(axis + 1),
  ]
  const zeros = free.map(() => 0)
  const shape = inPlace(view.shape, free)
  const repeated = ({ strides, offset }: View): View => ({ shape, strides: inPlace(strides, zeros), offset })
  const numbers = {
    shape,
    strides: shape.map((_size, at) => {
      if (at < batch) return index.view.strides[at]
      return at >= axis && at < axis + free.length ? index.view.strides[batch + at - axis] : 0
    }),
    offset: index.view.offset,
  }
  const whole = free.map((size): Pair => [0, size])
  return {
    ...withGuard(repeated(view), view, view.guard && inPlace(view.guard.ranges, whole)),
    indirect: [
      ...(view.indirect ?? []).map((one) => ({ ...one, view: repeated(one.view) })),
      { tensor: index.tensor, view: numbers, step: view.strides[axis] },
    ],
  }
}

/** Whether nothing of the view lies inside its guard. */
export const isAllFill = (view: View): boolean =>
  view.guard?.ranges.some(([first, end]) => end <= first) ?? false

/** What happens to a view also happens to the views of the numbers that it reads; its guard is theirs. */
function moved<V extends View | null>(view: View, move: (plain: View) => V): V {
  const { indirect, ...plain } = view
  const base = move(plain)
  if (!indirect || !base) return base
  const indices = indirect.map((index) => ({ ...index, view: move(index.view) }))
  const broken = indices.find((index) => index.view === null)
  if (broken) return broken.view
  const views = indices.map((index) => ({ ...index, view: withoutGuard(index.view as View) }))
  return { ...(base as View), indirect: views } as View as V
}

const withoutGuard = ({ shape, strides, offset }: View): View => ({ shape, strides, offset })

interface Group {
  readonly from: number
  readonly fromEnd: number
  readonly to: number
  readonly toEnd: number
}

/** The shortest runs of axes, one on each side, with equally many elements. */
function nextGroup(old: Shape, from: number, shape: Shape, to: number): Group {
  let fromEnd = from
  let toEnd = to
  let before = 1
  let after = 1
  if (fromEnd < old.length) before *= old[fromEnd++]
  if (toEnd < shape.length) after *= shape[toEnd++]
  while (before !== after) {
    if (before < after) before *= old[fromEnd++]
    else after *= shape[toEnd++]
  }
  return { from, fromEnd, to, toEnd }
}

function splitGroup(view: View, shape: Shape, group: Group, strides: number[], ranges: Pair[]): boolean {
  const axes: number[] = []
  for (let axis = group.from; axis < group.fromEnd; axis++) if (view.shape[axis] !== 1) axes.push(axis)
  const targets: number[] = []
  for (let axis = group.to; axis < group.toEnd; axis++) if (shape[axis] !== 1) targets.push(axis)
  if (axes.length === 0) return true
  if (axes.length === 1 && targets.length === 1) {
    strides[targets[0]] = view.strides[axes[0]]
    if (view.guard) ranges[targets[0]] = view.guard.ranges[axes[0]]
    return true
  }
  if (axes.some((axis) => isGuarded(view, axis))) return false
  for (let i = 1; i < axes.length; i++) if (!areMergeable(view, axes[i - 1], axes[i])) return false
  let stride = view.strides[axes[axes.length - 1]]
  for (let axis = group.toEnd - 1; axis >= group.to; axis--) {
    strides[axis] = shape[axis] === 1 ? 0 : stride
    stride *= shape[axis]
  }
  return true
}

/** Whether `inner` continues where `outer` steps: together they are one axis. */
function areMergeable(view: View, outer: number, inner: number): boolean {
  if (isGuarded(view, outer) || isGuarded(view, inner)) return false
  return view.strides[outer] === view.strides[inner] * view.shape[inner]
}

function isGuarded(view: View, axis: number): boolean {
  const range = view.guard?.ranges[axis]
  return range !== undefined && (range[0] > 0 || range[1] < view.shape[axis])
}

function clipped([first, end]: Pair, size: number): Pair {
  return [Math.min(Math.max(first, 0), size), Math.min(Math.max(end, 0), size)]
}

/** Keeps the fill of `before`; a guard that lets everything through is none. */
function withGuard(view: View, before: View, ranges: readonly Pair[] | undefined): View {
  if (!before.guard || !ranges) return view
  const cuts = ranges.some(([first, end], axis) => first > 0 || end < view.shape[axis])
  return cuts ? { ...view, guard: { fill: before.guard.fill, ranges } } : view
}
