/**
 * The theoretical receptive field of every value: which part of the picture it is computed from.
 *
 * Followed forwards and per axis of the picture: the part that a value reads begins at `base + Σ step · index` and is `size`
 * pixels long. Where several paths meet, the smallest interval that holds all of them counts. Borders are not looked at:
 * what lies in the padding is part of the field, and `fieldBox` clips it to the picture.
 *
 * What only scales a whole channel is not followed: statistics of norms over the whole map (GroupNorm, the papers' modified
 * LayerNorm) and channel gates (squeeze-and-excitation). Strictly both read everything, and every design with one would be
 * global from its first block on. They are named in `statistics` instead; `exactBox` does follow them.
 */
import type { Call, Graph, Node, NodeOf, Shape } from '../graph/graph'
import { reads } from '../ops/reads'
import { hull, pointRegion, type Region, union } from '../ops/region'
import { applyRule, type Rules } from '../ops/rules'
import { freeAxes } from '../ops/shape'

/** Along one axis of the picture, in pixels. */
export interface AxisField {
  /** Infinity where it is global. */
  readonly size: number
  /** Pixels between neighbouring positions; 0 where there is only one. */
  readonly stride: number
  /** First pixel of the first position; negative in the padding. */
  readonly start: number
}

export interface ReceptiveField {
  readonly y: AxisField
  readonly x: AxisField
  /** What makes it read the whole picture: `attention`, `mean`; null when it does not. */
  readonly global: string | null
  /** What scales whole channels on the way and reads everything to do so: `groupNorm`, `channel gate`. */
  readonly statistics: string | null
}

export interface Box {
  readonly top: number
  readonly left: number
  readonly bottom: number
  readonly right: number
}

/** The field of one value; null when it does not depend on the picture. */
export function receptiveField(graph: Graph, node: number): ReceptiveField | null {
  return receptiveFields(graph)[node] ?? null
}

/** The fields of all values, by node id. */
export function receptiveFields(graph: Graph): readonly (ReceptiveField | null)[] {
  const known = fieldsOf.get(graph)
  if (known) return known
  const traces = traceAll(graph)
  const fields = graph.nodes.map((node) => fieldOf(graph, traces[node.id] ?? null))
  fieldsOf.set(graph, fields)
  return fields
}
const fieldsOf = new WeakMap<Graph, readonly (ReceptiveField | null)[]>()

/** The part of the picture that one position reads, in pixels: [top, bottom) × [left, right), with its padding and without. */
export function fieldBox(
  field: ReceptiveField,
  row: number,
  column: number,
  picture: { readonly height: number; readonly width: number },
): { readonly box: Box; readonly clipped: Box } {
  const [top, bottom] = interval(field.y, row, picture.height)
  const [left, right] = interval(field.x, column, picture.width)
  const inside = (at: number, side: number) => Math.min(side, Math.max(0, at))
  return {
    box: { top, left, bottom, right },
    clipped: {
      top: inside(top, picture.height),
      left: inside(left, picture.width),
      bottom: inside(bottom, picture.height),
      right: inside(right, picture.width),
    },
  }
}

function interval(
  { size, stride, start }: AxisField,
  index: number,
  side: number,
): readonly [number, number] {
  return size === Number.POSITIVE_INFINITY
    ? [0, side]
    : [start + stride * index, start + stride * index + size]
}

/**
 * The part of the picture that one element is really computed from, borders of every layer and statistics of every norm
 * included: backwards through the table of reads. Null when it is computed from none of it.
 */
export function exactBox(graph: Graph, node: number, index: readonly number[]): Box | null {
  const regions = new Map<number, Region>([[node, pointRegion(graph.nodes[node]?.shape ?? [], index)]])
  let box: Box | null = null
  for (let id = node; id >= 0; id--) {
    const region = regions.get(id)
    const here = graph.nodes[id]
    if (!region || !here) continue
    const [, rows, columns] = region
    if (here.op === 'input' && rows && columns) {
      const [top, bottom] = hull(rows)
      const [left, right] = hull(columns)
      box = { top, left, bottom, right }
    }
    for (const [i, read] of reads(graph, here, region).entries()) {
      const input = here.inputs[i] as number
      const known = regions.get(input)
      if (read) regions.set(input, known ? union(known, read) : read)
    }
  }
  return box
}

export interface DepthField {
  readonly instancePath: string
  readonly node: number
  readonly field: ReceptiveField
}

/** The field after each instance, in the order in which they are computed. `scopes`: instance path -> scope, as lower gives it. */
export function fieldsByDepth(graph: Graph, scopes: ReadonlyMap<string, number>): readonly DepthField[] {
  const fields = receptiveFields(graph)
  return [...scopes]
    .flatMap(([instancePath, scope]): DepthField[] => {
      const node = graph.scopes[scope]?.output
      const field = node === null || node === undefined ? null : fields[node]
      return field && node !== null && node !== undefined ? [{ instancePath, node, field }] : []
    })
    .sort((a, b) => a.node - b.node)
}

// --- how -----------------------------------------------------------------------------------------------------------------

/** An interval of the picture's axis: from base + Σ steps[d] · digit d, `size` long. */
interface Form {
  readonly base: number
  readonly size: number
  /** One per digit of the tensor. */
  readonly steps: readonly number[]
  /** The node that gathered the whole axis, or -1. */
  readonly gatheredBy: number
}

/**
 * A tensor axis as digits, most significant first, counted from `offset`: 197 tokens are one prefix token and then
 * [14, 14]. What comes before the offset reads nothing of its own.
 */
interface AxisDigits {
  readonly offset: number
  readonly digits: readonly number[]
}

interface Trace {
  readonly axes: readonly AxisDigits[]
  readonly y: readonly Form[]
  readonly x: readonly Form[]
  readonly statistics: string | null
}

/** Null: nothing of the picture. */
type MaybeTrace = Trace | null

const wholeNorms = new Set(['groupNorm', 'layerNorm', 'rmsNorm', 'batchNorm', 'instanceNorm'])

function traceAll(graph: Graph): MaybeTrace[] {
  const traces: MaybeTrace[] = []
  const norms = new Map(
    graph.calls.filter(({ name }) => wholeNorms.has(name)).map((call) => [call.output, call]),
  )
  const rolls = new Map(graph.calls.filter(({ name }) => name === 'roll').map((call) => [call.output, call]))
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((input) => traces[input] ?? null)
    let trace =
      node.op === 'input'
        ? pictureTrace(node)
        : inputs.some(Boolean)
          ? applyRule(rules, node, graph, inputs)
          : null
    const norm = norms.get(node.id)
    const source = norm ? traces[norm.inputs[0] ?? -1] : null
    if (
      norm &&
      source &&
      trace &&
      (isGathered(trace, norm.first, norm.end) || trace.statistics !== source.statistics)
    ) {
      trace = { ...source, statistics: source.statistics ?? norm.name }
    }
    const roll = rolls.get(node.id)
    const still = roll ? traces[roll.inputs[0] ?? -1] : null
    if (roll && still) trace = rolled(still, roll, node.shape)
    traces.push(trace)
  }
  return traces
}

/** The shorter way round: what wraps around the border is not looked at. */
function rolled(trace: Trace, { attrs }: Call, shape: Shape): Trace {
  const axis = Number(attrs.axis)
  const size = shape[axis] ?? 1
  const shift = Number(attrs.shift) % size
  const shorter = Math.abs(shift) * 2 > size ? shift - Math.sign(shift) * size : shift
  return slide(trace, axis, size, { scale: 1, shift: -shorter, reach: 0 })
}

const isGathered = (trace: Trace, first: number, end: number): boolean =>
  [...trace.y, ...trace.x].some(({ gatheredBy }) => gatheredBy >= first && gatheredBy < end)

/** The picture itself: every pixel reads itself. */
function pictureTrace(node: Node): MaybeTrace {
  if (node.shape.length !== 4) return null
  const axes = node.shape.map(plainAxis)
  const form = (axis: number): Form => ({
    base: 0,
    size: 1,
    steps: axes.map((_, at) => (at === axis ? 1 : 0)),
    gatheredBy: -1,
  })
  return { axes, y: [form(1)], x: [form(2)], statistics: null }
}

type Rule = readonly [graph: Graph, inputs: readonly MaybeTrace[]]

const rules: Rules<Rule, MaybeTrace> = {
  input: () => null,
  param: () => null,
  constant: () => null,
  iota: () => null,
  unary: (_node, _graph, [x]) => x ?? null,
  binary: (node, graph, inputs) =>
    (node.attrs.fn === 'mul' ? gated(graph, inputs) : null) ?? meet(node, inputs),
  select: (node, _graph, inputs) => meet(node, inputs),
  stopGradient: (_node, _graph, [x]) => x ?? null,
  tap: (_node, _graph, [x]) => x ?? null,
  reduce: (node, _graph, [x]) => (x ? gather(x, node.attrs.axes, node.id) : null),
  dot: (node, graph, [x, y]) => {
    const { batch, contract } = node.attrs
    const sides = [x, y].map((trace, side): MaybeTrace => {
      if (!trace) return null
      const shape = graph.nodes[node.inputs[side] ?? 0]?.shape ?? []
      const mine = side === 0 ? 0 : 1
      const free = freeAxes(shape, batch[mine], contract[mine])
      const gathered = gather(trace, contract[mine], node.id)
      const other = graph.nodes[node.inputs[1 - side] ?? 0]?.shape ?? []
      const otherFree = freeAxes(other, batch[1 - mine] ?? [], contract[1 - mine] ?? []).map((axis) =>
        plainAxis(other[axis] ?? 1),
      )
      const order = [...batch[mine], ...free]
      const moved = permute(gathered, order)
      const before = batch[mine].length
      // The other side's free axes come after this side's (left) or before them (right).
      return side === 0 ? insertAxes(moved, order.length, otherFree) : insertAxes(moved, before, otherFree)
    })
    return meet(node, sides)
  },
  conv: (node, graph, [channels]) => {
    if (!channels) return null
    // Pixels that were folded into the channels are all read.
    const x = gatherLocal(channels, [3])
    const { stride, padding, dilation, inputDilation } = node.attrs
    const kernel = graph.nodes[node.inputs[1] ?? 0]?.shape ?? []
    const slid = slide(x, 1, node.shape[1] ?? 1, {
      scale: stride[0] / inputDilation[0],
      shift: -padding[0][0] / inputDilation[0],
      reach: (((kernel[1] ?? 1) - 1) * dilation[0]) / inputDilation[0],
    })
    const both = slide(slid, 2, node.shape[2] ?? 1, {
      scale: stride[1] / inputDilation[1],
      shift: -padding[1][0] / inputDilation[1],
      reach: (((kernel[2] ?? 1) - 1) * dilation[1]) / inputDilation[1],
    })
    return { ...both, axes: both.axes.map((axis, at) => (at === 3 ? plainAxis(node.shape[3] ?? 1) : axis)) }
  },
  windows: (node, _graph, [x]) => {
    if (!x) return null
    const { stride, dilation } = node.attrs
    const [, rows = 1, columns = 1, kh = 1, kw = 1] = node.shape
    const slid = slide(x, 1, rows, { scale: stride[0], shift: 0, reach: 0 })
    const both = slide(slid, 2, columns, { scale: stride[1], shift: 0, reach: 0 })
    // Taps move over the map as positions do, only by the dilation instead of the stride; a single one does not move.
    const rowStep = stepsOf(x, 1)
    const columnStep = stepsOf(x, 2)
    const taps = insertAxes(both, 3, [plainAxis(kh), plainAxis(kw)])
    const down = kh > 1 ? withSteps(taps, 3, rowStep, dilation[0]) : taps
    return kw > 1 ? withSteps(down, 4, columnStep, dilation[1]) : down
  },
  overlapAdd: (node, _graph, [x]) => {
    if (!x) return null
    const { kernel, stride, dilation, height, width } = node.attrs
    const gathered = dropAxes(gatherLocal(x, [3, 4]), [3, 4])
    const along = (axis: 0 | 1) => {
      const reach = ((kernel[axis] - 1) * dilation[axis]) / stride[axis]
      return { scale: 1 / stride[axis], shift: -reach, reach }
    }
    return slide(slide(gathered, 1, height, along(0)), 2, width, along(1))
  },
  reshape: (node, graph, [x]) =>
    x ? reshape(x, graph.nodes[node.inputs[0] ?? 0]?.shape ?? [], node.shape, node.id) : null,
  transpose: (node, _graph, [x]) => (x ? permute(x, node.attrs.axes) : null),
  broadcast: (node, graph, [x]) => {
    if (!x) return null
    const from = graph.nodes[node.inputs[0] ?? 0]?.shape ?? []
    const grown = from.flatMap((size, axis) => (size !== node.shape[axis] ? [axis] : []))
    // An axis of one that repeats has no steps: every copy reads the same.
    return replaceAxes(x, grown, node.shape)
  },
  slice: (node, graph, [x]) => {
    if (!x) return null
    const from = graph.nodes[node.inputs[0] ?? 0]?.shape ?? []
    return from.reduce<Trace>((trace, size, axis) => {
      const start = node.attrs.start[axis] ?? 0
      const count = node.attrs.size[axis] ?? 1
      const step = node.attrs.step[axis] ?? 1
      if (start === 0 && count === size && step === 1) return trace
      return cut(trace, axis, { start, count, step, whole: size })
    }, x)
  },
  pad: (node, _graph, [x]) => {
    if (!x) return null
    return node.attrs.low.reduce<Trace>((trace, low, axis) => {
      const high = node.attrs.high[axis] ?? 0
      if (low === 0 && high === 0) return trace
      return slide(trace, axis, node.shape[axis] ?? 1, { scale: 1, shift: -low, reach: 0 })
    }, x)
  },
  concat: (node, graph, inputs) => {
    const { axis } = node.attrs
    let before = 0
    const parts = node.inputs.map((input, index): MaybeTrace => {
      const at = before
      const size = graph.nodes[input]?.shape[axis] ?? 0
      before += size
      const trace = inputs[index]
      return trace ? placeAt(trace, axis, at, size, node.shape[axis] ?? 1) : null
    })
    return meet(node, parts)
  },
  reverse: (node, _graph, [x]) => {
    if (!x) return null
    return node.attrs.axes.reduce<Trace>((trace, axis) => {
      const size = node.shape[axis] ?? 1
      const single = singleDigit(trace, axis, size)
      return mapForms(single, (form) => {
        const at = digitAt(single, axis)
        const step = form.steps[at] ?? 0
        return { ...form, base: form.base + step * (size - 1), steps: form.steps.with(at, -step) }
      })
    }, x)
  },
  gather: (node, graph, [x, index]) =>
    x && !index ? gatherParts(x, node, graph) : everywhere(node, x?.statistics ?? null),
  scatterAdd: (node, _graph, [dy]) => everywhere(node, dy?.statistics ?? null),
  topK: (node, _graph, [x]) => {
    const last = [node.shape.length - 1]
    return x ? replaceAxes(gather(x, last, node.id), last, node.shape) : null
  },
  scan: (node, _graph, inputs) => {
    const both = meet(node, inputs)
    const { axis } = node.attrs
    return both ? replaceAxes(gather(both, [axis], node.id), [axis], node.shape) : null
  },
}

/** Parts by numbers that are no constant may come from anywhere; others from where most of them say. */
function gatherParts(trace: Trace, node: NodeOf<'gather'>, graph: Graph): Trace {
  const { axis, batch } = node.attrs
  const index = graph.nodes[node.inputs[1] ?? 0]
  const from = graph.nodes[node.inputs[0] ?? 0]?.shape[axis] ?? 1
  const free = index?.shape.slice(batch) ?? []
  const withFree = (x: Trace) => insertAxes(x, axis + 1, free.map(plainAxis))
  if (index?.op !== 'constant' || batch > 0) return dropAxes(withFree(gather(trace, [axis], node.id)), [axis])
  const { start, steps, reach } = evenNumbers(index.attrs.data, free)
  const single = singleDigit(trace, axis, from)
  const old = stepsOf(single, axis)
  const at = digitAt(single, axis)
  const widened = mapForms(single, (form) => {
    const step = form.steps[at] ?? 0
    const low = Math.min(step * start, step * (start + reach))
    return { ...form, base: form.base + low, size: form.size + Math.abs(step) * reach }
  })
  const moving = steps.reduce((x, factor, i) => withSteps(x, axis + 1 + i, old, factor), withFree(widened))
  return dropAxes(moving, [axis])
}

/**
 * Numbers as start + Σ step · place, and how far they reach beyond that. What most of them follow counts, since borders are not
 * looked at; where no such rule is, the mean slope with everything around it.
 */
function evenNumbers(
  numbers: ArrayLike<number>,
  shape: Shape,
): { readonly start: number; readonly steps: readonly number[]; readonly reach: number } {
  const strides = shape.map((_size, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1))
  const places = Array.from(numbers, (_, i) =>
    shape.map((size, axis) => Math.floor(i / (strides[axis] ?? 1)) % size),
  )
  const differences = shape.map((_size, axis) =>
    Array.from(numbers, (number, i) =>
      places[i]?.[axis] ? [number - (numbers[i - (strides[axis] ?? 1)] ?? 0)] : [],
    ).flat(),
  )
  const rest = (steps: readonly number[]) =>
    Array.from(numbers, (number, i) =>
      steps.reduce((left, step, axis) => left - step * (places[i]?.[axis] ?? 0), number),
    )
  const usual = differences.map((all) => commonest(all).value)
  const { value: start, count } = commonest(rest(usual))
  if (2 * count >= numbers.length) return { start, steps: usual, reach: 0 }
  const mean = differences.map((all) => all.reduce((a, b) => a + b, 0) / Math.max(1, all.length))
  const left = rest(mean)
  const low = Math.min(...left)
  return { start: low, steps: mean, reach: Math.max(...left) - low }
}

function commonest(numbers: readonly number[]): { readonly value: number; readonly count: number } {
  const counts = new Map<number, number>()
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1)
  return [...counts].reduce((best, [value, count]) => (count > best.count ? { value, count } : best), {
    value: 0,
    count: 0,
  })
}

const plainAxis = (size: number): AxisDigits => ({ offset: 0, digits: [size] })

/** Index of the first digit of an axis among all digits. */
function digitAt({ axes }: Trace, axis: number): number {
  let at = 0
  for (let before = 0; before < axis; before++) at += axes[before]?.digits.length ?? 0
  return at
}

function mapForms(trace: Trace, change: (form: Form) => Form): Trace {
  return { ...trace, y: tidy(trace.y.map(change)), x: tidy(trace.x.map(change)) }
}

/** A form that reads everything makes the others needless; forms that move together become one. */
function tidy(forms: readonly Form[]): readonly Form[] {
  if (forms.length < 2) return forms
  const whole = forms.find(({ size }) => size === Number.POSITIVE_INFINITY)
  if (whole) return [whole]
  const merged: Form[] = []
  for (const form of forms) {
    const index = merged.findIndex(({ steps }) => steps.every((step, digit) => step === form.steps[digit]))
    const other = merged[index]
    if (!other) {
      merged.push(form)
      continue
    }
    const base = Math.min(other.base, form.base)
    const end = Math.max(other.base + other.size, form.base + form.size)
    merged[index] = { ...other, base, size: end - base }
  }
  return merged
}

/** Several values become one, position by position. */
function meet(node: Node, inputs: readonly MaybeTrace[]): MaybeTrace {
  const traces = inputs.filter((trace) => trace !== null)
  const [first, ...others] = traces
  if (!first) return null
  return others.reduce((a, b) => {
    const statistics = a.statistics ?? b.statistics
    const [left, right] = sameDigits(a, b) ? [a, b] : [split(a, b), split(b, a)]
    if (!sameDigits(left, right)) return everywhere(node, statistics)
    return {
      axes: left.axes,
      y: tidy(left.y.concat(right.y)),
      x: tidy(left.x.concat(right.x)),
      statistics,
    }
  }, first)
}

/** A map times a factor per channel that was folded from the whole map: the map, with a note. Null when it is no such product. */
function gated(graph: Graph, inputs: readonly MaybeTrace[]): MaybeTrace {
  const isGate = (trace: MaybeTrace) =>
    trace !== null &&
    [...trace.y, ...trace.x].every(({ gatheredBy }) => graph.nodes[gatheredBy]?.op === 'reduce')
  const map = inputs.find(
    (trace) => trace && [...trace.y, ...trace.x].every(({ gatheredBy }) => gatheredBy < 0),
  )
  if (!map || !inputs.some(isGate)) return null
  return { ...map, statistics: map.statistics ?? 'channel gate' }
}

const sameDigits = (a: Trace, b: Trace): boolean =>
  a.axes.every(
    ({ offset, digits }, axis) =>
      offset === b.axes[axis]?.offset &&
      digits.length === b.axes[axis]?.digits.length &&
      digits.every((size, at) => size === b.axes[axis]?.digits[at]),
  )

/** Writes axes along which nothing moves in the digits of `like`: there any digits will do. */
function split(trace: Trace, like: Trace): Trace {
  return trace.axes.reduce((changed, axis, index) => {
    const wanted = like.axes[index]
    if (!wanted) return changed
    const at = digitAt(changed, index)
    const isStill = [...changed.y, ...changed.x].every(({ steps }) =>
      steps.slice(at, at + axis.digits.length).every((step) => step === 0),
    )
    if (!isStill) return changed
    const zeros = wanted.digits.map(() => 0)
    const redo = (form: Form): Form => ({
      ...form,
      steps: form.steps.toSpliced(at, axis.digits.length, ...zeros),
    })
    return { ...mapForms(changed, redo), axes: changed.axes.with(index, wanted) }
  }, trace)
}

/** Reads the whole picture; what cannot be followed is put here too, which is never too small. */
function everywhere(node: Node, statistics: string | null): Trace {
  const axes = node.shape.map(plainAxis)
  const form: Form = {
    base: 0,
    size: Number.POSITIVE_INFINITY,
    steps: axes.map(() => 0),
    gatheredBy: node.id,
  }
  return { axes, y: [form], x: [form], statistics }
}

/** All positions of some axes are read together; the axes stay, with size 1. Without a node it is never called global. */
function gather(trace: Trace, axes: readonly number[], node: number): Trace {
  const spans = axes.map((axis) => [digitAt(trace, axis), trace.axes[axis]?.digits ?? []] as const)
  const change = (form: Form): Form => {
    let { base, size, steps, gatheredBy } = form
    let isMoved = false
    for (const [at, digits] of spans) {
      for (const [index, count] of digits.entries()) {
        const step = steps[at + index] ?? 0
        if (step === 0) continue
        if (count > 1) isMoved = true
        if (step < 0) base += step * (count - 1)
        size += Math.abs(step) * (count - 1)
        steps = steps.with(at + index, 0)
      }
    }
    // Nothing is left that tells positions apart: the value reads everything that there is.
    if (isMoved && node >= 0 && steps.every((step) => step === 0)) {
      size = Number.POSITIVE_INFINITY
      gatheredBy = node
    }
    return { base, size, steps, gatheredBy }
  }
  const changed = mapForms(trace, change)
  return replaceAxes(
    changed,
    axes,
    trace.axes.map(() => 1),
  )
}

/** The same for the taps of a window, after which positions remain. */
const gatherLocal = (trace: Trace, axes: readonly number[]): Trace => gather(trace, axes, -1)

/** Gives some axes plain digits of the new sizes; along them nothing moves. */
function replaceAxes(trace: Trace, axes: readonly number[], sizes: readonly number[]): Trace {
  return axes.reduce((changed, axis) => {
    const at = digitAt(changed, axis)
    const count = changed.axes[axis]?.digits.length ?? 1
    const redo = (form: Form): Form => ({ ...form, steps: form.steps.toSpliced(at, count, 0) })
    return { ...mapForms(changed, redo), axes: changed.axes.with(axis, plainAxis(sizes[axis] ?? 1)) }
  }, trace)
}

function dropAxes(trace: Trace, axes: readonly number[]): Trace {
  return permute(
    trace,
    trace.axes.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis])),
  )
}

function insertAxes(trace: Trace, at: number, axes: readonly AxisDigits[]): Trace {
  if (axes.length === 0) return trace
  const digit = digitAt(trace, at)
  const zeros = axes.flatMap(({ digits }) => digits.map(() => 0))
  const redo = (form: Form): Form => ({ ...form, steps: form.steps.toSpliced(digit, 0, ...zeros) })
  return { ...mapForms(trace, redo), axes: trace.axes.toSpliced(at, 0, ...axes) }
}

/** Axis i of the result is axis `order[i]`; axes that are not named are left out. */
function permute(trace: Trace, order: readonly number[]): Trace {
  const digits = order.flatMap((axis) => {
    const at = digitAt(trace, axis)
    return (trace.axes[axis]?.digits ?? []).map((_, index) => at + index)
  })
  const redo = (form: Form): Form => ({ ...form, steps: digits.map((digit) => form.steps[digit] ?? 0) })
  return { ...mapForms(trace, redo), axes: order.map((axis) => trace.axes[axis] ?? plainAxis(1)) }
}

/** The steps per digit along one axis, for both axes of the picture. */
function stepsOf(
  trace: Trace,
  axis: number,
): { readonly y: readonly number[]; readonly x: readonly number[] } {
  const at = digitAt(trace, axis)
  return { y: trace.y.map(({ steps }) => steps[at] ?? 0), x: trace.x.map(({ steps }) => steps[at] ?? 0) }
}

/** Lets a new axis (of one digit) move as another one did. */
function withSteps(
  trace: Trace,
  axis: number,
  { y, x }: { readonly y: readonly number[]; readonly x: readonly number[] },
  factor: number,
): Trace {
  const at = digitAt(trace, axis)
  const redo =
    (steps: readonly number[]) =>
    (form: Form, index: number): Form => ({
      ...form,
      steps: form.steps.with(at, (steps[index] ?? 0) * factor),
    })
  return { ...trace, y: trace.y.map(redo(y)), x: trace.x.map(redo(x)) }
}

/** Index i of the axis now reads the old indices from i · scale + shift on, `reach` further. */
function slide(
  trace: Trace,
  axis: number,
  size: number,
  { scale, shift, reach }: { readonly scale: number; readonly shift: number; readonly reach: number },
): Trace {
  const old = trace.axes[axis]?.digits.reduce((a, b) => a * b, 1) ?? 1
  const single = singleDigit(trace, axis, old + (trace.axes[axis]?.offset ?? 0))
  const at = digitAt(single, axis)
  const moved = mapForms(single, (form) => {
    const step = form.steps[at] ?? 0
    const low = Math.min(step * shift, step * (shift + reach))
    return {
      ...form,
      base: form.base + low,
      size: form.size + Math.abs(step) * reach,
      steps: form.steps.with(at, step * scale),
    }
  })
  return { ...moved, axes: moved.axes.with(axis, plainAxis(size)) }
}

/** The axis with one digit and no offset; what moves in several digits is widened until one says it. */
function singleDigit(trace: Trace, axis: number, size: number): Trace {
  const { offset, digits } = trace.axes[axis] ?? plainAxis(size)
  if (digits.length === 1) {
    if (offset === 0) return trace
    const at = digitAt(trace, axis)
    const back = mapForms(trace, (form) => ({ ...form, base: form.base - offset * (form.steps[at] ?? 0) }))
    return { ...back, axes: back.axes.with(axis, plainAxis(size)) }
  }
  const still = split(trace, { ...trace, axes: trace.axes.with(axis, plainAxis(size)) })
  return still.axes[axis]?.digits.length === 1
    ? still
    : replaceAxes(gatherLocal(trace, [axis]), [axis], [size])
}

/** A part of one axis. */
function cut(
  trace: Trace,
  axis: number,
  {
    start,
    count,
    step,
    whole,
  }: { readonly start: number; readonly count: number; readonly step: number; readonly whole: number },
): Trace {
  const { offset, digits } = trace.axes[axis] ?? plainAxis(whole)
  if (digits.length > 1) {
    // Only prefix tokens are dropped: the digits stay.
    if (step === 1 && start <= offset && start + count === whole) {
      return { ...trace, axes: trace.axes.with(axis, { offset: offset - start, digits }) }
    }
    // Only prefix tokens are kept: nothing moves any more.
    if (start + (count - 1) * step < offset)
      return replaceAxes(
        trace,
        [axis],
        trace.axes.map(() => count),
      )
  }
  return slide(trace, axis, count, { scale: step, shift: start, reach: 0 })
}

/** The axis as a part of a longer one, from index `before` on. */
function placeAt(trace: Trace, axis: number, before: number, size: number, whole: number): Trace {
  const at = digitAt(trace, axis)
  const { offset, digits } = trace.axes[axis] ?? plainAxis(size)
  const isStill = [...trace.y, ...trace.x].every(({ steps }) =>
    steps.slice(at, at + digits.length).every((step) => step === 0),
  )
  if (isStill) {
    const plain = replaceAxes(
      trace,
      [axis],
      trace.axes.map(() => whole),
    )
    return plain
  }
  // Tokens with a place at the end keep their digits.
  if (before + size === whole)
    return { ...trace, axes: trace.axes.with(axis, { offset: offset + before, digits }) }
  return slide(trace, axis, whole, { scale: 1, shift: -before, reach: 0 })
}

/** The same elements in row-major order under another shape. */
function reshape(trace: Trace, from: Shape, to: Shape, node: number): Trace {
  const moves = (digit: number) => [...trace.y, ...trace.x].some(({ steps }) => steps[digit] !== 0)
  /** The flat list of digits with their old place; axes with an offset are one piece that must stay whole. */
  type Piece = {
    readonly size: number
    readonly axis: AxisDigits | null
    readonly at: number
    readonly factor: number
  }
  const pieces: Piece[] = []
  let at = 0
  for (const [axis, layout] of trace.axes.entries()) {
    if (layout.offset > 0) pieces.push({ size: from[axis] ?? 1, axis: layout, at, factor: 1 })
    else pieces.push(...layout.digits.map((size, index) => ({ size, axis: null, at: at + index, factor: 1 })))
    at += layout.digits.length
  }
  const queue = [...pieces]
  const isOne = (piece: Piece | undefined) => piece?.size === 1 && !piece.axis
  /** Axes of one position go to axes of one position; where they are too many, the last of those along which nothing moves are dropped. */
  const takeOne = (places: number, isBefore: boolean): Piece | undefined => {
    for (;;) {
      const end = queue.findIndex((piece) => !isOne(piece))
      const ones = end < 0 ? queue.length : end
      const [first] = queue
      // A row of positions that comes back from being tokens is the axis next to them, not the batch.
      if (isBefore && ones < places && first && moves(first.at)) return undefined
      if (ones <= places) return ones > 0 ? queue.shift() : undefined
      const still = queue.findLastIndex((piece, index) => index < ones && !moves(piece.at))
      queue.splice(Math.max(0, still), 1)
    }
  }
  const axes: AxisDigits[] = []
  const sources: { readonly at: number; readonly factor: number }[] = []
  for (const [index, size] of to.entries()) {
    let left = size
    const digits: number[] = []
    let offset = 0
    if (size === 1) {
      const next = to.findIndex((other, at) => at > index && other !== 1)
      const piece = takeOne((next < 0 ? to.length : next) - index, next >= 0)
      if (piece) {
        digits.push(1)
        sources.push({ at: piece.at, factor: piece.factor })
      }
    }
    while (left > 1) {
      const piece = queue.shift()
      if (!piece) break
      if (isOne(piece)) continue
      if (piece.axis) {
        if (piece.size !== size || digits.length > 0) return widened(trace, to, node)
        offset = piece.axis.offset
        piece.axis.digits.forEach((digit, index) => {
          digits.push(digit)
          sources.push({ at: piece.at + index, factor: 1 })
        })
        left = 1
      } else if (left % piece.size === 0) {
        digits.push(piece.size)
        sources.push({ at: piece.at, factor: piece.factor })
        left /= piece.size
      } else if (piece.size % left === 0) {
        const rest = piece.size / left
        digits.push(left)
        sources.push({ at: piece.at, factor: piece.factor * rest })
        queue.unshift({ ...piece, size: rest })
        left = 1
      } else return widened(trace, to, node)
    }
    if (digits.length === 0) {
      digits.push(1)
      sources.push({ at: -1, factor: 0 })
    }
    axes.push({ offset, digits })
  }
  const redo = (form: Form): Form => ({
    ...form,
    steps: sources.map(({ at: digit, factor }) => (digit < 0 ? 0 : (form.steps[digit] ?? 0) * factor)),
  })
  return { ...mapForms(trace, redo), axes }
}

/** A reshape that cuts across positions: every position may read everything. */
function widened(trace: Trace, to: Shape, node: number): Trace {
  const axes = to.map(plainAxis)
  const form: Form = { base: 0, size: Number.POSITIVE_INFINITY, steps: axes.map(() => 0), gatheredBy: node }
  return { axes, y: [form], x: [form], statistics: trace.statistics }
}

// --- what people read --------------------------------------------------------------------------------------------------

function fieldOf(graph: Graph, trace: MaybeTrace): ReceptiveField | null {
  if (!trace || trace.y.length === 0 || trace.x.length === 0) return null
  const gathered = [...trace.y, ...trace.x].find(({ size }) => size === Number.POSITIVE_INFINITY)
  return {
    y: axisField(trace.y),
    x: axisField(trace.x),
    global: gathered ? reason(graph, gathered.gatheredBy) : null,
    statistics: gathered ? null : trace.statistics,
  }
}

/** The hull of the forms at the first position, and the step between positions. */
function axisField(forms: readonly Form[]): AxisField {
  const start = Math.min(...forms.map(({ base }) => base))
  const end = Math.max(...forms.map(({ base, size }) => base + size))
  const stride = Math.max(
    ...forms.flatMap(({ steps }) => steps.filter((step) => step !== 0).map(Math.abs)).slice(-1),
    0,
  )
  if (end === Number.POSITIVE_INFINITY) return { size: end, stride: 0, start: 0 }
  return { size: end - start, stride, start }
}

/** What gathered the whole map, in a word: the call it lies in, or the kind of operation. */
function reason(graph: Graph, id: number): string {
  const node = graph.nodes[id]
  const around = graph.calls.filter((call) => call.first <= id && id < call.end)
  // The outermost call is what people know: attention, not the softmax inside it.
  const call = around.reduce<(typeof around)[number] | null>(
    (a, b) => (!a || b.first <= a.first ? b : a),
    null,
  )
  if (call && call.name !== 'linear') return call.name
  if (node?.op === 'reduce') return 'mean over the map'
  if (node?.op === 'dot') return 'mixing of all tokens'
  return 'reshape'
}
