/** Everything that no other kernel computes on its way: one pass over the elements of a result. */
import type { MapSpec, Operand } from '../kernels/spec'
import { NeedsTensor, Reading, type Sources } from './reading'

export interface MapKernel {
  readonly spec: MapSpec
  /** All terms that the kernel computes. */
  readonly terms: ReadonlySet<number>
}

/** Operands of one expression, whatever tensors they share: beyond this, address arithmetic outgrows the work. */
const mostOperands = 16

/** Writes the value of a term, `anew` from its inputs although it has a tensor. Throws NeedsTensor. */
export function mapKernel(
  sources: Sources,
  id: number,
  out: Operand,
  options: { readonly isFixed: boolean; readonly anew: boolean; readonly maxTensors: number },
): MapKernel {
  const reading = new Reading(sources, options.isFixed)
  const expression = options.anew ? reading.compute(id) : reading.read(id)
  const fits = ({ operands }: Reading) =>
    operands.length <= mostOperands && new Set(operands.map(({ tensor }) => tensor)).size < options.maxTensors
  if (!fits(reading)) throw new NeedsTensor(largestPart(sources, reading, id, options.isFixed, fits))
  const spec: MapSpec = { family: 'map', fused: { expression, operands: reading.operands }, out }
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
