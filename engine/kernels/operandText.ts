/**
 * How a shader finds an element of a view: only the axes along which the view moves appear in the text, and a stride of one
 * is not multiplied. So the text depends on the kind of view, and the numbers stay in the uniforms.
 */
import { KernelError } from '../errors'
import type { View } from './spec'
import type { Uniforms } from './uniforms'
import { limitedAxes, strideOf } from './views'

/** How many axes the index of a shader has: `index.x` to `index.w`, then `further.x` to `further.w`. */
export type Axes = 4 | 8

/** The offset of the element at the shader's index. `uniform` is where the view's numbers are. */
export function address(view: View, uniform: string): string {
  const terms = view.shape.flatMap((_, axis) => {
    const stride = strideOf(view, axis)
    if (stride === 0) return []
    return stride === 1
      ? [component('index', axis)]
      : [`${component('index', axis)} * ${uniform}.${component('strides', axis)}`]
  })
  return [`${uniform}.offset`, ...terms].join(' + ')
}

/** Whether the index lies inside of the guard; null when all of it does. */
export function insideGuard(view: View, uniform: string): string | null {
  const tests = limitedAxes(view).map(
    (axis) =>
      `${component('index', axis)} - ${uniform}.${component('low', axis)} < ${uniform}.${component('count', axis)}`,
  )
  return tests.length ? tests.join(' && ') : null
}

/** The WGSL struct that holds the numbers of this view; with a step it is the view of numbers that are added to an offset. */
export function viewStruct(view: View, step?: number): 'View' | 'GuardedView' | 'IndexView' {
  if (step !== undefined) return 'IndexView'
  return limitedAxes(view).length ? 'GuardedView' : 'View'
}

/** Declares `IndexView`, which no file has. */
export function indexViewStruct(axes: Axes): string {
  const strides = axes === 4 ? 'strides: vec4u' : 'strides: vec4u, stridesFurther: vec4u'
  return `struct IndexView { ${strides}, offset: u32, step: u32 }`
}

/** Declares `GuardedView` for shaders that know only `View`. */
export function guardedViewStruct(axes: Axes): string {
  const rows = ['strides', 'low', 'count'].map((name) =>
    axes === 4 ? `${name}: vec4u` : `${name}: vec4u, ${furtherName(name)}: vec4u`,
  )
  return `struct GuardedView { ${rows.join(', ')}, offset: u32, fill: f32 }`
}

/** Writes the numbers of a view as its struct says. */
export function writeView(uniforms: Uniforms, view: View, axes: Axes, step?: number): void {
  if (view.shape.length > axes)
    throw new KernelError(
      `internal: a view has ${view.shape.length} axes, of which none can merge; at most ${axes}.`,
    )
  const isLimited = limitedAxes(view).length > 0
  uniforms.align().axes(view, axes)
  if (isLimited) {
    const ranges = Array.from({ length: axes }, (_, axis) => view.guard?.ranges[axis] ?? [0, 1])
    uniforms.integers(...ranges.map(([start = 0]) => start))
    uniforms.integers(...ranges.map(([start = 0, end = 1]) => Math.max(0, end - start)))
  }
  uniforms.integers(view.offset)
  if (step !== undefined) uniforms.integers(step)
  else if (isLimited) uniforms.float(view.guard?.fill ?? 0)
  uniforms.align()
}

const letters = ['x', 'y', 'z', 'w']

/** The component for an axis of an eight-fold index or field: `strides.x` to `strides.w`, then `stridesFurther.x` ... */
export function component(name: string, axis: number): string {
  return `${axis < 4 ? name : furtherName(name)}.${letters[axis % 4]}`
}

function furtherName(name: string): string {
  return name === 'index' ? 'further' : `${name}Further`
}
