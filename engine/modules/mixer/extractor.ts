import { linear } from '../../nn/linear'
import { flag } from '../../schema/schema'
import { onTokens, tokenSizes } from '../layout'
import { defineModule } from '../module'

/**
 * A learned weight for every distance sums the tokens up, and a linear layer of the token itself adjusts the sum:
 * y_i = (Σⱼ w_{i−j}·x_j·W_v) ⊙ (x_i·W_g), over the tokens up to i or over all. Our reading of the abstract; no public code.
 *
 * x [n, t, c] or [n, h, w, c] → the same shape; the number of tokens is fixed by w. MACs 3tc² + t²c.
 * Chen 2023, Attention Is Not All You Need Anymore, https://arxiv.org/abs/2308.07661
 */
export const extractor = defineModule({
  id: 'extractor',
  title: 'Extractor',
  kind: 'mixer',
  summary:
    'Sums tokens up by one learned weight per distance and lets each adjust its sum. Our reading of the abstract; no public code.',
  formula: 'y_i = (Σⱼ w_{i−j}·x_j·W_v) ⊙ (x_i·W_g)·Wₒ',
  paper: {
    title: 'Attention Is Not All You Need Anymore',
    authors: 'Chen',
    year: 2023,
    url: 'https://arxiv.org/abs/2308.07661',
  },
  inputs: ['x'],
  attrs: {
    causal: flag({ label: 'Causal', help: 'Sums up what came before, and itself.', default: false }),
    bias: flag({ label: 'Biases', default: true }),
  },
  pattern: (row, column) => 0.15 + 0.85 * Math.exp(-Math.abs((row - 4) * 8 + column - 4) / 9),
  family: 'fixed',
  subtitle: ({ causal }) => (causal ? 'what came before' : 'both ways'),
  build: (b, [x], { causal, bias }) =>
    onTokens(b, 'extractor', x, (tokens) => {
      const { t, c } = tokenSizes('extractor', tokens)
      const weights = b.weight('w', [causal ? t : 2 * t - 1], { init: { a: 1 / t, b: 1 / t } })
      const distance = b.sub(b.iota([t, t], 0), b.iota([t, t], 1))
      const first = causal ? 0 : t - 1
      const matrix = b.gather(weights, b.max(b.add(distance, first), 0), { axis: 0 })
      // 1 for the token itself and those before it.
      const isRead = b.max(b.min(b.add(distance, 1), 1), 0)
      const layer = (name: string, y: typeof tokens) => linear(b, y, { name, out: c, bias })
      const values = layer('v', tokens)
      const sums = b.dot(causal ? b.mul(matrix, isRead) : matrix, values, { contract: [[1], [1]] })
      const extracted = b.transpose(sums, [1, 0, 2], tokens.grid)
      return layer('proj', b.mul(extracted, layer('g', tokens)))
    }),
})
