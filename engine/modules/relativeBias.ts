/** What attention adds to the score of a pair, from the offset between its places: tables, and MLPs of the offset. */
import type { Value } from '../graph/graph'
import { layerNorm } from '../nn/layerNorm'
import { linear } from '../nn/linear'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import { autoInt, int } from '../schema/schema'
import { checkPairs, differences, places } from './pairs'
import type { Window } from './windows'

/** Ways to come by a bias per head and offset, for the forms. */
export const biasOptions = [
  { value: 'table', label: 'Relative bias' },
  { value: 'lookup', label: 'Relative bias, looked up by products' },
  { value: 'mlp', label: 'MLP of the offset' },
  { value: 'log', label: 'MLP of the offset’s logarithm' },
  { value: 'distance', label: 'Bias of the distance' },
  { value: 'logOfPairs', label: 'MLP of the logarithm, pair by pair' },
  { value: 'bounded', label: 'MLP of the logarithm, 0 to 16' },
] as const

export const biasHiddenField = () =>
  int({
    label: 'Hidden width of the MLP',
    help: 'Of the MLP that makes a bias of a logarithm.',
    default: 512,
    min: 1,
    max: 4096,
    when: { field: 'position', is: 'log' },
  })

/** Only Swin V2's bias knows of a window that it was trained with. */
export const trainedWindowField = () =>
  autoInt({
    label: 'Trained window',
    help: 'Offsets count as shares of the window that the bias was trained with.',
    default: null,
    min: 2,
    max: 64,
    auto: 'this window',
    when: { field: 'position', is: 'bounded' },
  })

export interface BiasOptions {
  readonly kind: (typeof biasOptions)[number]['value']
  readonly heads: number
  /** Channels of what is attended, and the hidden width of an MLP of logarithms. */
  readonly dim: number
  readonly hidden: number
  /** Side of the window that a bounded bias was trained with, where it is another one. */
  readonly trainedWindow?: number | null
}

/**
 * [1, heads, t, t]: the bias of every pair of places in a window, behind `prefix` tokens that lie nowhere. A table has
 * three more rows for these: as query, as key, and as both; otherwise their bias is 0.
 */
export function windowBias(b: ModuleBuilder, window: Window, options: BiasOptions, prefix = 0): Value {
  const bias = builders[options.kind](b, window, { ...options, prefix })
  const low = options.kind === 'table' ? 0 : prefix
  const whole = low === 0 ? bias : b.pad(bias, { low: [0, low, low], high: [0, 0, 0] })
  return b.reshape(whole, [1, ...whole.shape])
}

const builders: {
  readonly [K in BiasOptions['kind']]: (
    b: ModuleBuilder,
    window: Window,
    options: BiasOptions & { readonly prefix: number },
  ) => Value
} = {
  /** Liu et al. 2021, Swin, https://arxiv.org/abs/2103.14030; with a class token: Bao et al. 2021, BEiT, https://arxiv.org/abs/2106.08254 */
  table(b, { height, width }, { heads, prefix }) {
    const offsets = (2 * height - 1) * (2 * width - 1)
    return relativeBias(b, tableOf(b, [offsets + (prefix > 0 ? 3 : 0), heads]), height, width, prefix)
  },

  /** Rows and columns are picked one after the other by matrices of zeros and ones, as in MaxViT's own code. */
  lookup(b, { height, width }, { heads }) {
    checkPairs('relative positions', Math.max(height, width) ** 2)
    const table = tableOf(b, [heads, 2 * height - 1, 2 * width - 1])
    const rows = b.dot(table, picks(b, height), { contract: [[1], [2]] })
    const both = b.dot(rows, picks(b, width), { contract: [[1], [2]] })
    return b.reshape(b.transpose(both, [0, 1, 3, 2, 4]), [heads, height * width, height * width])
  },

  /** Three layers, as narrow as a sixteenth of the channels. Wang et al. 2021, CrossFormer, https://arxiv.org/abs/2108.00154 */
  mlp(b, { height, width }, { heads, dim }) {
    const table = b.part('pos', () => {
      const out = Math.max(1, Math.floor(Math.floor(dim / 4) / 4))
      const pairs = offsetPairs(b, height, width, (offset) => offset)
      return [1, 2, 3].reduce(
        (y, layer) =>
          b.part(`pos${layer}`, () => {
            const active = b.relu(layerNorm(b, y, { name: '0', eps: 1e-5 }))
            return linear(b, active, { name: '2', out: layer === 3 ? heads : out, bias: true })
          }),
        linear(b, pairs, { name: 'pos_proj', out, bias: true }),
      )
    })
    return relativeBias(b, table, height, width)
  },

  /** Of the logarithms of both distances, with their signs. Liu et al. 2021, Swin V2, https://arxiv.org/abs/2111.09883 */
  log: (b, { height, width }, { heads, hidden }) =>
    b.part('mlp', () => {
      const logs = offsetPairs(b, height, width, (offset) => Math.sign(offset) * Math.log1p(Math.abs(offset)))
      const active = b.relu(linear(b, logs, { name: 'fc1', out: hidden, bias: true }))
      return relativeBias(b, linear(b, active, { name: 'fc2', out: heads, bias: true }), height, width)
    }),

  distance(b, window, { heads }) {
    const bias = distanceBias(b, heads, window)
    return b.reshape(bias, bias.shape.slice(1))
  },

  /** The same for every pair by itself: the same numbers for more work, as timm's first Swin V2 has it. */
  logOfPairs: (b, { height, width }, { heads, hidden }) =>
    b.part('mlp', () => {
      const count = height * width
      checkPairs('relative positions', count)
      const { rows, columns } = places(height, width)
      const log = (offset: number) => Math.sign(offset) * Math.log1p(Math.abs(offset))
      const logs = Array.from({ length: count * count }, (_, pair) => {
        const [query, key] = [Math.floor(pair / count), pair % count]
        return [rows, columns].map((at) => log((at[query] ?? 0) - (at[key] ?? 0)))
      })
      const pairs = b.constant(logs.flat(), [count * count, 2])
      const active = b.relu(linear(b, pairs, { name: 'fc1', out: hidden, bias: true }))
      const biases = linear(b, active, { name: 'fc2', out: heads, bias: true })
      return b.reshape(b.transpose(biases, [1, 0]), [heads, count, count])
    }),

  /** Of logarithms of offsets as shares of the window, and 16·sigmoid of the result. Liu et al. 2021, Swin V2, as above. */
  bounded: (b, { height, width }, { heads, trainedWindow }) =>
    b.part('mlp', () => {
      const scaled = (offset: number, side: number) => {
        const share = (8 * offset) / Math.max(1, (trainedWindow ?? side) - 1)
        return (Math.sign(share) * Math.log2(Math.abs(share) + 1)) / 3
      }
      const logs = offsetPairs(b, height, width, scaled)
      const active = b.relu(linear(b, logs, { name: 'fc1', out: 512, bias: true }))
      const table = linear(b, active, { name: 'fc2', out: heads, bias: false })
      return b.mul(b.sigmoid(relativeBias(b, table, height, width)), 16)
    }),
}

const tableOf = (b: ModuleBuilder, shape: readonly number[]): Value =>
  b.weight('relative_position_bias_table', shape, { init: { a: 0, b: 0.035 } })

/** [query, key, offset]: 1 where key − query is that offset, counted from the smallest. */
function picks(b: ModuleBuilder, size: number): Value {
  const offsets = 2 * size - 1
  const ones = Array.from({ length: size * size * offsets }, (_, index) => {
    const [query, key] = [Math.floor(index / offsets / size), Math.floor(index / offsets) % size]
    return index % offsets === key - query + size - 1 ? 1 : 0
  })
  return b.constant(ones, [size, size, offsets])
}

/** A function of both offsets, from the smallest to the largest: [(2h−1)(2w−1), 2]. */
function offsetPairs(
  b: ModuleBuilder,
  height: number,
  width: number,
  of: (offset: number, side: number) => number,
): Value {
  const along = (size: number) =>
    Array.from({ length: 2 * size - 1 }, (_, index) => of(index - (size - 1), size))
  const [down, right] = [along(height), along(width)]
  const pairs = down.flatMap((row) => right.flatMap((column) => [row, column]))
  return b.constant(pairs, [down.length * right.length, 2])
}

/**
 * One learned number per head and offset query − key, laid out for every pair of `prefix` + h·w tokens:
 * [(2h−1)(2w−1), heads] → [heads, t, t]; with tokens before the grid the table has three more rows.
 */
export function relativeBias(
  b: ModuleBuilder,
  table: Value,
  height: number,
  width: number,
  prefix = 0,
): Value {
  const offsets = (2 * height - 1) * (2 * width - 1)
  const { rows, columns } = places(height, width)
  const down = b.add(differences(b, rows), height - 1)
  const right = b.add(differences(b, columns), width - 1)
  const numbers = b.add(b.mul(down, 2 * width - 1), right)
  const index = prefix === 0 ? numbers : behindTokens(b, numbers, prefix, offsets)
  return b.transpose(b.gather(table, index, { axis: 0 }), [2, 0, 1])
}

/** With the rows `first` … `first` + 2 where the query, the key or both are one of the tokens before the grid. */
function behindTokens(b: ModuleBuilder, numbers: Value, prefix: number, first: number): Value {
  const whole = b.pad(numbers, { low: [prefix, prefix], high: [0, 0] })
  const [count = 0] = whole.shape
  const isToken = Array.from({ length: count }, (_, index) => (index < prefix ? 1 : 0))
  const [asQuery, asKey] = [b.constant(isToken, [count, 1]), b.constant(isToken, [1, count])]
  return b.select(asQuery, b.select(asKey, first + 2, first), b.select(asKey, first + 1, whole))
}

/**
 * One learned number per head and distance |query − key| in rows and columns: the bias [1, heads, q, k] of LeViT.
 * With a stride the queries are every second (third …) key, row by row.
 */
export function distanceBias(
  b: ModuleBuilder,
  heads: number,
  { height, width }: { readonly height: number; readonly width: number },
  stride = 1,
): Value {
  const count = height * width
  const [keys, queries] = [places(height, width), places(height, width, stride)]
  const apart = (axis: 'rows' | 'columns') => b.unary('abs', differences(b, queries[axis], keys[axis]))
  const index = b.add(b.mul(apart('rows'), width), apart('columns'))
  const table = b.weight('attention_biases', [heads, count], { init: { a: 0, b: 0.035 } })
  return b.reshape(b.gather(table, index, { axis: 1 }), [1, heads, ...index.shape])
}
