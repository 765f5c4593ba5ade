/** The spec of each kernel term: which operands it reads, with what demands on how they lie, and what it computes on its way. */
import { elements } from '../graph/graph'
import type { ConvolvedOperand, Expression, Fused, Operand, Spec, View } from '../kernels/spec'
import { isContiguous } from '../kernels/views'
import { binaryFunctions, unaryFunctions } from '../ops/elementwise'
import type { Term, TermOf } from './program'
import { behind, NeedsTensor, type Path, Reading, reshaping, type Sources, straight } from './reading'
import { tensorsRead } from './specTensors'
import { splitShape } from './splits'
import { reversed } from './views'

/** What a kernel term leaves to the scheduler. */
export interface KernelContext {
  readonly sources: Sources
  /** The kernel runs before the first forward. */
  readonly isFixed: boolean
  readonly fuse: boolean
  readonly maxTensors: number
  /** Samples by which the rows of a product are iterated; 1 when all rows are one axis. */
  readonly split: number
  /** Terms that the kernel computes besides its own. */
  readonly computed: Set<number>
  readonly out: Operand
  readonly epilogue: Fused
}

export function specOf(context: KernelContext, term: Term): Spec {
  switch (term.op) {
    case 'matmul':
      return matmul(context, term)
    case 'convolve':
      return convolve(context, term)
    case 'depthwise':
      return depthwise(context, term)
    case 'fold':
      return fold(context, term)
    case 'pool': {
      const { fn, kernel, stride, padding, countIncludePad } = term.attrs
      const x = plain(context, term.inputs[0], endsInUnitStride)
      const { out, epilogue } = context
      return { family: 'pool', fn, x, kernel, stride, padding, countIncludePad, out, epilogue }
    }
    case 'softmax':
      return { family: 'softmax', x: plain(context, term.inputs[0], endsInUnitStride), out: context.out }
    case 'attention': {
      const [queries, keys, values, bias] = term.inputs
      const [q, k, v] = [queries, keys, values].map((input) => plain(context, input, endsInUnitStride))
      const score = biased(context, bias, 4)
      return { family: 'attention', q, k, v, scale: term.attrs.scale, score, out: context.out }
    }
    case 'attentionLogSum': {
      const [q, k] = term.inputs.slice(0, 2).map((input) => plain(context, input, endsInUnitStride))
      const score = biased(context, term.inputs[2], 3)
      return { family: 'attentionLogSum', q, k, scale: term.attrs.scale, score, out: context.out }
    }
    case 'attentionGradient': {
      const { of, scale } = term.attrs
      const [q, k, v, dy] = term.inputs.slice(0, 4).map((input) => plain(context, input, endsInUnitStride))
      const statistics = plain(context, term.inputs[4], () => true)
      const score = biased(context, term.inputs[5], 6)
      return { family: 'attentionGradient', of, q, k, v, dy, statistics, scale, score, out: context.out }
    }
    case 'scan':
      return scan(context, term)
    case 'rowStatistics': {
      const { kind, eps } = term.attrs
      const x = plain(context, term.inputs[0], endsInUnitStride)
      return { family: 'rowStatistics', kind, x, eps, out: context.out }
    }
    default:
      throw new Error(`internal: no kernel computes ${term.op}`)
  }
}

function matmul(context: KernelContext, { inputs, shape }: TermOf<'matmul'>): Spec {
  const { terms } = context.sources
  const { split, out, epilogue } = context
  const k = terms[inputs[0]].shape[2]
  const [batch, m, n] = splitShape(shape, split)
  const b = shared(
    plain(context, inputs[1], (view) => !terms[inputs[1]].isFixed || endsInUnitStride(view)),
    split,
  )
  const rows = split === 1 ? straight : behind(reshaping([batch, m, k], null), 'split', straight)
  const isWorthWhile = (price: number) => price <= cheapPrologue || n <= fewColumns
  const { x: a, prologue } = prologued(context, inputs[0], rows, 2, isWorthWhile)
  return { family: 'gemm', batch, m, n, k, a, b, out, prologue, epilogue }
}

/** The same weights for every sample. */
function shared({ tensor, view }: Operand, split: number): Operand {
  if (split === 1) return { tensor, view }
  const [, ...sizes] = view.shape
  const [, ...strides] = view.strides
  return { tensor, view: { ...view, shape: [split, ...sizes], strides: [0, ...strides] } }
}

/** FLOPs per element that a product may spend on its rows in every tile of columns, instead of one pass that stores them. */
const cheapPrologue = 6
const fewColumns = 64

function convolve(context: KernelContext, { attrs, inputs, shape }: TermOf<'convolve'>): Spec {
  const { groups, kernel, stride, padding, dilation, output } = attrs
  const x = plain(context, inputs[0], endsInUnitStride)
  const { split, out, epilogue } = context
  const b = shared(plain(context, inputs[1], endsInUnitStride), split)
  const [samples, height, width, channels] = x.view.shape
  const perGroup = channels / groups
  const a: ConvolvedOperand = {
    tensor: x.tensor,
    view: { ...x.view, shape: [samples / split, height, width, perGroup] },
    groupStride: split > 1 ? x.view.strides[0] : groups > 1 ? perGroup : 0,
    kernel,
    stride,
    padding,
    dilation,
    output,
  }
  const k = kernel[0] * kernel[1] * perGroup
  const [batch, m, n] = splitShape(shape, split)
  return { family: 'gemm', batch, m, n, k, a, b, out, prologue: null, epilogue }
}

function depthwise(context: KernelContext, { attrs, inputs }: TermOf<'depthwise'>): Spec {
  const { stride, padding, dilation } = attrs
  const x = plain(context, inputs[0], endsInUnitStride)
  const w = plain(context, inputs[1], isContiguous)
  return {
    family: 'depthwise',
    x,
    w,
    stride,
    padding,
    dilation,
    out: context.out,
    epilogue: context.epilogue,
  }
}

const unchanged: Fused = { expression: { kind: 'accumulator' }, operands: [] }

/** A scan from the end goes over everything backwards. */
function scan(context: KernelContext, { attrs, inputs }: TermOf<'scan'>): Spec {
  const { sources, isFixed, fuse, maxTensors, computed, out } = context
  const backwards = (view: View) => (attrs.reverse ? reversed(view, [1]) : view)
  const path = attrs.reverse ? behind({ apply: backwards, remedy: null }, 'backwards', straight) : straight
  const [factor, added] = inputs.map((id) => {
    const reading = new Reading(sources, isFixed)
    const expression = reading.read(id, path)
    if (!fuse && expression.kind !== 'operand' && expression.kind !== 'number') throw new NeedsTensor(id)
    return { fused: { expression, operands: reading.operands }, terms: reading.terms }
  })
  const tensors = tensorsRead([...factor.fused.operands, ...added.fused.operands])
  if (tensors.size >= maxTensors) throw new NeedsTensor(inputs[added.fused.operands.length > 1 ? 1 : 0])
  for (const term of [...factor.terms, ...added.terms]) computed.add(term)
  return {
    family: 'scan',
    factor: factor.fused,
    added: added.fused,
    out: { ...out, view: backwards(out.view) },
  }
}

/** What is added to the scores of attention, if anything, computed where they are; `others` tensors are bound besides. */
function biased(
  { sources, isFixed, fuse, maxTensors, computed }: KernelContext,
  id: number | undefined,
  others: number,
): Fused {
  if (id === undefined) return unchanged
  const reading = new Reading(sources, isFixed)
  const expression = reading.read(id)
  const { operands } = reading
  const fits = tensorsRead(operands).size + others <= maxTensors
  if (!fits || (!fuse && expression.kind !== 'operand')) throw new NeedsTensor(id)
  for (const term of reading.terms) computed.add(term)
  return { expression: { kind: 'binary', fn: 'add', x: { kind: 'accumulator' }, y: expression }, operands }
}

function fold(context: KernelContext, { attrs, inputs }: TermOf<'fold'>): Spec {
  const { x, prologue } = prologued(context, inputs[0], straight, 1, () => true)
  return { family: 'reduce', fn: attrs.fn, x, prologue, out: context.out, epilogue: context.epilogue }
}

// --- demands -------------------------------------------------------------------------------------------------------

const endsInUnitStride = (view: View): boolean =>
  view.shape[view.shape.length - 1] === 1 || view.strides[view.strides.length - 1] === 1

/** Strides alone say where everything lies. */
const isDirect = ({ view }: Operand): boolean => !view.guard && !view.indirect

/** A tensor as it lies, seen as this term; or the term gets a tensor of its own. */
function plain(context: KernelContext, id: number, fits: (view: View) => boolean): Operand {
  const reading = new Reading(context.sources, context.isFixed)
  const expression = reading.read(id)
  const [operand] = reading.operands
  if (expression.kind !== 'operand' || !isDirect(operand) || !fits(operand.view)) throw new NeedsTensor(id)
  for (const term of reading.terms) context.computed.add(term)
  return operand
}

/** The operand that counts most, and what is computed from it and the others; `others` tensors are bound besides. */
function prologued(
  context: KernelContext,
  id: number,
  path: Path,
  others: number,
  isWorthWhile: (price: number) => boolean,
): { readonly x: Operand; readonly prologue: Fused | null } {
  const reading = new Reading(context.sources, context.isFixed)
  const expression = reading.read(id, path)
  const { operands } = reading
  const isPlain = expression.kind === 'operand'
  const tensors = tensorsRead([...operands, ...context.epilogue.operands])
  if (
    operands.length === 0 ||
    !operands.every(isDirect) ||
    (!isPlain &&
      (!context.fuse || !isWorthWhile(priceOf(expression)) || tensors.size + others > context.maxTensors))
  ) {
    throw new NeedsTensor(id)
  }
  for (const term of reading.terms) context.computed.add(term)
  const main = operands.reduce((best, operand, i) => (reach(operand) > reach(operands[best]) ? i : best), 0)
  const x = operands[main]
  if (isPlain) return { x, prologue: null }
  const rest = operands.filter((_, i) => i !== main)
  const places = operands.map((operand) => rest.indexOf(operand))
  return { x, prologue: { expression: withAccumulator(expression, main, places), operands: rest } }
}

/** How many different elements an operand brings. */
const reach = ({ view }: Operand): number =>
  elements(view.shape.filter((_, axis) => view.strides[axis] !== 0))

/** Operand `main` becomes the accumulator; the others move to their new places. Shared parts stay shared. */
function withAccumulator(expression: Expression, main: number, places: readonly number[]): Expression {
  const known = new Map<Expression, Expression>()
  const convert = (e: Expression): Expression => {
    const done = known.get(e)
    if (done) return done
    const made = anew(e)
    known.set(e, made)
    return made
  }
  const anew = (e: Expression): Expression => {
    switch (e.kind) {
      case 'operand':
        return e.index === main ? { kind: 'accumulator' } : { kind: 'operand', index: places[e.index] }
      case 'unary':
        return { ...e, x: convert(e.x) }
      case 'binary':
        return { ...e, x: convert(e.x), y: convert(e.y) }
      case 'select':
        return { ...e, condition: convert(e.condition), x: convert(e.x), y: convert(e.y) }
      default:
        return e
    }
  }
  return convert(expression)
}

/** FLOPs of one evaluation, shared parts once. */
function priceOf(expression: Expression): number {
  const seen = new Set<Expression>()
  const price = (e: Expression): number => {
    if (seen.has(e)) return 0
    seen.add(e)
    switch (e.kind) {
      case 'unary':
        return unaryFunctions[e.fn].flops + price(e.x)
      case 'binary':
        return binaryFunctions[e.fn].flops + price(e.x) + price(e.y)
      case 'select':
        return 1 + price(e.condition) + price(e.x) + price(e.y)
      default:
        return 0
    }
  }
  return price(expression)
}
