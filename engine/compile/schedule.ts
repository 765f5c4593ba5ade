/**
 * Program -> kernels in execution order. Terms are visited from the last to the first: whoever reads decides what needs a
 * tensor, before the kernel that writes it is made.
 */
import type { Shape } from '../graph/graph'
import type { DeviceTraits } from '../kernels/kernel'
import type { Fused, Operand, Spec, TensorId, View } from '../kernels/spec'
import { wholeView } from '../kernels/views'
import { type KernelContext, specOf } from './kernelSpecs'
import { isSource, type Program, type Term, usersOf } from './program'
import { CannotFuse, NeedsTensor, type Path, Reading, type Sources, straight } from './reading'
import { growRegions, type Region } from './regions'
import { tensorsOf, withTensors } from './specTensors'
import { storedTerms } from './stored'
import { reshaped, sliced, transposed } from './views'

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
  return new Scheduler(program, options).run()
}

class Scheduler implements Sources {
  readonly terms: readonly Term[]
  private readonly program: Program
  private readonly options: ScheduleOptions
  private readonly users: readonly (readonly number[])[]
  private readonly regions: Map<number, Region>
  private readonly stored: Uint8Array
  private readonly isOutput: Uint8Array
  private readonly tensors: ScheduledTensor[] = []
  private readonly places = new Map<number, Operand>()
  /** Parts that are written straight into a concatenation. */
  private readonly targets = new Map<number, Operand>()
  /** Tensors that the kernels made so far read, or that are outputs. */
  private readonly read = new Set<TensorId>()
  /** Last first. */
  private readonly kernels: ScheduledKernel[] = []
  private oneTensor: TensorId | null = null

  constructor(program: Program, options: ScheduleOptions) {
    this.program = program
    this.options = options
    this.terms = program.terms
    this.users = usersOf(program)
    this.regions = growRegions(program, this.users, options.fuse)
    this.stored = storedTerms(program, this.users, this.regions, options.fuse)
    this.isOutput = new Uint8Array(program.terms.length)
    for (const { term } of program.outputs) this.isOutput[term] = 1
  }

  run(): Schedule {
    const outputs = this.program.outputs.map(({ node, term }) => {
      const { tensor } = this.outputPlace(this.terms[term])
      this.read.add(tensor)
      return { node, tensor, shape: this.terms[term].shape }
    })
    for (let id = this.terms.length - 1; id >= 0; id--) {
      if (this.stored[id] && this.isRead(id)) this.makeKernel(this.terms[id])
    }
    return inOrderOfUse({
      program: this.program,
      tensors: this.tensors,
      kernels: [...this.kernels].reverse(),
      outputs,
      one: this.oneTensor,
    })
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
    const place = { tensor: this.newTensor(term.shape, id, kindOf(term)), view: wholeView(term.shape) }
    this.places.set(id, place)
    return place
  }

  one(): Operand {
    this.oneTensor ??= this.newTensor([1], 0, 'constant')
    return { tensor: this.oneTensor, view: wholeView([1]) }
  }

  private newTensor(shape: Shape, term: number, kind: ScheduledTensor['kind']): TensorId {
    const id = this.tensors.length
    this.tensors.push({ id, shape, term, kind })
    return id
  }

  /** A reshaped activation is its own tensor seen otherwise; weights and inputs are copied, so that outputs are only written. */
  private outputPlace(term: Term): Operand {
    let base = term
    while (base.op === 'reshape' && !this.regions.has(base.id)) base = this.terms[base.inputs[0]]
    if (isSource(base) || base.isFixed) {
      const copy = { tensor: this.newTensor(term.shape, term.id, 'activation'), view: wholeView(term.shape) }
      this.stored[term.id] = 0
      this.copyInto(copy, term.id)
      return copy
    }
    this.stored[base.id] = 1
    return this.placeOf(base.id)
  }

  // --- kernels -----------------------------------------------------------------------------------------------------

  private makeKernel(term: Term): void {
    if (term.op === 'concat' && this.concatenated(term)) return
    const target = this.targets.get(term.id)
    const out = target ?? this.placeOf(term.id)
    const region = this.regions.get(term.id)
    if (!region) return this.makeMap(term, out)
    if (this.makeFused(region, out)) return
    // The region ends one term earlier; a map does the rest.
    if (region.cuts.length > 1) {
      const cuts = region.cuts.slice(0, -1)
      const end = cuts[cuts.length - 1]
      this.regions.delete(term.id)
      this.regions.set(end, { ...region, cuts })
      this.stored[end] = 1
      return this.makeMap(term, out)
    }
    if (!target) throw new Error(`internal: the result of ${term.op} cannot be written`)
    this.targets.delete(term.id)
    this.copyInto(target, term.id)
    this.makeFused(region, this.placeOf(term.id))
  }

  /** Parts write into slices of the result; false when reading them behind guards is as good. */
  private concatenated(term: Term & { readonly op: 'concat' }): boolean {
    const isDirect = (id: number): boolean => {
      const part = this.terms[id]
      const isOnce = this.users[id].length === 1 && term.inputs.indexOf(id) === term.inputs.lastIndexOf(id)
      const isMade = this.regions.has(id) || part.op === 'concat'
      return isOnce && isMade && this.isOutput[id] === 0 && part.isFixed === term.isFixed
    }
    if (term.inputs.length <= 4 && !term.inputs.some(isDirect) && this.options.fuse) return false
    const whole = this.targets.get(term.id) ?? this.placeOf(term.id)
    const { axis } = term.attrs
    let first = 0
    for (const id of term.inputs) {
      const { shape } = this.terms[id]
      const start = shape.map((_, at) => (at === axis ? first : 0))
      const place = {
        tensor: whole.tensor,
        view: sliced(
          whole.view,
          start,
          shape,
          shape.map(() => 1),
        ),
      }
      first += shape[axis]
      if (isDirect(id)) {
        this.stored[id] = 1
        this.targets.set(id, place)
      } else this.copyInto(place, id)
    }
    return true
  }

  private makeMap(term: Term, out: Operand): void {
    this.retrying(term.id, () =>
      this.addMap(term, out, new Reading(this, term.isFixed), (reading) => this.computeOf(reading, term)),
    )
  }

  /** The term's own value, although it is stored: by its inputs. */
  private computeOf(reading: Reading, term: Term) {
    this.stored[term.id] = 0
    try {
      return reading.read(term.id)
    } finally {
      this.stored[term.id] = 1
    }
  }

  /** A map that writes what `id` holds to another place. */
  private copyInto(out: Operand, id: number): void {
    const term = this.terms[id]
    this.retrying(id, () => this.addMap(term, out, new Reading(this, false), (reading) => reading.read(id)))
  }

  private addMap(
    term: Term,
    out: Operand,
    reading: Reading,
    read: (reading: Reading) => Fused['expression'],
  ): void {
    const expression = read(reading)
    this.checkTensors(term, reading)
    const spec: Spec = { family: 'map', fused: { expression, operands: reading.operands }, out }
    this.add(spec, term.id, [term.id, ...reading.terms], expression.kind === 'operand')
  }

  /** Too many tensors in one expression: the largest part of it that fits gets a kernel of its own. */
  private checkTensors(term: Term, reading: Reading): void {
    const limit = this.options.device.limits.maxStorageBuffersPerShaderStage - 1
    const count = (operands: readonly Operand[]) => new Set(operands.map(({ tensor }) => tensor)).size
    if (count(reading.operands) <= limit && reading.operands.length <= mostOperands) return
    let best: { id: number; size: number } | null = null
    for (const id of reading.terms) {
      if (id === term.id) continue
      const part = new Reading(this, term.isFixed)
      part.read(id)
      const size = part.operands.length
      const isBetter = count(part.operands) <= limit && size <= mostOperands && size > (best?.size ?? 1)
      if (isBetter) best = { id, size }
    }
    if (!best) throw new Error('internal: an expression reads too many tensors')
    throw new NeedsTensor(best.id)
  }

  /** The region's head with everything up to its last cut; false when strides or bindings do not allow it. */
  private makeFused(region: Region, out: Operand): boolean {
    const head = this.terms[region.head]
    try {
      this.retrying(region.cuts[region.cuts.length - 1], () => this.addFused(head, region, out))
      return true
    } catch (problem) {
      if (problem instanceof CannotFuse) return false
      throw problem
    }
  }

  private addFused(head: Term, region: Region, out: Operand): void {
    const end = region.cuts[region.cuts.length - 1]
    const paths = levelPaths(this.terms, region)
    const pathTo = (id: number): Path | null => {
      const level = id > end ? undefined : region.levels.get(id)
      return level === undefined ? null : paths[level]
    }
    const reading = new Reading(this, head.isFixed, { head: head.id, pathTo })
    const wasStored = this.stored[end]
    this.stored[end] = 0
    let expression: Fused['expression']
    try {
      expression = reading.read(end)
    } finally {
      this.stored[end] = wasStored
    }
    const view = follow(out.view, paths[region.levels.get(end) ?? 0])
    if (!view) throw new CannotFuse()
    const maxTensors = this.options.device.limits.maxStorageBuffersPerShaderStage
    const tensors = new Set(reading.operands.map(({ tensor }) => tensor))
    if (tensors.size + ownTensors > maxTensors) throw new CannotFuse()
    const context: KernelContext = {
      sources: this,
      isFixed: head.isFixed,
      fuse: this.options.fuse,
      maxTensors,
      computed: new Set([head.id, ...reading.terms]),
      out: { tensor: out.tensor, view },
      epilogue: { expression, operands: reading.operands },
    }
    this.add(specOf(context, head), head.id, context.computed, false)
  }

  private add(spec: Spec, head: number, terms: Iterable<number>, isCopy: boolean): void {
    const isFixed = this.tensors[spec.out.tensor].kind === 'prepared'
    for (const tensor of tensorsOf(spec)) if (tensor !== spec.out.tensor) this.read.add(tensor)
    this.kernels.push({ spec, head, terms: [...new Set(terms)], isFixed, isCopy })
  }

  /** Tries again whenever a term turns out to need a tensor. */
  private retrying(id: number, make: () => void): void {
    for (;;) {
      try {
        return make()
      } catch (problem) {
        if (!(problem instanceof NeedsTensor)) throw problem
        const { term } = problem
        if (term > id || this.stored[term])
          throw new Error(`internal: ${this.terms[id].op} cannot read ${this.terms[term].op}`)
        this.stored[term] = 1
      }
    }
  }
}

/** Operands of one expression, whatever tensors they share: beyond this, address arithmetic outgrows the work. */
const mostOperands = 16

/** The two operands and the result of the largest kernel. */
const ownTensors = 3

function kindOf(term: Term): ScheduledTensor['kind'] {
  if (term.op === 'input' || term.op === 'constant') return term.op
  if (term.op === 'param') return 'weight'
  return term.isFixed ? 'prepared' : 'activation'
}

/** By level: how to look at a term of that level from the head's axes, undoing one movement after another. */
function levelPaths(terms: readonly Term[], region: Region): Path[] {
  const paths: Path[] = [straight]
  for (const id of region.movements) {
    const movement = terms[id]
    const { shape } = terms[movement.inputs[0]]
    const before = paths[paths.length - 1]
    const apply = (view: View) =>
      movement.op === 'transpose' ? transposed(view, inverse(movement.attrs.axes)) : reshaped(view, shape)
    paths.push({ key: `back ${id} ${before.key}`, steps: [{ apply, remedy: null }, ...before.steps] })
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

function follow(view: View, path: Path): View | null {
  let seen: View | null = view
  for (const step of path.steps) seen = seen && step.apply(seen)
  return seen
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
  return {
    ...schedule,
    kernels,
    outputs,
    tensors,
    one: schedule.one === null ? null : (numbers.get(schedule.one) ?? null),
  }
}
