import { ShapeError } from '../../errors'
import { linear } from '../../nn/linear'
import { tokenSizes } from '../layout'
import { defineModule } from '../module'
import { classesField, headSubtitle } from './fields'

/**
 * Two classifiers, one on the class token and one on the distillation token, averaged: y = (x₀ W₁ + x₁ W₂)/2.
 *
 * x [n, t, c] with both tokens first → logits [n, classes]. Throws ShapeError when there are fewer than two.
 * Touvron et al. 2020, DeiT, https://arxiv.org/abs/2012.12877
 */
export const distilledHead = defineModule({
  id: 'distilledHead',
  title: 'Distilled head',
  kind: 'head',
  summary:
    'Reads class token and distillation token, which learned from labels and from a teacher, and averages.',
  formula: 'y = (x_cls·W₁ + x_dist·W₂)/2',
  paper: {
    title: 'Training data-efficient image transformers & distillation through attention',
    authors: 'Touvron et al.',
    year: 2020,
    url: 'https://arxiv.org/abs/2012.12877',
  },
  inputs: ['x'],
  attrs: { classes: classesField() },
  subtitle: headSubtitle,
  build(b, [x], { classes }) {
    const { n, c } = tokenSizes('distilledHead', x)
    const prefix = x.grid?.prefix ?? 2
    if (prefix < 2) {
      throw new ShapeError(
        'RANK',
        'distilledHead: a class token and a distillation token must come first; put two Class tokens before the blocks',
        [{ what: 'tokens before the patches', expected: 'at least 2', got: `${prefix}` }],
      )
    }
    const read = (index: number, name: string) => {
      const token = b.reshape(b.slice(x, { start: [0, index, 0], size: [n, 1, c] }), [n, c])
      return classes === 0 ? token : linear(b, token, { name, out: classes, bias: true })
    }
    return b.mul(b.add(read(0, 'head'), read(1, 'head_dist')), 0.5)
  },
})
