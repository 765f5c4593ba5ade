/**
 * Rules that make a term needless or simpler by looking at it and its inputs only. They apply wherever a program is written,
 * so every pass sees their results.
 */
import { elements, type Shape, sameShape } from '../graph/graph'
import { type BinaryFunction, binaryFunctions, unaryFunctions } from '../ops/elementwise'
import { numberOf, tableOf } from './constants'
import type { ProgramBuilder, Term, TermAttributes, TermOp } from './program'

type Rule<O extends TermOp> = (
  b: ProgramBuilder,
  attrs: TermAttributes[O],
  inputs: readonly Term[],
) => Term | null

/** An existing or simpler term with the value of this one, or null. */
export function simplified<O extends TermOp>(
  builder: ProgramBuilder,
  op: O,
  attrs: TermAttributes[O],
  inputs: readonly Term[],
): Term | null {
  const rule = rules[op] as Rule<O> | undefined
  return rule?.(builder, attrs, inputs) ?? null
}

const rules: { readonly [O in TermOp]?: Rule<O> } = {
  reshape: (b, { shape }, [x]) => {
    if (sameShape(x.shape, shape)) return x
    if (x.op === 'reshape') return b.inPlaceOf(x, () => b.reshape(b.terms[x.inputs[0]], shape))
    if (x.op === 'constant') return b.constant(x.attrs.data, shape)
    return repeatedNumber(b, x, shape)
  },

  transpose: (b, { axes }, [x]) => {
    if (axes.every((axis, i) => axis === i)) return x
    const shape = axes.map((axis) => x.shape[axis])
    if (x.op === 'transpose') {
      const composed = axes.map((axis) => x.attrs.axes[axis])
      return b.inPlaceOf(x, () => b.transpose(b.terms[x.inputs[0]], composed))
    }
    if (movesOnlyOnes(x.shape, axes)) return b.reshape(x, shape)
    return repeatedNumber(b, x, shape)
  },

  broadcast: (b, { shape }, [x]) => {
    if (sameShape(x.shape, shape)) return x
    return x.op === 'broadcast' ? b.inPlaceOf(x, () => b.broadcast(b.terms[x.inputs[0]], shape)) : null
  },

  slice: (b, { start, size, step }, [x]) => {
    if (sameShape(x.shape, size)) return x
    if (x.op === 'slice') {
      const inner = x.attrs
      const first = start.map((at, axis) => inner.start[axis] + at * inner.step[axis])
      const steps = step.map((by, axis) => by * inner.step[axis])
      return b.inPlaceOf(x, () => b.slice(b.terms[x.inputs[0]], first, size, steps))
    }
    if (x.op === 'broadcast') {
      // What repeats along an axis still does, and there is only one to begin with.
      const inner = b.terms[x.inputs[0]]
      const kept = (list: readonly number[], one: number) =>
        list.map((n, axis) => (inner.shape[axis] === 1 ? one : n))
      return b.broadcast(b.slice(inner, kept(start, 0), kept(size, 1), kept(step, 1)), size)
    }
    return partOfConcat(b, x, start, size, step) ?? repeatedNumber(b, x, size)
  },

  pad: (_b, { low, high }, [x]) => ([...low, ...high].every((count) => count === 0) ? x : null),

  reverse: (b, { axes }, [x]) => {
    if (axes.every((axis) => x.shape[axis] === 1)) return x
    return repeatedNumber(b, x, x.shape)
  },

  gather: (b, { axis, batch }, [x, index]) => {
    // The same part again and again.
    const isRepeated = x.op === 'broadcast' && b.terms[x.inputs[0]].shape[axis] === 1
    const number = x.shape[axis] === 1 || isRepeated ? 0 : numberOf(b.terms, index)
    if (number === null) return null
    const only = (list: Shape, value: number) => list.map((n, at) => (at === axis ? value : n))
    const part = b.slice(
      x,
      only(
        x.shape.map(() => 0),
        number,
      ),
      only(x.shape, 1),
    )
    const inPlace = (made: Shape) => [...x.shape.slice(0, axis), ...made, ...x.shape.slice(axis + 1)]
    const free = index.shape.slice(batch)
    return b.broadcast(b.reshape(part, inPlace(free.map(() => 1))), inPlace(free))
  },

  concat: (b, { axis }, inputs) => (inputs.length === 1 ? inputs[0] : fixedPartsTogether(b, axis, inputs)),

  rowStatistics: (b, attrs, [x]) => statisticsOfPart(b, attrs, x),

  unary: (b, { fn }, [x]) => {
    const { value } = unaryFunctions[fn]
    const number = numberOf(b.terms, x)
    if (number !== null) return b.number(value(number), x.shape)
    const table = x.isFixed && tableOf(b.terms, x)
    if (table) return b.constant(table.map(value), x.shape)
    return onFewerElements(b, [x], ([x]) => b.unary(fn, x))
  },

  binary: (b, { fn }, [x, y]) => {
    const left = numberOf(b.terms, x)
    const right = numberOf(b.terms, y)
    if (left !== null && right !== null) return b.number(binaryFunctions[fn].value(left, right), x.shape)
    if (right === neutralOnTheRight[fn]) return x
    if (left === neutralOnTheLeft[fn]) return y
    if (fn === 'mul' && right !== null && x.op === 'binary' && x.attrs.fn === 'mul') {
      const [inner, scale] = x.inputs.map((id) => b.terms[id])
      const before = numberOf(b.terms, scale)
      if (before !== null) return b.inPlaceOf(x, () => b.withNumber('mul', inner, before * right))
    }
    const together = fixedTogether(b, fn, x, y)
    if (together) return together
    const onFewer = onFewerElements(b, [x, y], ([x, y]) => b.binary(fn, x, y))
    if (onFewer) return onFewer
    if (fn === 'sub') return differenceOfLike(b, x, y)
    if (!x.isFixed || !y.isFixed) return null
    const xs = tableOf(b.terms, x)
    const ys = xs && tableOf(b.terms, y)
    return ys
      ? b.constant(
          xs.map((value, i) => binaryFunctions[fn].value(value, ys[i])),
          x.shape,
        )
      : null
  },

  select: (b, _attrs, [condition, x, y]) => {
    if (x === y) return x
    const number = numberOf(b.terms, condition)
    return number === null ? null : number !== 0 ? x : y
  },

  reduce: (b, { fn, axes }, [x]) => {
    const folded = axes.filter((axis) => x.shape[axis] !== 1)
    if (folded.length === 0) return x
    if (x.op !== 'transpose') return null
    const before = b.reduce(
      fn,
      b.terms[x.inputs[0]],
      folded.map((axis) => x.attrs.axes[axis]),
    )
    return b.transpose(before, x.attrs.axes)
  },
}

/** (p + s) + t = p + (s + t) and (p s) t = p (s t) where s and t are weights: one operand instead of two. */
function fixedTogether(b: ProgramBuilder, fn: BinaryFunction, x: Term, y: Term): Term | null {
  if (!y.isFixed || x.isFixed || x.op !== 'binary') return null
  const [p, s] = x.inputs.map((id) => b.terms[id])
  if (!s.isFixed) return null
  return b.inPlaceOf(x, () => {
    switch (`${x.attrs.fn} ${fn}`) {
      case 'mul mul':
        return b.binary('mul', p, b.binary('mul', s, y))
      case 'add add':
        return b.binary('add', p, b.binary('add', s, y))
      case 'add sub':
        return b.binary('add', p, b.binary('sub', s, y))
      case 'sub add':
        return b.binary('sub', p, b.binary('sub', s, y))
      case 'sub sub':
        return b.binary('sub', p, b.binary('add', s, y))
      default:
        return null
    }
  })
}

/** Where all operands repeat along an axis, the result does too: it is enough to compute it once. */
function onFewerElements(
  b: ProgramBuilder,
  inputs: readonly Term[],
  compute: (inputs: readonly Term[]) => Term,
): Term | null {
  const [{ shape }] = inputs
  const repeats = (axis: number) =>
    shape[axis] > 1 && inputs.every((x) => x.op === 'broadcast' && b.terms[x.inputs[0]].shape[axis] === 1)
  const small = shape.map((size, axis) => (repeats(axis) ? 1 : size))
  if (sameShape(small, shape)) return null
  const smaller = inputs.map((x) => b.broadcast(b.terms[x.inputs[0]], small))
  return b.broadcast(compute(smaller), shape)
}

/** (p + s) - (q + s) = p - q and p s - q s = (p - q) s: what a pool minus its input leaves of a norm. */
function differenceOfLike(b: ProgramBuilder, x: Term, y: Term): Term | null {
  if (x.op !== 'binary' || y.op !== 'binary' || x.attrs.fn !== y.attrs.fn) return null
  if (x === y || x.inputs[1] !== y.inputs[1]) return null
  const difference = () => b.binary('sub', b.terms[x.inputs[0]], b.terms[y.inputs[0]])
  if (x.attrs.fn === 'add' || x.attrs.fn === 'sub') return difference()
  return x.attrs.fn === 'mul' ? b.binary('mul', difference(), b.terms[x.inputs[1]]) : null
}

const neutralOnTheRight: { readonly [fn: string]: number } = { add: 0, sub: 0, mul: 1, div: 1, pow: 1 }
const neutralOnTheLeft: { readonly [fn: string]: number } = { add: 0, mul: 1 }

function repeatedNumber(b: ProgramBuilder, x: Term, shape: Shape): Term | null {
  if (x.op !== 'broadcast' && x.op !== 'constant') return null
  const number = numberOf(b.terms, x)
  return number === null || (x.op === 'constant' && x.attrs.data.length > 1) ? null : b.number(number, shape)
}

/** Axes longer than 1 keep their order: the elements do not move. */
function movesOnlyOnes(shape: Shape, axes: readonly number[]): boolean {
  const long = axes.filter((axis) => shape[axis] !== 1)
  return long.every((axis, i) => i === 0 || axis > long[i - 1])
}

/** Neighbouring parts that depend on weights only are put together once, before the first run. */
function fixedPartsTogether(b: ProgramBuilder, axis: number, inputs: readonly Term[]): Term | null {
  const first = inputs.findIndex((x, i) => x.isFixed && inputs[i + 1]?.isFixed)
  if (first < 0 || inputs.every((x) => x.isFixed)) return null
  const after = inputs.findIndex((x, i) => i > first && !x.isFixed)
  const end = after < 0 ? inputs.length : after
  const together = b.term('concat', { axis }, inputs.slice(first, end))
  return b.term('concat', { axis }, [...inputs.slice(0, first), together, ...inputs.slice(end)])
}

/**
 * Rows that are a run of channels of a wider value, such as the heads of q in qkv, do not lie evenly; all runs of that value
 * do. Their statistics cost a few more reads, save a copy, and serve q and k alike.
 */
function statisticsOfPart(b: ProgramBuilder, attrs: TermAttributes['rowStatistics'], x: Term): Term | null {
  if (attrs.kind === 'merge' || x.op !== 'reshape') return null
  const part = b.terms[x.inputs[0]]
  if (part.op !== 'slice') return null
  const whole = b.terms[part.inputs[0]]
  const last = whole.shape.length - 1
  const { start, size, step } = part.attrs
  const length = x.shape[1]
  const isRun = whole.shape.every((full, axis) => axis === last || size[axis] === full) && step[last] === 1
  if (!isRun || [whole.shape[last], start[last], size[last]].some((count) => count % length !== 0))
    return null
  const runs = whole.shape[last] / length
  const rows = elements(whole.shape) / whole.shape[last]
  const all = b.term('rowStatistics', attrs, [b.reshape(whole, [rows * runs, length])])
  const some = b.slice(
    b.reshape(all, [rows, runs, 2]),
    [0, start[last] / length, 0],
    [rows, size[last] / length, 2],
  )
  return b.reshape(some, [x.shape[0], 2])
}

/** A slice that stays within one of the parts that were put together. */
function partOfConcat(
  b: ProgramBuilder,
  x: Term,
  start: readonly number[],
  size: readonly number[],
  step: readonly number[],
): Term | null {
  if (x.op !== 'concat') return null
  const { axis } = x.attrs
  let first = 0
  for (const id of x.inputs) {
    const part = b.terms[id]
    const end = first + part.shape[axis]
    const last = start[axis] + (size[axis] - 1) * step[axis]
    if (start[axis] >= first && last < end) {
      const moved = start.map((at, i) => (i === axis ? at - first : at))
      return b.slice(part, moved, size, step)
    }
    first = end
  }
  return null
}
