/** Everything that no other kernel computes on its way: one pass over the elements of a result. */

import { elements, type Shape, sameShape } from '../graph/graph'
import type { MapSpec, Operand } from '../kernels/spec'
import { behind, NeedsTensor, Reading, reshaping, type Sources, straight } from './reading'
import { tensorsRead } from './specTensors'
import { reshaped } from './views'

export interface MapKernel {
  readonly spec: MapSpec
  /** All terms that the kernel computes. */
  readonly terms: ReadonlySet<number>
}

/** Operands of one expression, whatever tensors they share: beyond this, address arithmetic outgrows the work. */
const mostOperands = 16

export interface MapOptions {
  readonly isFixed: boolean
  /** From the inputs of the term, although it has a tensor. */
  readonly anew: boolean
  readonly maxTensors: number
}

/** Writes the value of a term. Throws NeedsTensor. */
export function mapKernel(sources: Sources, id: number, out: Operand, options: MapOptions): MapKernel {
  try {
    return over(out.view.shape, sources, id, out, options)
  } catch (problem) {
    if (!(problem instanceof NeedsTensor) || !problem.axes) throw problem
    const made = tried(problem.axes, sources, id, out, options)
    if (!made) throw problem
    return made
  }
}

/** Other axes with the same elements in the same order: windows that become a map again are windows for this kernel. */
function tried(
  axes: Shape,
  sources: Sources,
  id: number,
  out: Operand,
  options: MapOptions,
): MapKernel | null {
  if (elements(axes) !== elements(out.view.shape)) return null
  try {
    return over(axes, sources, id, out, options)
  } catch (problem) {
    if (problem instanceof NeedsTensor) return null
    throw problem
  }
}

function over(axes: Shape, sources: Sources, id: number, out: Operand, options: MapOptions): MapKernel {
  const { isFixed, anew, maxTensors } = options
  const view = reshaped(out.view, axes)
  if (!view) throw new NeedsTensor(id)
  const path = sameShape(axes, out.view.shape) ? straight : behind(reshaping(axes, id), 'axes', straight)
  const reading = new Reading(sources, isFixed)
  const expression = anew ? reading.compute(id, path) : reading.read(id, path)
  const fits = ({ operands }: Reading) =>
    operands.length <= mostOperands && tensorsRead(operands).size < maxTensors
  if (!fits(reading)) throw new NeedsTensor(largestPart(sources, reading, id, isFixed, fits))
  const spec: MapSpec = {
    family: 'map',
    fused: { expression, operands: reading.operands },
    out: { ...out, view },
  }
  return { spec, terms: new Set([id, ...reading.terms]) }
}

/** The term of an expression that reads as many operands as fit: it gets a kernel of its own. */
function largestPart(
  sources: Sources,
  whole: Reading,
  id: number,
  isFixed: boolean,
  fits: (reading: Reading) => boolean,
): number {
  let best = -1
  let most = 1
  for (const part of whole.terms) {
    if (part === id) continue
    const reading = new Reading(sources, isFixed)
    reading.read(part)
    if (!fits(reading) || reading.operands.length <= most) continue
    best = part
    most = reading.operands.length
  }
  if (best < 0) throw new Error('internal: an expression reads too many tensors')
  return best
}
