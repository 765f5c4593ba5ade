/**
 * What kind of function a part of a graph is of one of its nodes, from its structure alone: whether it is linear, and whether it
 * leaves channels apart, as pooling, depthwise convolutions and maps over tokens do.
 */
import type { Graph, Node, NodeOf, Shape } from '../graph/graph'
import { applyRule, type Rules } from '../ops/rules'
import { freeAxes } from '../ops/shape'

export interface MixingForm {
  /** A linear function plus a constant, as long as nothing else moves. */
  readonly isLinear: boolean
  /** Channel c of the output depends on channel c of the input alone. */
  readonly keepsChannels: boolean
}

/** Of `output` as a function of `input`; channels lie along the last axis of both. */
export function mixingForm(graph: Graph, input: number, output: number): MixingForm {
  const forms = new Map<number, Form>([
    [input, { isLinear: true, channels: lastAxis(graph.nodes[input].shape) }],
  ])
  for (const node of graph.nodes) {
    if (node.id <= input || node.id > output) continue
    const form = applyRule(rules, node, {
      inputs: node.inputs.map((id) => forms.get(id) ?? null),
      shapes: node.inputs.map((id) => graph.nodes[id].shape),
      graph,
    })
    if (form) forms.set(node.id, form)
  }
  const { isLinear, channels } = forms.get(output) ?? constant
  const last = graph.nodes[output].shape.at(-1)
  const isSame = last === graph.nodes[input].shape.at(-1)
  return { isLinear, keepsChannels: isSame && areEqual(channels, lastAxis(graph.nodes[output].shape)) }
}

/** null stands for a value that does not move with the input. */
interface Form {
  readonly isLinear: boolean
  readonly channels: Channels | null
}

/**
 * The one channel of the input that each element depends on: the sum of a number per axis, by the index along it; null for an axis
 * whose numbers are all 0. NaN stands for elements that depend on none. Where an element depends on several, null instead of all.
 */
type Channels = readonly (readonly number[] | null)[]

interface Arguments {
  readonly inputs: readonly (Form | null)[]
  readonly shapes: readonly Shape[]
  readonly graph: Graph
}

const constant: Form = { isLinear: true, channels: null }

const rules: Rules<[Arguments], Form | null> = {
  input: () => null,
  param: () => null,
  constant: () => null,
  iota: () => null,
  unary: ({ attrs: { fn } }, { inputs: [x] }) => x && { ...x, isLinear: x.isLinear && fn === 'neg' },
  binary: ({ attrs: { fn } }, { inputs }) => {
    const [x, y] = inputs
    if (fn === 'add' || fn === 'sub') return together(inputs)
    return together(inputs, (fn === 'mul' && !(x && y)) || (fn === 'div' && !y))
  },
  select: (_node, { inputs }) => together(inputs, !inputs[0]),
  reduce: ({ attrs: { fn, axes } }, { inputs: [x] }) =>
    through(x, (channels) => (axes.every((axis) => !channels[axis]) ? channels : null), fn === 'sum'),
  dot: dotForm,
  conv: convForm,
  windows: (_node, { inputs: [x] }) =>
    through(x, ([n, h, w, c]) => (h || w ? null : [n, null, null, null, null, c])),
  overlapAdd: (_node, { inputs: [x] }) =>
    through(x, ([n, h, w, kh, kw, c]) => (h || w || kh || kw ? null : [n, null, null, c])),
  reshape: ({ shape }, { inputs: [x], shapes: [from] }) =>
    through(x, (channels) => reshaped(channels, from, shape)),
  transpose: ({ attrs: { axes } }, { inputs: [x] }) =>
    through(x, (channels) => axes.map((axis) => channels[axis])),
  broadcast: ({ shape }, { inputs: [x], shapes: [from] }) =>
    through(x, (channels) =>
      channels.map((numbers, axis) =>
        numbers && from[axis] !== shape[axis] ? repeated(numbers, shape[axis]) : numbers,
      ),
    ),
  slice: ({ attrs: { start, step }, shape }, { inputs: [x] }) =>
    through(x, (channels) =>
      channels.map((numbers, axis) =>
        lasting(
          numbers && Array.from({ length: shape[axis] }, (_, i) => numbers[start[axis] + i * step[axis]]),
        ),
      ),
    ),
  pad: ({ attrs: { low, high } }, { inputs: [x] }) =>
    through(x, (channels) =>
      channels.map((numbers, axis) => numbers && [...none(low[axis]), ...numbers, ...none(high[axis])]),
    ),
  concat: ({ attrs: { axis } }, { inputs, shapes }) => {
    const parts = inputs.map((form) => form?.channels ?? null)
    const isOpen = inputs.some((form, i) => form && !parts[i])
    const around = inputs.map((form, i) => {
      const channels = parts[i]
      return form && channels
        ? { ...form, channels: channels.map((c, at) => (at === axis ? null : c)) }
        : form
    })
    const joined = together(around)
    if (!joined?.channels || isOpen) return joined
    const along = parts.map((channels) => channels?.[axis] ?? null)
    if (along.every((numbers) => !numbers)) return joined
    const numbers = along.flatMap(
      (numbers, i) => numbers ?? (parts[i] ? repeated([0], shapes[i][axis]) : none(shapes[i][axis])),
    )
    return { ...joined, channels: joined.channels.map((other, at) => (at === axis ? numbers : other)) }
  },
  reverse: ({ attrs: { axes } }, { inputs: [x] }) =>
    through(x, (channels) =>
      channels.map((numbers, axis) => (numbers && axes.includes(axis) ? [...numbers].reverse() : numbers)),
    ),
  gather: ({ attrs: { axis, batch }, inputs: [, index] }, { inputs: [x, places], shapes, graph }) => {
    if (places) return blurred([x, places])
    return through(x, (channels) => {
      const free = shapes[1].length - batch
      const numbers = channels[axis]
      const along = numbers ? gathered(numbers, graph.nodes[index], free) : none(free).map(() => null)
      return along && [...channels.slice(0, axis), ...along, ...channels.slice(axis + 1)]
    })
  },
  scatterAdd: ({ attrs: { axis, batch } }, { inputs: [x, places], shapes: [, index] }) => {
    if (places) return blurred([x, places])
    return through(x, (channels) => {
      const after = axis + index.length - batch
      if (channels.slice(axis, after).some(Boolean)) return null
      return [...channels.slice(0, axis), null, ...channels.slice(after)]
    })
  },
  topK: (_node, { inputs }) => blurred(inputs),
  scan: ({ attrs: { axis } }, { inputs }) =>
    through(together(inputs, !inputs[0]), (channels) => (channels[axis] ? null : channels)),
  // Its gradient is not what it does.
  stopGradient: (_node, { inputs: [x] }) => x && { ...x, isLinear: false },
  tap: (_node, { inputs: [x] }) => x,
}

function dotForm({ attrs: { batch, contract } }: NodeOf<'dot'>, { inputs, shapes }: Arguments): Form | null {
  const [x, y] = inputs
  if (!x && !y) return null
  const free = [0, 1].map((i) => freeAxes(shapes[i], batch[i], contract[i]))
  /** The channels of a product with something that does not move, or moves with no axis of its own. */
  const of = (i: 0 | 1): Form | null =>
    through(inputs[i], (channels) => {
      if (contract[i].some((axis) => channels[axis])) return null
      const kept = (axes: readonly number[]) => axes.map((axis) => channels[axis])
      const [before, after] = [0, 1].map((other) =>
        other === i ? kept(free[i]) : free[other].map(() => null),
      )
      return [...kept(batch[i]), ...before, ...after]
    })
  return together([of(0), of(1)], !(x && y))
}

function convForm({ attrs: { groups } }: NodeOf<'conv'>, { inputs: [x, w], shapes }: Arguments): Form | null {
  if (w) return blurred([x, w], !x)
  const [out, , , perGroup] = shapes[1]
  return through(x, ([n, height, width, c]) => {
    if (height || width || (c && perGroup > 1)) return null
    const each = out / groups
    return [n, null, null, c && Array.from({ length: out }, (_, o) => c[Math.floor(o / each)])]
  })
}

/** Element by element: channels must agree wherever something moves. */
function together(inputs: readonly (Form | null)[], isLinear = true): Form | null {
  const moving = inputs.filter((form) => form !== null)
  if (moving.length === 0) return null
  const [first] = moving
  const isOne = moving.every(({ channels }) => areEqual(channels, first.channels))
  return {
    isLinear: isLinear && moving.every((form) => form.isLinear),
    channels: isOne ? first.channels : null,
  }
}

function through(
  x: Form | null,
  step: (channels: Channels) => Channels | null,
  isLinear = true,
): Form | null {
  return x && { isLinear: x.isLinear && isLinear, channels: x.channels && step(x.channels) }
}

/** Something of whose channels nothing is known. */
function blurred(inputs: readonly (Form | null)[], isLinear = false): Form | null {
  const form = together(inputs, isLinear)
  return form && { ...form, channels: null }
}

const none = (count: number): number[] => Array(count).fill(Number.NaN)
const repeated = (numbers: readonly number[], size: number): number[] => Array(size).fill(numbers[0])

/** Zeros say nothing. */
const lasting = (numbers: readonly number[] | null): readonly number[] | null =>
  numbers?.some((number) => number !== 0) ? numbers : null

function lastAxis(shape: Shape): Channels {
  return shape.map((size, axis) =>
    axis === shape.length - 1 ? lasting(Array.from({ length: size }, (_, i) => i)) : null,
  )
}

/** What depends on no channel of its own is equal to nothing: then nothing is claimed. */
function areEqual(a: Channels | null, b: Channels | null): boolean {
  if (!a || !b || a.length !== b.length) return false
  return a.every((numbers, axis) => {
    const others = b[axis]
    if (!numbers || !others) return numbers === others
    return numbers.length === others.length && numbers.every((number, i) => number === others[i])
  })
}

function gathered(numbers: readonly number[], index: Node, free: number): Channels | null {
  if (index.op !== 'constant' || free !== 1 || index.shape.length !== 1) return null
  return [lasting(Array.from(index.attrs.data, (place) => numbers[place]))]
}

/** Axes that make up the same run of elements are put together and taken apart; null where the numbers do not come apart. */
function reshaped(channels: Channels, from: Shape, to: Shape): Channels | null {
  const result: (readonly number[] | null)[] = []
  let next = 0
  while (result.length < to.length) {
    const [start, first] = [next, result.length]
    let end = first
    let [have, want] = [1, 1]
    do {
      if (have <= want && next < from.length) have *= from[next++]
      else want *= to[end++]
    } while (have !== want || end === first)
    const parts = channels.slice(start, next)
    if (parts.every((numbers) => !numbers)) {
      for (let axis = first; axis < end; axis++) result.push(null)
      continue
    }
    const whole = parts.reduce<readonly number[]>(
      (sums, numbers, i) => {
        const size = from[start + i]
        return sums.flatMap((sum) => Array.from({ length: size }, (_, at) => sum + (numbers?.[at] ?? 0)))
      },
      [0],
    )
    const apart = takenApart(whole, to.slice(first, end))
    if (!apart) return null
    result.push(...apart)
  }
  return channels.slice(next).some(Boolean) ? null : result
}

/** The numbers of a run of elements as a sum of numbers per axis. */
function takenApart(numbers: readonly number[], shape: Shape): Channels | null {
  if (shape.length === 1) return [lasting(numbers)]
  const block = numbers.length / shape[0]
  const first = Array.from({ length: shape[0] }, (_, i) => numbers[i * block])
  const inner = numbers.slice(0, block).map((number) => number - numbers[0])
  const isSum = numbers.every((number, i) => number === first[Math.floor(i / block)] + inner[i % block])
  const rest = isSum ? takenApart(inner, shape.slice(1)) : null
  return rest && [lasting(first), ...rest]
}
