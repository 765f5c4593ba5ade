import { linear } from '../../nn/linear'
import { onTokens, tokenSizes } from '../layout'
import { defineModule } from '../module'

/**
 * One learned matrix between positions, the same for every channel: Y = W X + b.
 *
 * x [n, t, c] or [n, h, w, c] → the same shape. Parameters t² + t: tied to one number of tokens.
 * Touvron et al. 2021, ResMLP, https://arxiv.org/abs/2105.03404
 */
export const spatialLinear = defineModule({
  id: 'spatialLinear',
  title: 'Spatial linear layer',
  shortTitle: 'Token FC',
  kind: 'mixer',
  summary: 'One learned matrix mixes all positions, the same for every channel: ResMLP’s mixer.',
  formula: 'Y = W·X + b,  W tokens × tokens',
  paper: {
    title: 'ResMLP: Feedforward networks for image classification with data-efficient training',
    authors: 'Touvron et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2105.03404',
  },
  inputs: ['x'],
  attrs: {},
  // Learned weights fall off with distance, in waves.
  pattern: (row, column) => {
    const distance = Math.hypot(row - 4, column - 4)
    return 0.15 + 0.85 * Math.exp(-distance / 3) * (0.75 + 0.25 * Math.cos(2 * distance))
  },
  family: 'fixed',
  build: (b, [x]) =>
    onTokens(b, 'spatialLinear', x, (tokens) => {
      const { t } = tokenSizes('spatialLinear', tokens)
      const mixed = linear(b, b.transpose(tokens, [0, 2, 1]), { name: '', out: t, bias: true })
      return b.transpose(mixed, [0, 2, 1], tokens.grid)
    }),
})
