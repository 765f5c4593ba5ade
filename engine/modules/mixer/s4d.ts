import type { Value } from '../../graph/graph'
import { longConvolution } from '../../nn/longConvolution'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { choice, int } from '../../schema/schema'
import { onTokens, tokenSizes } from '../layout'
import { defineModule } from '../module'

/**
 * Diagonal state space (S4D): every channel keeps a few oscillating states that fade, h′ = A h + u, y = C h + D u. The same states for
 * every input make it a convolution over all tokens before, row by row; then GELU and a gated linear layer.
 *
 * x [n, t, c] or [n, h, w, c] → the same shape. Parameters c·(2s + 2) of the states (s of them, in conjugate pairs) and 2c² + 2c; MACs
 * 2tc² + tcs/2 for the kernel. Discretised by zero-order hold.
 * Gu et al. 2022, On the Parameterization and Initialization of Diagonal State Space Models, https://arxiv.org/abs/2206.11893
 */
export const s4d = defineModule({
  id: 's4d',
  title: 'Diagonal state space',
  shortTitle: 'S4D',
  kind: 'mixer',
  summary:
    'Reads the tokens row by row into oscillating states that fade: one long convolution over all before.',
  formula: 'y_l = Σⱼ Kⱼ·x_{l−j} + D·x_l,  Kⱼ = 2·Re Σₙ Cₙ·(e^{ΔAₙ} − 1)/Aₙ·e^{ΔAₙ·j}',
  paper: {
    title: 'On the Parameterization and Initialization of Diagonal State Space Models',
    authors: 'Gu et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2206.11893',
  },
  keywords: ['state space'],
  inputs: ['x'],
  attrs: {
    stateSize: int({
      label: 'States',
      help: 'Per channel; they come in conjugate pairs.',
      default: 64,
      min: 2,
      max: 512,
      step: 2,
    }),
    direction: choice({
      label: 'Direction',
      help: 'A picture has no first token: states may also read it from the last one on, with weights of their own.',
      default: 'forward',
      options: [
        { value: 'forward', label: 'From the first token' },
        { value: 'both', label: 'From both ends' },
      ],
    }),
  },
  // All before the query, row by row, in a wave that fades.
  pattern: (row, column) => {
    const before = 8 * (4 - row) + (4 - column)
    return before < 0 ? 0 : Math.max(0.06, Math.exp(-before / 12) * (0.6 + 0.4 * Math.cos(before / 2)))
  },
  family: 'fixed',
  subtitle: ({ stateSize }) => `${stateSize} states per channel`,
  build: (b, [x], { stateSize, direction }) =>
    onTokens(b, 's4d', x, (tokens) => {
      const { t, c } = tokenSizes('s4d', tokens)
      const skip = b.weight('D', [c], { init: 'one' })
      const read = (name: string, reverse: boolean) => {
        const kernel = b.part(name, () => kernelOf(b, c, stateSize / 2, t))
        return longConvolution(b, tokens, kernel, { reverse })
      }
      const before = b.add(read('kernel', false), b.mul(tokens, skip))
      const y = b.gelu(direction === 'both' ? b.add(before, read('kernel_back', true)) : before)
      const both = b.part('output_linear.0', () => widened(b, y))
      const half = (from: number) =>
        b.slice(both, { start: [0, 0, from], size: [...both.shape.slice(0, -1), c] })
      return b.mul(half(0), b.sigmoid(half(c)))
    }),
})

/** What one token adds to those after it, [c, t]: a sum over pairs of states, each a wave that fades. */
function kernelOf(b: ModuleBuilder, c: number, pairs: number, t: number): Value {
  const weights = b.weight('C', [c, pairs, 2], { init: { a: 0, b: 1.22 } })
  // Steps between 0.001 and 0.1, as the paper draws them.
  const step = b.reshape(b.exp(b.weight('log_dt', [c], { init: { a: -4.6, b: 2.3 } })), [c, 1])
  const re = b.neg(b.exp(b.weight('log_A_real', [c, pairs], { init: { a: Math.log(0.5), b: 0 } })))
  const waves = Array.from({ length: c * pairs }, (_, i) => Math.PI * (i % pairs))
  const im = b.table('A_imag', waves, [c, pairs], 'trainable')
  const [fading, turning] = [b.mul(re, step), b.mul(im, step)]
  // C (e^{ΔA} − 1) / A, of complex numbers.
  const grown = b.exp(fading)
  const one = [
    b.sub(b.mul(grown, b.unary('cos', turning)), 1),
    b.mul(grown, b.unary('sin', turning)),
  ] as const
  const given = [0, 1].map((part) =>
    b.reshape(b.slice(weights, { start: [0, 0, part], size: [c, pairs, 1] }), [c, pairs]),
  )
  const numerator = times(b, [given[0] ?? step, given[1] ?? step], one)
  const energy = b.add(b.square(re), b.square(im))
  const [real, imaginary] = times(b, numerator, [b.div(re, energy), b.div(b.neg(im), energy)])
  // 2 Re Σ (x + iy) e^{ΔA l}.
  const places = b.iota([1, 1, t], 2)
  const along = (y: Value) => b.reshape(y, [c, pairs, 1])
  const angle = b.mul(along(turning), places)
  const oscillation = b.sub(
    b.mul(along(real), b.unary('cos', angle)),
    b.mul(along(imaginary), b.unary('sin', angle)),
  )
  const decay = b.exp(b.mul(along(fading), places))
  const batch = [
    [0, 2],
    [0, 2],
  ] as const
  return b.mul(b.dot(decay, oscillation, { batch, contract: [[1], [1]] }), 2)
}

type Complex = readonly [re: Value, im: Value]

const times = (b: ModuleBuilder, [x, y]: Complex, [u, v]: Complex): Complex => [
  b.sub(b.mul(x, u), b.mul(y, v)),
  b.add(b.mul(x, v), b.mul(y, u)),
]

/** A linear layer whose weight is kept as a convolution over tokens of width 1. */
function widened(b: ModuleBuilder, x: Value): Value {
  const c = x.shape.at(-1) ?? 1
  const stored = b.weight('weight', [2 * c, c, 1], { init: 'weight' })
  const bias = b.weight('bias', [2 * c], { init: 'bias' })
  return b.call('linear', {}, [x, stored, bias], (x, stored, bias) =>
    b.add(b.dot(x, b.reshape(stored, [2 * c, c]), { contract: [[2], [1]] }), bias),
  )
}
