/** A kernel term with everything that its region lets it compute on the way out. */
import type { Operand, Spec } from '../kernels/spec'
import { specOf } from './kernelSpecs'
import { levelPaths } from './levelPaths'
import { along, CannotFuse, type Path, Reading, type Sources, straight } from './reading'
import type { Region } from './regions'
import { tensorsRead } from './specTensors'
import { splitShape } from './splits'

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
  if (tensorsRead(reading.operands).size + ownTensors > maxTensors) throw new CannotFuse(false)
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
