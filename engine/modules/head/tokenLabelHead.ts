import { ShapeError } from '../../errors'
import { linear } from '../../nn/linear'
import { dropPrefix, tokenSizes } from '../layout'
import { defineModule } from '../module'
import { classesField, headSubtitle } from './fields'

/**
 * Two classifiers: one on the class token, one on every patch, of which each class takes its best patch for half a vote:
 * y = x₀ W₁ + ½ max over patches of x W₂.
 *
 * x [n, t, c] with a class token first → logits [n, classes]. MACs t·c·classes.
 * Jiang et al. 2021, All Tokens Matter, https://arxiv.org/abs/2104.10858
 */
export const tokenLabelHead = defineModule({
  id: 'tokenLabelHead',
  title: 'Token-label head',
  shortTitle: 'Token labels',
  kind: 'head',
  summary: 'The class token votes, and for every class the patch that shows it best adds half a vote.',
  formula: 'y = x_cls·W₁ + ½·max_patches(X·W₂)',
  paper: {
    title: 'All Tokens Matter: Token Labeling for Training Better Vision Transformers',
    authors: 'Jiang et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2104.10858',
  },
  inputs: ['x'],
  attrs: { classes: classesField() },
  subtitle: headSubtitle,
  build(b, [x], { classes }) {
    const { n, t, c } = tokenSizes('tokenLabelHead', x)
    if (t < 2 || x.grid?.prefix === 0) {
      throw new ShapeError(
        'RANK',
        'tokenLabelHead: there is no class token before these patches; put a Class token before the blocks or use the Pooling head',
        [{ what: 'class token', expected: 'one, before the patches', got: 'none' }],
      )
    }
    const token = b.reshape(b.slice(x, { start: [0, 0, 0], size: [n, 1, c] }), [n, c])
    if (classes === 0) return token
    const patches = dropPrefix(b, x, 1)
    const votes = linear(b, patches, { name: 'aux_head', out: classes, bias: true })
    const best = b.reshape(b.reduce('max', votes, [1]), [n, classes])
    return b.add(linear(b, token, { name: 'head', out: classes, bias: true }), b.mul(best, 0.5))
  },
})
