import { ShapeError } from '../../errors'
import { linear } from '../../nn/linear'
import { tokenSizes } from '../layout'
import { defineModule } from '../module'
import { classesField, headSubtitle } from './fields'

/**
 * Classifies from the class token alone: y = x₀ W + b.
 *
 * x [n, t, c] with a class token first → logits [n, classes]. Throws ShapeError when there is none.
 * Dosovitskiy et al. 2020, https://arxiv.org/abs/2010.11929
 */
export const classTokenHead = defineModule({
  id: 'classTokenHead',
  title: 'Class-token head',
  shortTitle: 'CLS head',
  kind: 'head',
  summary: 'Reads only the class token, which has gathered from all patches by attention.',
  formula: 'y = x_cls·W + b',
  paper: {
    title: 'An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale',
    authors: 'Dosovitskiy et al.',
    year: 2020,
    url: 'https://arxiv.org/abs/2010.11929',
  },
  inputs: ['x'],
  attrs: { classes: classesField() },
  subtitle: headSubtitle,
  build(b, [x], { classes }) {
    const { n, c } = tokenSizes('classTokenHead', x)
    if (x.grid?.prefix === 0) {
      throw new ShapeError(
        'RANK',
        'classTokenHead: there is no class token among these tokens; put a Class token before the blocks or use the Pooling head',
        [{ what: 'class token', expected: 'one, first', got: 'none' }],
      )
    }
    const token = b.reshape(b.slice(x, { start: [0, 0, 0], size: [n, 1, c] }), [n, c])
    return classes === 0 ? token : linear(b, token, { name: '', out: classes, bias: true })
  },
})
