import type { Value } from '../../graph/graph'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { softmax } from '../../nn/softmax'
import { choice, flag } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { onTokens, tokenSizes } from '../layout'
import { defineModule } from '../module'
import { gathered } from '../scores'

/**
 * Attention that compares no pairs: every token makes its own row of scores, or the scores are learned numbers, the same
 * for all pictures. Y = softmax(W₂ ReLU(W₁ X)) V or softmax(R) V.
 *
 * x [n, t, c] or [n, h, w, c] → the same shape; the number of tokens is fixed by the weights. MACs 3tc² + ht²c + t²c, or
 * 2tc² + t²c for h heads. Tay et al. 2020, https://arxiv.org/abs/2005.00743
 */
export const synthesizer = defineModule({
  id: 'synthesizer',
  title: 'Synthesizer',
  kind: 'mixer',
  summary:
    'Makes up attention weights without comparing tokens: from each by itself, or from nothing at all.',
  formula: 'Y = softmax(W₂·ReLU(W₁·X))·V·Wₒ  or  softmax(R)·V·Wₒ',
  paper: {
    title: 'Synthesizer: Rethinking Self-Attention in Transformer Models',
    authors: 'Tay et al.',
    year: 2020,
    url: 'https://arxiv.org/abs/2005.00743',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    scores: choice({
      label: 'Scores',
      help: 'Where they come from.',
      default: 'dense',
      options: [
        { value: 'dense', label: 'Each token by itself' },
        { value: 'random', label: 'Learned numbers' },
        { value: 'fixed', label: 'Random numbers' },
      ],
    }),
    bias: flag({ label: 'Biases', default: true }),
  },
  pattern: (row, column) => 0.2 + 0.8 * (((row * 7 + column * 4) % 9) / 8),
  family: 'fixed',
  subtitle: (attrs, dim) => `${attrs.scores}, ${headCount(attrs, dim)}`,
  build: (b, [x], attrs) =>
    onTokens(b, 'synthesizer', x, (tokens) => {
      const { n, t, c } = tokenSizes('synthesizer', tokens)
      const { heads, headDim } = splitHeads('synthesizer', c, attrs)
      const width = heads * headDim
      const logits =
        attrs.scores === 'dense'
          ? denseScores(b, tokens, heads, attrs.bias)
          : b.broadcast(learnedScores(b, { heads, t, frozen: attrs.scores === 'fixed' }), [n, heads, t, t])
      const v = b.reshape(linear(b, tokens, { name: 'v', out: width, bias: attrs.bias }), [
        n,
        t,
        heads,
        headDim,
      ])
      const mixed = gathered(b, b.tap('attention', softmax(b, logits)), v, tokens.grid)
      return linear(b, b.reshape(mixed, [n, t, width]), { name: 'proj', out: c, bias: attrs.bias })
    }),
})

function denseScores(b: ModuleBuilder, tokens: Value, heads: number, bias: boolean): Value {
  const { n, t, c } = tokenSizes('synthesizer', tokens)
  const hidden = b.relu(linear(b, tokens, { name: 'fc1', out: c, bias }))
  const rows = linear(b, hidden, { name: 'fc2', out: heads * t, bias })
  return b.transpose(b.reshape(rows, [n, t, heads, t]), [0, 2, 1, 3])
}

function learnedScores(
  b: ModuleBuilder,
  { heads, t, frozen }: { readonly heads: number; readonly t: number; readonly frozen: boolean },
): Value {
  const role = frozen ? 'frozen' : 'trainable'
  return b.reshape(b.weight('scores', [heads, t, t], { init: { a: 0, b: 1 }, role }), [1, heads, t, t])
}
