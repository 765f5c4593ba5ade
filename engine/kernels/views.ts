/** Arithmetic on views: what the shaders need to know of one, and nothing of WGSL. */
import { elements, type Shape } from '../graph/graph'
import type { View } from './spec'

/** Strides of a tensor that lies in row-major order. */
export function rowMajor(shape: Shape): readonly number[] {
  const strides: number[] = []
  let stride = 1
  for (const size of [...shape].reverse()) {
    strides.unshift(stride)
    stride *= size
  }
  return strides
}

/** A whole tensor of this shape. */
export function wholeView(shape: Shape): View {
  return { shape, strides: rowMajor(shape), offset: 0 }
}

/** The stride of an axis; an axis of one element has none. */
export function strideOf(view: View, axis: number): number {
  return view.shape[axis] === 1 ? 0 : (view.strides[axis] ?? 0)
}

export function isContiguous(view: View): boolean {
  if (view.indirect || limitedAxes(view).length > 0) return false
  const dense = rowMajor(view.shape)
  return view.shape.every((size, axis) => size === 1 || view.strides[axis] === dense[axis])
}

/** Axes on which the guard lets only a part through. */
export function limitedAxes(view: View): readonly number[] {
  return (view.guard?.ranges ?? []).flatMap(([start, end], axis) =>
    start > 0 || end < (view.shape[axis] ?? 1) ? [axis] : [],
  )
}

/** Whether four neighbours along the last axis can be read as one vec4, from every place. */
export function readsAsVec4(view: View): boolean {
  const last = view.shape.length - 1
  return (
    strideOf(view, last) === 1 &&
    (view.shape[last] ?? 1) % 4 === 0 &&
    isMultipleOf4(view.offset) &&
    view.shape.every((_, axis) => axis === last || isMultipleOf4(strideOf(view, axis))) &&
    (view.indirect ?? []).every((index) => isMultipleOf4(index.step)) &&
    indicesStayAlong(view, last) &&
    limitedAxes(view).length === 0
  )
}

/** Whether the numbers that a view reads are the same all along an axis. */
export function indicesStayAlong(view: View, axis: number): boolean {
  return (view.indirect ?? []).every((index) => strideOf(index.view, axis) === 0)
}

export function isMultipleOf4(value: number): boolean {
  return value % 4 === 0
}

/** Elements that a kernel touches when it reads all of a view once: repeated ones count once. */
export function distinctElements(view: View): number {
  return elements(view.shape.filter((_, axis) => strideOf(view, axis) !== 0 || !indicesStayAlong(view, axis)))
}

/** The same views with fewer axes: axes of size 1 go, and neighbours that lie densely in every view become one. */
export function collapse(views: readonly View[]): readonly View[] {
  const [first] = views
  if (!first) return []
  const kept = first.shape.flatMap((size, axis) => (size === 1 && !isLimited(views, axis) ? [] : [axis]))
  const groups: number[][] = []
  for (const axis of kept) {
    const group = groups.at(-1)
    const before = group?.at(-1)
    if (group && before !== undefined && views.every((view) => mergeable(view, before, axis)))
      group.push(axis)
    else groups.push([axis])
  }
  return views.map((view) => merged(view, groups))
}

function isLimited(views: readonly View[], axis: number): boolean {
  return views.some((view) => limitedAxes(view).includes(axis))
}

function mergeable(view: View, outer: number, inner: number): boolean {
  const limited = limitedAxes(view)
  if (limited.includes(outer) || limited.includes(inner)) return false
  if (!(view.indirect ?? []).every((index) => mergeable(index.view, outer, inner))) return false
  return view.strides[outer] === (view.strides[inner] ?? 0) * (view.shape[inner] ?? 1)
}

function merged({ indirect, ...view }: View, groups: readonly (readonly number[])[]): View {
  const plain = mergedPlainly(view, groups)
  if (!indirect) return plain
  return {
    ...plain,
    indirect: indirect.map((index) => ({ ...index, view: mergedPlainly(index.view, groups) })),
  }
}

function mergedPlainly(view: View, groups: readonly (readonly number[])[]): View {
  const shape = groups.map((group) => elements(group.map((axis) => view.shape[axis] ?? 1)))
  const strides = groups.map((group) => view.strides[group.at(-1) ?? 0] ?? 0)
  if (limitedAxes(view).length === 0) return { shape, strides, offset: view.offset }
  const ranges = groups.map(
    (group, axis) =>
      (group.length === 1 ? view.guard?.ranges[group[0] ?? 0] : undefined) ??
      ([0, shape[axis] ?? 1] as const),
  )
  return { shape, strides, offset: view.offset, guard: { ranges, fill: view.guard?.fill ?? 0 } }
}
