import type { Value } from '../../graph/graph'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { choice } from '../../schema/schema'
import { tokenSizes } from '../layout'
import { checkSameShape } from '../merge/shapes'
import { defineModule } from '../module'
import { classesField, headSubtitle } from './fields'

/**
 * Classifies from the first tokens of several streams: each by a layer of its own, whose logits are averaged (CrossViT), or
 * one sum of the tokens with learned weights by one layer (CoaT).
 *
 * x₁ [n, t, c₁], x₂ [n, s, c₂], … with class tokens first → logits [n, classes]; for one sum the widths must agree.
 * CrossViT: Chen et al. 2021, https://arxiv.org/abs/2103.14899; CoaT: Xu et al. 2021, https://arxiv.org/abs/2104.06399
 */
export const branchHead = defineModule({
  id: 'branchHead',
  title: 'Multi-branch head',
  shortTitle: 'Branches',
  kind: 'head',
  summary:
    'Classifies from the class tokens of several branches, by the mean of their logits or a learned sum.',
  formula: 'y = mean of xᵢ₀·Wᵢ + bᵢ',
  paper: {
    title: 'CrossViT: Cross-Attention Multi-Scale Vision Transformer for Image Classification',
    authors: 'Chen et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2103.14899',
  },
  inputs: ['x…'],
  attrs: {
    classes: classesField(),
    combine: choice({
      label: 'Branches meet',
      default: 'logits',
      options: [
        { value: 'logits', label: 'As the mean of their logits' },
        { value: 'tokens', label: 'As a learned sum of tokens' },
      ],
    }),
  },
  subtitle: headSubtitle,
  build(b, inputs, { classes, combine }) {
    const first = inputs.map((x) => {
      const { n, c } = tokenSizes('branchHead', x)
      return b.slice(x, { start: [0, 0, 0], size: [n, 1, c] })
    })
    const classify = (token: Value, name: string): Value => {
      const vector = b.reshape(token, [token.shape[0] ?? 1, token.shape[2] ?? 1])
      return classes === 0 ? vector : linear(b, vector, { name, out: classes, bias: true })
    }
    if (combine === 'tokens')
      return classify(
        b.part('aggregate', () => weightedSum(b, first)),
        'head',
      )
    const logits = first.map((token, index) => classify(token, `head.${index}`))
    checkSameShape('branchHead', logits)
    return b.mul(
      logits.reduce((sum, y) => b.add(sum, y)),
      1 / logits.length,
    )
  },
})

/** Σ wᵢ xᵢ + b over the tokens [n, 1, c], a convolution whose channels are the tokens. */
function weightedSum(b: ModuleBuilder, tokens: readonly Value[]): Value {
  checkSameShape('branchHead', tokens)
  const joined = b.concat([...tokens], 1)
  const [n, count, c] = joined.shape as readonly [number, number, number]
  const weight = b.weight('weight', [1, count, 1], { init: 'weight' })
  const map = b.reshape(b.transpose(joined, [0, 2, 1]), [n, 1, c, count])
  const sum = b.conv(map, b.reshape(weight, [1, 1, 1, count]), {})
  return b.add(b.reshape(sum, [n, 1, c]), b.weight('bias', [1], { init: 'bias' }))
}
