/**
 * Program -> kernels in execution order. Terms are visited from the last to the first: whoever reads decides what needs a
 * tensor, before the kernel that writes it is made.
 */

import type { Shape } from '../graph/graph'
import type { DeviceTraits } from '../kernels/kernel'
import type { Operand, Spec, TensorId } from '../kernels/spec'
import { wholeView } from '../kernels/views'
import { type FusedKernel, type FusionLimits, fusedKernel } from './fusedKernel'
import { mapKernel } from './mapKernel'
import { contentsKey, type Program, type Term, type TermOf, usersOf } from './program'
import { CannotFuse, NeedsTensor, type Sources } from './reading'
import { growRegions, type Region } from './regions'
import { tensorsOf, withTensors } from './specTensors'
import { splitOf } from './splits'
import { mostGuardedParts, storedTerms } from './stored'
import { isSource } from './termKinds'
import { sliced } from './views'

export interface ScheduledKernel {
  readonly spec: Spec
  /** The term that gives the kernel its name, and all terms that it computes. */
  readonly head: number
  readonly terms: readonly number[]
  /** Runs once, before the first forward. */
  readonly isFixed: boolean
  /** Only moves elements: a view could not be folded. */
  readonly isCopy: boolean
}

export interface ScheduledTensor {
  readonly id: TensorId
  readonly shape: Shape
  readonly term: number
  readonly kind: 'input' | 'weight' | 'constant' | 'prepared' | 'activation'
}

export interface Schedule {
  readonly program: Program
  readonly tensors: readonly ScheduledTensor[]
  readonly kernels: readonly ScheduledKernel[]
  readonly outputs: readonly { readonly node: number; readonly tensor: TensorId; readonly shape: Shape }[]
  /** The constant 1 that guards need, when they do. */
  readonly one: TensorId | null
}

export interface ScheduleOptions {
  readonly device: DeviceTraits
  readonly fuse: boolean
}

export function scheduled(program: Program, options: ScheduleOptions): Schedule {
  return inOrderOfUse(new Scheduler(program, options).run())
}

class Scheduler implements Sources {
  readonly terms: readonly Term[]
  private readonly program: Program
  private readonly limits: FusionLimits
  private readonly users: readonly (readonly number[])[]
  private readonly regions: Map<number, Region>
  private readonly stored: Uint8Array
  private readonly isOutput: Uint8Array
  private readonly tensors: ScheduledTensor[] = []
  private readonly places = new Map<number, Operand>()
  /** Constants by what they hold: one tensor serves all shapes. */
  private readonly constants = new Map<string, TensorId>()
  /** Parts that are written straight into a concatenation, and which one. */
  private readonly wholes = new Map<number, number>()
  private readonly targets = new Map<number, Operand>()
  /** Tensors that the kernels made so far read, or that are outputs. */
  private readonly read = new Set<TensorId>()
  /** Last first. */
  private readonly kernels: ScheduledKernel[] = []
  private oneTensor: TensorId | null = null

  constructor(program: Program, { device, fuse }: ScheduleOptions) {
    this.program = program
    this.limits = { fuse, maxTensors: device.limits.maxStorageBuffersPerShaderStage }
    this.terms = program.terms
    this.users = usersOf(program)
    this.regions = growRegions(program, this.users, fuse)
    this.stored = storedTerms(program, this.users, this.regions, fuse)
    this.isOutput = new Uint8Array(program.terms.length)
    for (const { term } of program.outputs) this.isOutput[term] = 1
  }

  run(): Schedule {
    for (const { term } of this.program.outputs)
      if (this.isCopied(this.terms[term]) && !this.regions.has(term)) this.stored[term] = 0
    const outputs = this.program.outputs.map(({ node, term }) => {
      const { tensor } = this.outputPlace(this.terms[term])
      this.read.add(tensor)
      return { node, tensor, shape: this.terms[term].shape }
    })
    for (let id = this.terms.length - 1; id >= 0; id--) {
      if (this.stored[id] && this.isRead(id)) this.makeKernel(this.terms[id])
    }
    const { program, tensors, oneTensor } = this
    return { program, tensors, kernels: [...this.kernels].reverse(), outputs, one: oneTensor }
  }

  /** Attempts that failed may have asked for a place in vain: only what a finished kernel reads counts. */
  private isRead(id: number): boolean {
    const place = this.places.get(id)
    return this.targets.has(id) || (place !== undefined && this.read.has(place.tensor))
  }

  // --- sources -----------------------------------------------------------------------------------------------------

  isStored(id: number): boolean {
    return this.stored[id] === 1
  }

  placeOf(id: number): Operand {
    const known = this.places.get(id)
    if (known) return known
    const term = this.terms[id]
    const place =
      term.op === 'constant' ? this.constantPlace(term) : this.newTensor(term.shape, id, kindOf(term))
    this.places.set(id, place)
    return place
  }

  private constantPlace({ id, shape, attrs }: TermOf<'constant'>): Operand {
    const key = `${attrs.data.length} ${contentsKey(attrs.data)}`
    const tensor = this.constants.get(key) ?? this.newTensor(shape, id, 'constant').tensor
    this.constants.set(key, tensor)
    return { tensor, view: wholeView(shape) }
  }

  one(): Operand {
    this.oneTensor ??= this.newTensor([1], 0, 'constant').tensor
    return { tensor: this.oneTensor, view: wholeView([1]) }
  }

  private newTensor(shape: Shape, term: number, kind: ScheduledTensor['kind']): Operand {
    const id = this.tensors.length
    this.tensors.push({ id, shape, term, kind })
    return { tensor: id, view: wholeView(shape) }
  }

  /** Whether an output is copied from a weight, an input or what was prepared, so that output buffers are only written. */
  private isCopied(term: Term): boolean {
    const base = this.baseOf(term)
    return isSource(base) || base.isFixed
  }

  /** A reshaped activation is its own tensor seen otherwise. */
  private baseOf(term: Term): Term {
    let base = term
    while (base.op === 'reshape' && !this.regions.has(base.id)) base = this.terms[base.inputs[0]]
    return base
  }

  private outputPlace(term: Term): Operand {
    if (!this.isCopied(term)) {
      const base = this.baseOf(term)
      this.stored[base.id] = 1
      return this.placeOf(base.id)
    }
    const copy = this.newTensor(term.shape, term.id, 'activation')
    this.makeMap(term.id, copy, false)
    return copy
  }

  // --- kernels -----------------------------------------------------------------------------------------------------

  private makeKernel(term: Term): void {
    if (term.op === 'concat' && this.writesParts(term)) return
    const target = this.targets.get(term.id)
    const out = target ?? this.placeOf(term.id)
    const region = this.regions.get(term.id)
    if (!region) this.makeMap(term.id, out, true)
    else if (!this.makeFused(region, out)) this.makeShorter(term, region, out, target !== undefined)
  }

  /** The region ends as late as it can, and a map does the rest. */
  private makeShorter(term: Term, region: Region, out: Operand, isTarget: boolean): void {
    const isPossible = (length: number) => {
      const cuts = region.cuts.slice(0, length)
      return !(this.kernelOf({ ...region, cuts }, this.placeOf(cuts[length - 1])) instanceof CannotFuse)
    }
    let length = region.cuts.length - 1
    while (length > 1 && !isPossible(length)) length--
    if (length > 0) {
      const cuts = region.cuts.slice(0, length)
      const end = cuts[length - 1]
      this.regions.delete(term.id)
      this.regions.set(end, { ...region, cuts })
      this.stored[end] = 1
      this.makeMap(term.id, out, true)
      return
    }
    if (!isTarget) throw new Error(`internal: the result of ${term.op} cannot be written`)
    this.targets.delete(term.id)
    this.makeMap(term.id, out, false)
    this.makeFused(region, this.placeOf(term.id))
  }

  /** Parts write into slices of the result; false when reading them behind guards is as good. */
  private writesParts(term: Term & { readonly op: 'concat' }): boolean {
    const isDirect = (id: number): boolean => {
      const part = this.terms[id]
      const isOnce = this.users[id].length === 1 && term.inputs.indexOf(id) === term.inputs.lastIndexOf(id)
      const isMade = this.regions.has(id) || part.op === 'concat'
      return isOnce && isMade && this.isOutput[id] === 0 && part.isFixed === term.isFixed
    }
    if (term.inputs.length <= mostGuardedParts && !term.inputs.some(isDirect) && this.limits.fuse)
      return false
    const whole = this.targets.get(term.id) ?? this.placeOf(term.id)
    const steps = term.shape.map(() => 1)
    let first = 0
    for (const id of term.inputs) {
      const { shape } = this.terms[id]
      const start = shape.map((_, axis) => (axis === term.attrs.axis ? first : 0))
      const place = { tensor: whole.tensor, view: sliced(whole.view, start, shape, steps) }
      first += shape[term.attrs.axis]
      if (isDirect(id)) {
        this.stored[id] = 1
        this.targets.set(id, place)
        this.wholes.set(id, term.id)
      } else this.makeMap(id, place, false, term.id)
    }
    return true
  }

  /** `anew`: from the term's inputs. `whole` is the concatenation that the result is a part of. */
  private makeMap(id: number, out: Operand, anew: boolean, whole = this.wholes.get(id)): void {
    const isFixed = this.isPrepared(out)
    for (;;) {
      try {
        const { spec, terms } = mapKernel(this, id, out, {
          isFixed,
          anew,
          maxTensors: this.limits.maxTensors,
        })
        this.add(spec, id, terms, whole, spec.fused.expression.kind === 'operand')
        return
      } catch (problem) {
        if (!(problem instanceof NeedsTensor)) throw problem
        this.store(problem.term, id)
      }
    }
  }

  /** False when the region cannot end where it ends. */
  private makeFused(region: Region, out: Operand): boolean {
    for (;;) {
      const made = this.kernelOf(region, out)
      if (made instanceof CannotFuse) return false
      if (made instanceof NeedsTensor) {
        this.store(made.term, region.cuts[region.cuts.length - 1])
        continue
      }
      this.add(
        made.spec,
        region.head,
        made.terms,
        this.wholes.get(region.cuts[region.cuts.length - 1]),
        false,
      )
      return true
    }
  }

  /** The kernel of a region, with rows as one axis or sample by sample; or what is in its way. */
  private kernelOf(region: Region, out: Operand): FusedKernel | NeedsTensor | CannotFuse {
    const made = this.tried(region, out, 1)
    if (!('isAboutViews' in made) || !made.isAboutViews) return made
    const split = splitOf(this.terms, region.head)
    if (split === 1) return made
    const other = this.tried(region, out, split)
    const isWorse = other instanceof CannotFuse || (other instanceof NeedsTensor && other.isAboutViews)
    return isWorse && !(made instanceof CannotFuse && other instanceof NeedsTensor) ? made : other
  }

  private tried(region: Region, out: Operand, split: number): FusedKernel | NeedsTensor | CannotFuse {
    try {
      return fusedKernel(this, region, out, split, this.limits)
    } catch (problem) {
      if (problem instanceof NeedsTensor || problem instanceof CannotFuse) return problem
      throw problem
    }
  }

  private store(term: number, reader: number): void {
    if (term > reader || this.stored[term]) {
      throw new Error(`internal: ${this.terms[reader].op} cannot read ${this.terms[term].op}`)
    }
    this.stored[term] = 1
  }

  private add(
    spec: Spec,
    head: number,
    terms: Iterable<number>,
    whole: number | undefined,
    isCopy: boolean,
  ): void {
    for (const tensor of tensorsOf(spec)) if (tensor !== spec.out.tensor) this.read.add(tensor)
    this.kernels.push({
      spec,
      head,
      terms: whole === undefined ? [...terms] : [...terms, whole],
      isFixed: this.isPrepared(spec.out),
      isCopy,
    })
  }

  private isPrepared({ tensor }: Operand): boolean {
    return this.tensors[tensor].kind === 'prepared'
  }
}

function kindOf(term: Term): ScheduledTensor['kind'] {
  if (term.op === 'input' || term.op === 'constant') return term.op
  if (term.op === 'param') return 'weight'
  return term.isFixed ? 'prepared' : 'activation'
}

/** Tensors that some kernel uses, numbered in the order of their first use. */
function inOrderOfUse(schedule: Schedule): Schedule {
  const numbers = new Map<TensorId, TensorId>()
  const number = (tensor: TensorId): TensorId => {
    const known = numbers.get(tensor)
    if (known !== undefined) return known
    numbers.set(tensor, numbers.size)
    return numbers.size - 1
  }
  const kernels = schedule.kernels.map((kernel) => ({ ...kernel, spec: withTensors(kernel.spec, number) }))
  const outputs = schedule.outputs.map((output) => ({ ...output, tensor: number(output.tensor) }))
  const tensors = [...numbers].map(([before, id]) => ({ ...schedule.tensors[before], id }))
  const one = schedule.one === null ? null : (numbers.get(schedule.one) ?? null)
  return { ...schedule, kernels, outputs, tensors, one }
}
