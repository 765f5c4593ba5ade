/** How a kernel sees the terms of its region from its own axes. */
import { type Shape, sameShape } from '../graph/graph'
import type { View } from '../kernels/spec'
import type { Term } from './program'
import { behind, type Path, reshaping, straight } from './reading'
import type { Region } from './regions'
import { transposed } from './views'

/** By level: the movements between that level and the head undone, one after another. `shape` is that of the kernel's result. */
export function levelPaths(terms: readonly Term[], region: Region, shape: Shape): Path[] {
  const head = terms[region.head]
  const paths: Path[] = [
    sameShape(shape, head.shape) ? straight : behind(reshaping(shape, null), 'split', straight),
  ]
  for (const id of region.movements) {
    const movement = terms[id]
    const before = paths[paths.length - 1]
    const back =
      movement.op === 'transpose'
        ? { apply: (view: View) => transposed(view, inverse(movement.attrs.axes)), remedy: null }
        : reshaping(terms[movement.inputs[0]].shape, null)
    paths.push(behind(back, `back ${id}`, before))
  }
  return paths
}

function inverse(axes: readonly number[]): number[] {
  const back = Array<number>(axes.length)
  axes.forEach((axis, i) => {
    back[axis] = i
  })
  return back
}
