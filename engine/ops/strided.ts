/** Walking two tensors in step, each with strides of its own: what all movement and folding is made of. */
import type { Shape } from '../graph/graph'

/** Where an index lies: base + sum(index[axis] * strides[axis]). Strides may be 0 or negative. */
export interface Layout {
  readonly base: number
  readonly strides: readonly number[]
}

/** A run of `count` elements: positions a, a + aStep, ... and b, b + bStep, ... */
type Run = (a: number, aStep: number, b: number, bStep: number, count: number) => void

/** Row-major strides. */
export function contiguous(shape: Shape): number[] {
  const strides = shape.map(() => 1)
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * shape[axis + 1]
  return strides
}

/** Visits every index of the shape in row-major order, in runs as long as the layouts allow. */
export function walk(shape: Shape, a: Layout, b: Layout, run: Run): void {
  const axes = joined(shape, a.strides, b.strides)
  const inner = axes.pop() ?? { size: 1, a: 0, b: 0 }
  const visit = (depth: number, atA: number, atB: number): void => {
    if (depth === axes.length) {
      run(atA, inner.a, atB, inner.b, inner.size)
      return
    }
    const axis = axes[depth]
    for (let i = 0; i < axis.size; i++) visit(depth + 1, atA + i * axis.a, atB + i * axis.b)
  }
  visit(0, a.base, b.base)
}

interface Axis {
  readonly size: number
  readonly a: number
  readonly b: number
}

/** Neighbouring axes that both layouts step through evenly become one; axes of size 1 go. */
function joined(shape: Shape, a: readonly number[], b: readonly number[]): Axis[] {
  const axes: Axis[] = []
  shape.forEach((size, i) => {
    if (size === 1) return
    const outer = axes.at(-1)
    if (outer && outer.a === a[i] * size && outer.b === b[i] * size) {
      axes[axes.length - 1] = { size: outer.size * size, a: a[i], b: b[i] }
    } else axes.push({ size, a: a[i], b: b[i] })
  })
  return axes
}
