import { ShapeError } from '../../errors'
import type { Value } from '../../graph/graph'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { choice, slot } from '../../schema/schema'
import { globalAverage } from '../globalPooling'
import { tokenSizes } from '../layout'
import { defineModule } from '../module'
import { classesField, headSubtitle } from './fields'

/**
 * Two classifiers, one on the class token and one on the distillation token, averaged: y = (x₀ W₁ + x₁ W₂)/2.
 *
 * x [n, t, c] with both tokens first → logits [n, classes]. Throws ShapeError when there are fewer than two.
 * Networks without such tokens give both classifiers the mean of all positions (LeViT, EfficientFormer).
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
  attrs: {
    classes: classesField(),
    reads: choice({
      label: 'Reads',
      help: 'What the two classifiers see.',
      default: 'tokens',
      options: [
        { value: 'tokens', label: 'The two first tokens' },
        { value: 'mean', label: 'The mean of all positions' },
      ],
    }),
    norm: slot({ label: 'Norm', help: 'Before each classifier.', of: 'norm', default: 'noNorm' }),
  },
  subtitle: headSubtitle,
  build(b, [x], { classes, reads, norm }) {
    const read = reads === 'mean' ? () => globalAverage(b, 'distilledHead', x) : firstTokens(b, x)
    const classified = (index: number, name: string) => {
      const y = b.module(norm, `${name}.norm`, read(index))
      return classes === 0 ? y : linear(b, y, { name, out: classes, bias: true })
    }
    return b.mul(b.add(classified(0, 'head'), classified(1, 'head_dist')), 0.5)
  },
})

function firstTokens(b: ModuleBuilder, x: Value): (index: number) => Value {
  const { n, c } = tokenSizes('distilledHead', x)
  const prefix = x.grid?.prefix ?? 2
  if (prefix < 2) {
    throw new ShapeError(
      'RANK',
      'distilledHead: a class token and a distillation token must come first; put two Class tokens before the blocks',
      [{ what: 'tokens before the patches', expected: 'at least 2', got: `${prefix}` }],
    )
  }
  return (index) => b.reshape(b.slice(x, { start: [0, index, 0], size: [n, 1, c] }), [n, c])
}
