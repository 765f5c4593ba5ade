/**
 * Random programs over all primitives and the named calls, for "compiled equals evaluated" and "gradients equal differences".
 * Values stay of the order of 1, so that float32 and float64 results may be compared closely.
 */
import fc from 'fast-check'
import { elements, type Graph, type NodeOf, type Shape, type Value } from '../../graph/graph'
import { attention } from '../../nn/attention'
import { batchNorm } from '../../nn/batchNorm'
import { conv2d } from '../../nn/conv2d'
import { groupNorm } from '../../nn/groupNorm'
import { layerNorm } from '../../nn/layerNorm'
import { linear } from '../../nn/linear'
import { ModuleBuilder } from '../../nn/moduleBuilder'
import { averagePool, maxPool } from '../../nn/pool'
import { rmsNorm } from '../../nn/rmsNorm'
import { softmax } from '../../nn/softmax'
import type { UnaryFunction } from '../elementwise'
import type { Floats } from '../evaluate'

/** Names of the steps that a program may be made of; a test may ask for a subset. */
type StepName = keyof typeof rules

export interface RandomGraphOptions {
  readonly steps?: readonly StepName[]
  readonly without?: readonly StepName[]
  readonly maxSteps?: number
}

/** Graphs with one to three inputs, some params and one or two outputs. */
export function randomGraph({
  steps = stepNames,
  without = [],
  maxSteps = 12,
}: RandomGraphOptions = {}): fc.Arbitrary<Graph> {
  const names = steps.filter((name) => !without.includes(name))
  // fast-check prefers small numbers and short arrays, of which most programs of these steps cannot be made.
  const numbers = (count: number) => fc.array(fc.noBias(fc.nat()), { minLength: count, maxLength: count })
  return fc
    .record({
      inputs: fc.array(numbers(5), { minLength: 1, maxLength: 3 }),
      program: fc.array(numbers(9), { minLength: 1, maxLength: maxSteps, size: 'max' }),
    })
    .map(({ inputs, program }) => {
      const b = new ModuleBuilder()
      const pool = inputs.map(([form, ...sizes], i) => b.input(`x${i}`, inputShape(form % 5, sizes)))
      program.forEach(([which, ...thrown], i) => {
        const dice = new Dice(thrown)
        const x = dice.of(pool.slice(-4))
        const name = names[which % names.length]
        const made = rules[name](b, x, dice, { pool, name: `s${i}` })
        if (made && elements(made.shape) <= 20_000) pool.push(made)
      })
      return b.finish(pool.length > inputs.length + 1 ? pool.slice(-2) : pool.slice(-1))
    })
}

/** Values in [-1, 1) for every input and parameter of a graph, by name: the rule of golden/FORMAT.md in small. */
export function randomValues(
  name: string,
  shape: Shape,
  { a, b }: { readonly a: number; readonly b: number } = { a: 0, b: 1 },
): Float32Array {
  let state = [...name].reduce(
    (hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193),
    0x811c9dc5,
  )
  return Float32Array.from({ length: elements(shape) }, () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9
    const z = Math.imul(state ^ (state >>> 12), 0x297a2d39)
    return a + b * (((z ^ (z >>> 15)) >>> 8) / 2 ** 23 - 1)
  })
}

/** Bindings for `evaluate` with these values. */
export function randomBindings(graph: Graph): {
  inputs: Map<string, Floats>
  params: (node: NodeOf<'param'>) => Floats
} {
  const inputs = new Map<string, Floats>()
  for (const node of graph.nodes)
    if (node.op === 'input') inputs.set(node.attrs.name, randomValues(node.attrs.name, node.shape))
  return { inputs, params: (node) => randomValues(node.attrs.name, node.shape, node.attrs) }
}

/** Decisions of one step, out of the numbers that fast-check shrinks. */
export class Dice {
  private readonly numbers: readonly number[]
  private next = 0
  constructor(numbers: readonly number[]) {
    this.numbers = numbers
  }
  /** 0 <= result < count. */
  below(count: number): number {
    return this.numbers[this.next++ % this.numbers.length] % count
  }
  between(low: number, high: number): number {
    return low + this.below(high - low + 1)
  }
  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)]
  }
  flag(): boolean {
    return this.below(2) === 1
  }
}

/** A map [n, h, w, c] mostly, tokens [n, t, c] or rows [n, c]. */
function inputShape(form: number, sizes: readonly number[]): Shape {
  const size = (i: number, low: number, high: number) => low + (sizes[i] % (high - low + 1))
  const channels = [2, 4, 6, 8][sizes[3] % 4]
  if (form < 3) return [size(0, 1, 2), size(1, 3, 8), size(2, 3, 8), channels]
  if (form === 3) return [size(0, 1, 2), size(1, 2, 9), channels]
  return [size(0, 1, 5), channels]
}

interface Surroundings {
  readonly pool: readonly Value[]
  /** Unique in the graph. */
  readonly name: string
}
type StepRule = (b: ModuleBuilder, x: Value, dice: Dice, around: Surroundings) => Value | null

/** Bounded on the whole line, smooth or nearly so. */
const tame: readonly UnaryFunction[] = [
  'neg',
  'abs',
  'relu',
  'relu6',
  'hardswish',
  'hardsigmoid',
  'silu',
  'gelu',
  'geluTanh',
  'quickGelu',
  'elu',
  'mish',
  'softplus',
  'tanh',
  'sigmoid',
  'erf',
  'sin',
  'cos',
]

const channelsOf = (x: Value): number => x.shape[x.shape.length - 1]
const isMap = (x: Value): boolean => x.shape.length === 4
const fitsKernel = (x: Value, size: number): boolean => isMap(x) && x.shape[1] >= size && x.shape[2] >= size

/** A constant index. */
const numbers = (b: ModuleBuilder, dice: Dice, shape: Shape, below: number): Value => {
  const start = dice.below(below)
  const step = dice.between(1, 3)
  return b.constant(
    Array.from({ length: elements(shape) }, (_, i) => (start + i * step + (i % 3)) % below),
    shape,
  )
}

const rules = {
  unary: (b, x, dice) => b.unary(dice.of(tame), x),
  bounded: (b, x, dice) => {
    // Functions with a pole or without bound get an argument that keeps clear of it.
    const positive = b.add(b.sigmoid(x), 0.5)
    return dice.of([
      () => b.exp(b.tanh(x)),
      () => b.log(positive),
      () => b.sqrt(positive),
      () => b.rsqrt(positive),
      () => b.unary('reciprocal', positive),
      () => b.square(b.tanh(x)),
      () => b.pow(positive, 1.5),
      () => b.div(b.tanh(x), positive),
    ])()
  },
  binary: (b, x, dice, { pool }) => {
    const y = dice.of(pool.filter((other) => other.shape.join() === x.shape.join()))
    return b.mul(b.binary(dice.of(['add', 'sub', 'mul', 'max', 'min'] as const), x, b.tanh(y)), 0.7)
  },
  numberAndBias: (b, x, dice, { name }) => {
    const bias = b.weight(`${name}.bias`, [channelsOf(x)], { init: 'bias' })
    return b.add(b.mul(x, dice.of([0.5, -1, 0.25])), bias)
  },
  select: (b, x, dice) => {
    // Continuous where the condition turns: a rounding error may not decide between far values.
    const turn = dice.of([0, 0.1, -0.2])
    return b.select(b.binary('less', x, turn), b.mul(x, 0.1), b.sub(b.mul(x, 0.5), 0.4 * turn))
  },
  reduce: (b, x, dice) => {
    const axis = dice.below(x.shape.length)
    const fn = dice.of(['sum', 'max', 'min'] as const)
    const folded = b.reduce(fn, x, [axis])
    const scaled = fn === 'sum' ? b.mul(folded, 1 / x.shape[axis]) : folded
    return dice.flag() ? b.add(b.mul(x, 0.5), scaled) : scaled
  },
  reduceSeveral: (b, x, dice) => {
    const axes = x.shape.map((_, axis) => axis).filter((axis) => axis > 0 && (axis === 1 || dice.flag()))
    return axes.length > 0 ? b.mean(x, axes) : null
  },
  linear: (b, x, dice, { name }) => linear(b, x, { name, out: dice.of([2, 3, 4, 8]), bias: dice.flag() }),
  dot: (b, x, dice) => {
    if (x.shape.length !== 3) return null
    const scaled = b.mul(x, 1 / channelsOf(x))
    const scores = b.dot(scaled, b.tanh(x), { batch: [[0], [0]], contract: [[2], [2]] })
    return dice.flag()
      ? scores
      : b.mul(b.dot(scores, x, { batch: [[0], [0]], contract: [[1], [1]] }), 1 / x.shape[1])
  },
  conv: (b, x, dice, { name }) => {
    const kernel = dice.between(1, 3)
    const dilation = dice.between(1, 2)
    const padding = dice.between(0, 2)
    if (!fitsKernel(x, (kernel - 1) * dilation + 1 - 2 * padding) || !isMap(x)) return null
    const depthwise = dice.flag()
    const groups = depthwise ? channelsOf(x) : channelsOf(x) % 2 === 0 && dice.flag() ? 2 : 1
    const out = depthwise ? channelsOf(x) : groups * dice.between(1, 3)
    return conv2d(b, x, {
      name,
      out,
      kernel,
      stride: dice.between(1, 2),
      padding,
      dilation,
      groups,
      bias: dice.flag(),
    })
  },
  rawConv: (b, x, dice, { name }) => {
    // What only gradients make: zeros between input elements, and sides that crop.
    if (!fitsKernel(x, 4)) return null
    const w = b.weight(`${name}.weight`, [dice.between(1, 4), 2, 3, channelsOf(x)], { init: 'weight' })
    const padding = [
      [dice.between(-1, 2), dice.between(0, 1)],
      [dice.between(0, 1), dice.between(-1, 2)],
    ] as const
    return b.conv(x, w, { padding, inputDilation: [dice.between(1, 2), dice.between(1, 2)] })
  },
  windows: (b, x, dice) => {
    const kernel = [dice.between(1, 3), dice.between(1, 3)] as const
    if (!fitsKernel(x, 3)) return null
    const attrs = { kernel, stride: [dice.between(1, 2), dice.between(1, 2)], dilation: [1, 1] } as const
    const windows = b.windows(x, attrs)
    if (dice.flag())
      return b.mul(b.overlapAdd(b.tanh(windows), { ...attrs, height: x.shape[1], width: x.shape[2] }), 0.3)
    const [n, height, width] = windows.shape
    return b.reshape(b.reduce('max', windows, [3, 4]), [n, height, width, channelsOf(x)])
  },
  averagePool: (b, x, dice) => {
    if (!fitsKernel(x, 3)) return null
    const padding = dice.below(2)
    return averagePool(b, x, { kernel: 3, stride: dice.between(1, 2), padding, countIncludePad: dice.flag() })
  },
  maxPool: (b, x, dice) =>
    fitsKernel(x, 3)
      ? maxPool(b, x, { kernel: dice.between(2, 3), stride: 2, padding: dice.below(2) })
      : null,
  flatten: (b, x) => (isMap(x) ? b.reshape(x, [x.shape[0], x.shape[1] * x.shape[2], channelsOf(x)]) : null),
  unflatten: (b, x) => {
    if (x.shape.length !== 3) return null
    const [n, tokens, c] = x.shape
    const height = [2, 3, 5, 7].find((size) => tokens % size === 0) ?? 1
    return b.reshape(x, [n, height, tokens / height, c])
  },
  transpose: (b, x, dice) => {
    if (x.shape.length < 3) return null
    const axes = x.shape.map((_, axis) => axis)
    const [i, j] = [dice.between(1, axes.length - 1), dice.between(1, axes.length - 1)]
    axes[i] = j
    axes[j] = i
    return b.transpose(x, axes)
  },
  slice: (b, x, dice) => {
    const step = x.shape.map((size) => (size > 3 ? dice.between(1, 2) : 1))
    const start = x.shape.map((size) => (size > 2 ? dice.below(2) : 0))
    const size = x.shape.map((length, axis) => Math.floor((length - 1 - start[axis]) / step[axis]) + 1)
    return b.slice(x, { start, size, step })
  },
  pad: (b, x, dice) => {
    const sides = () => x.shape.map((_size, axis) => (axis === 0 ? 0 : dice.below(2)))
    return b.pad(x, { low: sides(), high: sides(), value: dice.of([0, 0.5, -1]) })
  },
  concat: (b, x, dice) => b.concat([x, b.mul(x, 0.5)], dice.below(x.shape.length)),
  reverse: (b, x, dice) => b.reverse(x, [dice.below(x.shape.length)]),
  roll: (b, x, dice) => b.roll(x, { axis: dice.below(x.shape.length), shift: dice.between(-3, 3) }),
  gather: (b, x, dice) => {
    const axis = dice.below(x.shape.length)
    const index = numbers(b, dice, dice.flag() ? [dice.between(1, 4)] : [2, 3], x.shape[axis])
    const taken = b.gather(x, index, { axis })
    // Axes that were taken apart are put together again: most steps know three or four.
    return b.reshape(taken, [...x.shape.slice(0, axis), elements(index.shape), ...x.shape.slice(axis + 1)])
  },
  gatherPerSample: (b, x, dice) => {
    const axis = dice.between(1, x.shape.length - 1)
    const index = numbers(b, dice, [x.shape[0], dice.between(1, 4)], x.shape[axis])
    return b.gather(x, index, { axis, batch: 1 })
  },
  scatterAdd: (b, x, dice) => {
    const axis = dice.below(x.shape.length)
    const size = dice.between(1, 5)
    const summed = b.scatterAdd(x, numbers(b, dice, [x.shape[axis]], size), { axis, size })
    return b.mul(summed, 1 / x.shape[axis])
  },
  topK: (b, x, dice) => {
    // Scores far apart: what is chosen may not hang on the last bit.
    const k = dice.between(1, channelsOf(x))
    const best = b.topK(numbers(b, dice, x.shape, 5), k)
    const batch = x.shape.length - 1
    return dice.flag() ? b.gather(x, best, { axis: batch, batch }) : b.mul(best, 0.2)
  },
  scan: (b, x, dice) => {
    const options = { axis: dice.below(x.shape.length), reverse: dice.flag() }
    if (dice.flag()) return b.mul(b.cumulativeSum(x, options), 1 / x.shape[options.axis])
    return b.mul(b.scan(b.sigmoid(x), b.tanh(x), options), 0.3)
  },
  iota: (b, x) => b.add(x, b.mul(b.iota(x.shape, x.shape.length - 1), 0.1)),
  stopGradient: (b, x) => b.add(x, b.stopGradient(b.mul(x, 0.1))),
  tap: (b, x, _dice, { name }) => b.tap(name, x),
  layerNorm: (b, x, dice, { name }) => layerNorm(b, x, { name, eps: 1e-2, bias: dice.flag() }),
  groupNorm: (b, x, dice, { name }) => {
    if (x.shape.length < 3) return null
    const groups = channelsOf(x) % 2 === 0 && dice.flag() ? 2 : 1
    return groupNorm(b, x, { name, groups, eps: 1e-2, bias: dice.flag() })
  },
  rmsNorm: (b, x, _dice, { name }) => rmsNorm(b, x, { name, eps: 1e-2 }),
  batchNorm: (b, x, _dice, { name }) => batchNorm(b, x, { name, eps: 1e-3 }),
  softmax: (b, x) => softmax(b, b.mul(x, 2)),
  attention: (b, x, dice, { name }) => {
    if (x.shape.length !== 3) return null
    const [n, t] = x.shape
    const [heads, width] = [dice.between(1, 2), dice.of([2, 4])]
    const project = (part: string) =>
      b.reshape(linear(b, x, { name: `${name}.${part}`, out: heads * width, bias: false }), [
        n,
        t,
        heads,
        width,
      ])
    const sides = dice.of([
      [n, heads, t, t],
      [heads, 1, t],
      [1, 1, t, 1],
    ])
    const bias = dice.flag() ? b.weight(`${name}.bias`, sides, { init: { a: 0, b: 2 } }) : undefined
    const mixed = attention(b, project('q'), project('k'), project('v'), width ** -0.5, bias)
    // Heads one after the other, or channel by channel.
    return b.reshape(dice.flag() ? b.transpose(mixed, [0, 1, 3, 2]) : mixed, [n, t, heads * width])
  },
} satisfies { [name: string]: StepRule }

const stepNames = Object.keys(rules) as StepName[]
