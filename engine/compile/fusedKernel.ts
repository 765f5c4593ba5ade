/** A kernel term with everything that its region lets it compute on the way out. */
import { type Shape, sameShape } from '../graph/graph'
import type { Operand, Spec, View } from '../kernels/spec'
import { specOf } from './kernelSpecs'
import type { Term } from './program'
import { along, behind, CannotFuse, type Path, Reading, reshaping, type Sources, straight } from './reading'
import type { Region } from './regions'
import { splitShape } from './splits'
import { transposed } from './views'

export interface FusionLimits {
  readonly fuse: boolean
  /** Tensors that one dispatch may bind. */
  readonly maxTensors: number
}

export interface FusedKernel {
  readonly spec: Spec
  /** All terms that the kernel computes. */
  readonly terms: ReadonlySet<number>
}

/** The two operands and the result of the largest kernel. */
const ownTensors = 3

/**
 * With `split` > 1 the rows of a product are iterated as that many batches, for operands that differ from sample to sample.
 * Throws NeedsTensor, and CannotFuse when strides or bindings do not allow the region.
 */
export function fusedKernel(
  sources: Sources,
  region: Region,
  out: Operand,
  split: number,
  { fuse, maxTensors }: FusionLimits,
): FusedKernel {
  const head = sources.terms[region.head]
  const end = region.cuts[region.cuts.length - 1]
  const paths = levelPaths(sources.terms, region, splitShape(head.shape, split))
  const pathTo = (id: number): Path | null => {
    const level = id > end ? undefined : region.levels.get(id)
    return level === undefined ? null : paths[level]
  }
  const reading = new Reading(sources, head.isFixed, { head: head.id, pathTo })
  const expression = reading.read(end)
  const view = along(pathTo(end) ?? straight, out.view)
  if (!view) throw new CannotFuse(true)
  const tensors = new Set(reading.operands.map(({ tensor }) => tensor))
  if (tensors.size + ownTensors > maxTensors) throw new CannotFuse(false)
  const terms = new Set([head.id, ...reading.terms])
  const spec = specOf(
    {
      sources,
      isFixed: head.isFixed,
      fuse,
      maxTensors,
      split,
      computed: terms,
      out: { tensor: out.tensor, view },
      epilogue: { expression, operands: reading.operands },
    },
    head,
  )
  return { spec, terms }
}

/** By level: how to look at a term of that level from the kernel's axes, undoing one movement after another. */
function levelPaths(terms: readonly Term[], region: Region, shape: Shape): Path[] {
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
