/** Random networks with branches: everything that moves, mixes or cuts positions, on small maps. */
import fc from 'fast-check'
import type { Graph, Value } from '../../graph/graph'
import { attention } from '../../nn/attention'
import { groupNorm } from '../../nn/groupNorm'
import { layerNorm } from '../../nn/layerNorm'
import { ModuleBuilder } from '../../nn/moduleBuilder'
import { averagePool, maxPool } from '../../nn/pool'
import { resize } from '../../nn/resample'
import { Dice } from '../../ops/testing/randomGraph'

export interface Program {
  readonly height: number
  readonly width: number
  readonly steps: readonly (readonly number[])[]
}

type StepName = keyof typeof steps

export function randomProgram(only: readonly StepName[] = stepNames): fc.Arbitrary<Program> {
  const numbers = fc.array(fc.noBias(fc.nat()), { minLength: 12, maxLength: 12 })
  return fc.record({
    height: fc.integer({ min: 5, max: 9 }),
    width: fc.integer({ min: 5, max: 9 }),
    steps: fc.array(
      numbers
        .map((thrown) => [thrown[0] % only.length, ...thrown])
        .map(([which, ...thrown]) => [stepNames.indexOf(only[which]), ...thrown]),
      { minLength: 1, maxLength: 7, size: 'max' },
    ),
  })
}

/** The same network for any number of pictures. */
export function networkOf(
  { height, width, steps: program }: Program,
  batch: number,
): { graph: Graph; output: Value } {
  const b = new ModuleBuilder()
  const pool: Value[] = [b.input('x', [batch, height, width, 2])]
  program.forEach(([which, ...thrown], i) => {
    const dice = new Dice(thrown.slice(1))
    const x = dice.of(pool.slice(-3))
    const made = steps[stepNames[which]]({ b, x, dice, name: `s${i}`, pool })
    if (made && made.shape.slice(1).reduce((a, c) => a * c, 1) <= 1500) pool.push(made)
  })
  const output = pool[pool.length - 1]
  return { graph: b.finish([output]), output }
}

interface Step {
  readonly b: ModuleBuilder
  readonly x: Value
  readonly dice: Dice
  readonly name: string
  readonly pool: readonly Value[]
}

const steps = {
  conv: ({ b, x, dice, name }) => {
    const [n, h, w, c] = x.shape
    const kernel = [dice.between(1, 3), dice.between(1, 4)] as const
    const dilation = [dice.between(1, 2), dice.between(1, 2)] as const
    const side = () => [dice.below(3), dice.below(3)] as const
    const padding = [side(), side()] as const
    const fits = (size: number, axis: 0 | 1) =>
      size + padding[axis][0] + padding[axis][1] >= (kernel[axis] - 1) * dilation[axis] + 1
    if (n < 1 || !fits(h, 0) || !fits(w, 1)) return null
    const groups = dice.flag() ? c : 1
    const out = groups === 1 ? dice.between(1, 4) : c
    const weight = b.weight(`${name}.weight`, [out, ...kernel, c / groups], { init: 'weight' })
    const stride = [dice.between(1, 2), dice.between(1, 3)] as const
    return b.conv(x, weight, { stride, padding, dilation, groups })
  },
  residual: ({ b, x, dice, name }) => {
    const [kh, kw] = [dice.between(1, 4), dice.between(1, 3)]
    const c = x.shape[3]
    const weight = b.weight(`${name}.weight`, [c, kh, kw, c], { init: 'weight' })
    // Even kernels lie off centre.
    const sides = (kernel: number) => [Math.floor((kernel - 1) / 2), Math.ceil((kernel - 1) / 2)] as const
    return b.add(x, b.conv(x, weight, { padding: [sides(kh), sides(kw)] }))
  },
  transposedConv: ({ b, x, dice, name }) => {
    const weight = b.weight(`${name}.weight`, [2, dice.between(1, 3), 2, x.shape[3]], { init: 'weight' })
    const padding = [
      [1, dice.between(0, 2)],
      [dice.between(0, 2), 1],
    ] as const
    return b.conv(x, weight, { padding, inputDilation: [2, dice.between(1, 2)] })
  },
  pool: ({ b, x, dice }) => {
    const kernel = dice.between(2, 3)
    if (Math.min(x.shape[1], x.shape[2]) < kernel) return null
    const options = { kernel, stride: dice.between(1, 2), padding: dice.below(2) }
    return dice.flag()
      ? maxPool(b, x, options)
      : averagePool(b, x, { ...options, countIncludePad: dice.flag() })
  },
  resize: ({ b, x, dice }) => {
    const mode = dice.of(['nearest', 'bicubic'] as const)
    // Weights that are no zero: not a number times zero is not a number.
    const other = (size: number) => dice.of(size % 2 === 0 ? [size, 2 * size, size / 2] : [size, 2 * size])
    const [height, width] = [other(x.shape[1]), other(x.shape[2])]
    return resize(b, x, { height, width, mode })
  },
  overlapAdd: ({ b, x, dice }) => {
    const [, h, w] = x.shape
    if (Math.min(h, w) < 3) return null
    const attrs = {
      kernel: [dice.between(1, 3), dice.between(1, 3)],
      stride: [dice.between(1, 2), dice.between(1, 2)],
      dilation: [1, 1],
    } as const
    return b.overlapAdd(b.tanh(b.windows(x, attrs)), { ...attrs, height: h, width: w })
  },
  concat: ({ b, x, dice, pool }) => {
    const axis = dice.between(1, 3)
    const fitting = pool.filter(({ shape }) => shape.every((size, at) => at === axis || size === x.shape[at]))
    return b.concat([x, dice.of(fitting)], axis)
  },
  merge: ({ b, x, dice, pool }) => {
    const fitting = pool.filter(({ shape }) => shape.join() === x.shape.join())
    return b.binary(dice.of(['add', 'mul', 'max', 'min'] as const), x, dice.of(fitting))
  },
  gate: ({ b, x, dice, name }) => {
    const axes = dice.of([[1, 2], [1], [2], [3]])
    const c = axes.includes(3) ? 1 : x.shape[3]
    const pooled = b.mean(x, axes)
    const weight = b.weight(`${name}.weight`, [c, 1, 1, c], { init: 'weight' })
    return b.mul(x, b.sigmoid(b.conv(pooled, weight, {})))
  },
  norm: ({ b, x, dice, name }) =>
    dice.flag()
      ? groupNorm(b, x, { name, groups: 1, eps: 1e-2, bias: true })
      : layerNorm(b, x, { name, eps: 1e-2 }),
  windows: ({ b, x, dice, name }) => {
    const [n, h, w, c] = x.shape
    const divisors = (size: number) => [1, 2, 3, 4, 5, 6, 7].filter((side) => size % side === 0)
    const [wh, ww] = [dice.of(divisors(h)), dice.of(divisors(w))]
    // Shifted, or of places that lie far apart.
    const shift = dice.flag() ? dice.between(-2, 2) : 0
    const moved = shift ? b.roll(x, { axis: 1, shift }) : x
    const isGrid = dice.flag()
    const cells = isGrid ? [wh, h / wh, ww, w / ww] : [h / wh, wh, w / ww, ww]
    const order = isGrid ? [0, 2, 4, 1, 3, 5] : [0, 1, 3, 2, 4, 5]
    const parts = b.transpose(b.reshape(moved, [n, ...cells, c]), order)
    const tokens = b.reshape(parts, [(n * h * w) / (wh * ww), wh * ww, 1, c])
    const weight = b.weight(`${name}.weight`, [c, c], { init: 'weight' })
    const asked = b.dot(tokens, weight, { batch: [[], []], contract: [[3], [1]] })
    const mixed = b.reshape(attention(b, asked, tokens, tokens, 0.5), parts.shape)
    const back = b.transpose(
      mixed,
      order.map((_axis, at) => order.indexOf(at)),
    )
    const map = b.reshape(back, x.shape)
    return shift ? b.roll(map, { axis: 1, shift: -shift }) : map
  },
  attention: ({ b, x, dice }) => {
    const [n, h, w, c] = x.shape
    // Over the map, along the rows, or from channel to channel.
    const shape = dice.of([
      [n, h * w, 1, c],
      [n * h, w, 1, c],
    ])
    const tokens = b.reshape(x, shape)
    return b.reshape(attention(b, tokens, tokens, tokens, 1), x.shape)
  },
  tokens: ({ b, x, dice, name }) => {
    const [n, h, w, c] = x.shape
    const rows = b.reshape(x, [n, h * w, c])
    const prefix = b.broadcast(b.param(`${name}.token`, [1, 1, c], { role: 'trainable', a: 0, b: 1 }), [
      n,
      1,
      c,
    ])
    const all = b.concat([prefix, rows], 1)
    const kept = dice.flag() ? all : b.relu(b.mul(all, 0.5))
    return b.reshape(b.slice(kept, { start: [0, 1, 0], size: [n, h * w, c] }), x.shape)
  },
  turn: ({ b, x }) => b.transpose(x, [0, 2, 1, 3]),
  reverse: ({ b, x, dice }) => b.reverse(x, [dice.between(1, 3)]),
  roll: ({ b, x, dice }) => b.roll(x, { axis: dice.between(1, 3), shift: dice.between(-3, 3) }),
  slice: ({ b, x, dice }) => {
    const start = x.shape.map((size, axis) => (axis > 0 && size > 3 ? dice.below(2) : 0))
    const step = x.shape.map((size, axis) => (axis > 0 && size > 4 ? dice.between(1, 2) : 1))
    const size = x.shape.map((length, axis) => Math.floor((length - 1 - start[axis]) / step[axis]) + 1)
    return b.slice(x, { start, size, step })
  },
  pad: ({ b, x, dice }) => {
    const sides = () => x.shape.map((_size, axis) => (axis === 0 ? 0 : dice.below(2)))
    return b.pad(x, { low: sides(), high: sides(), value: 0.5 })
  },
  gather: ({ b, x, dice }) => {
    const axis = dice.between(1, 2)
    const size = x.shape[axis]
    const reach = dice.between(1, Math.min(3, size))
    // The nearest ones; at the borders they are turned inwards.
    const places = Array.from({ length: size * reach }, (_, i) => {
      const first = Math.min(Math.max(Math.floor(i / reach) - 1, 0), size - reach)
      return first + (i % reach)
    })
    const taken = b.gather(x, b.constant(places, [size, reach]), { axis })
    return b.reshape(b.reduce('max', taken, [axis + 1]), x.shape)
  },
  chosenParts: ({ b, x, dice }) => {
    const axis = dice.between(1, 2)
    const size = x.shape[axis]
    const places = Array.from({ length: size }, (_, i) => (i * 2 + (i % 3)) % size)
    return dice.flag()
      ? b.gather(x, b.constant(places, [size]), { axis })
      : b.scatterAdd(x, b.constant(places, [size]), { axis, size })
  },
  scan: ({ b, x, dice }) => {
    const options = { axis: dice.between(1, 2), reverse: dice.flag() }
    return b.scan(b.sigmoid(x), b.tanh(x), options)
  },
  shuffle: ({ b, x }) => {
    const [n, h, w, c] = x.shape
    if (h % 2 || w % 2) return c % 4 === 0 ? b.reshape(x, [n, h, 2 * w, c / 2]) : null
    const cells = b.transpose(b.reshape(x, [n, h / 2, 2, w / 2, 2, c]), [0, 1, 3, 2, 4, 5])
    return b.reshape(cells, [n, h / 2, w / 2, 4 * c])
  },
  choose: ({ b, x, pool, dice }) => {
    const fitting = pool.filter(({ shape }) => shape.join() === x.shape.join())
    const c = x.shape[3]
    const isHere = b.broadcast(
      b.constant(
        Array.from({ length: c }, (_, i) => (i < c / 2 ? 1 : 0)),
        [1, 1, 1, c],
      ),
      x.shape,
    )
    return b.select(isHere, x, dice.of(fitting))
  },
} satisfies { [name: string]: (step: Step) => Value | null }

const stepNames = Object.keys(steps) as StepName[]
