import { attention } from '../../nn/attention'
import { linear } from '../../nn/linear'
import { choice, int } from '../../schema/schema'
import { globalAverage } from '../globalPooling'
import { headFields, splitHeads } from '../heads'
import { channelsOf, dropPrefix, tokenSizes, toTokens } from '../layout'
import { defineModule } from '../module'
import { headSubtitle } from './fields'

/**
 * Pooling by attention: the mean of all positions is the only query, and asks the positions and itself.
 *
 * x [n, h, w, c] or [n, t, c] → [n, classes]. Its position embedding ties it to one number of positions.
 * Throws ShapeError when the channels do not split into the heads.
 * Radford et al. 2021, CLIP, https://arxiv.org/abs/2103.00020
 */
export const attentionPoolHead = defineModule({
  id: 'attentionPoolHead',
  title: 'Attention pooling head',
  shortTitle: 'Attn pool',
  kind: 'head',
  summary:
    'The mean of all positions asks them once more what matters: pooling whose weights depend on the picture.',
  formula: 'y = softmax(q(x̄)·k(X)ᵀ/√d)·v(X)·W',
  paper: {
    title: 'Learning Transferable Visual Models From Natural Language Supervision',
    authors: 'Radford et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2103.00020',
  },
  inputs: ['x'],
  attrs: {
    classes: int({
      label: 'Outputs',
      help: 'Classes, or the width of an embedding.',
      default: 1000,
      min: 1,
      max: 100000,
    }),
    ...headFields(),
    queries: choice({
      label: 'Queries',
      help: 'timm lets every position ask as well and throws the answers away; the result is the same.',
      default: 'mean',
      options: [
        { value: 'mean', label: 'The mean' },
        { value: 'all', label: 'All positions, as timm' },
      ],
    }),
  },
  subtitle: headSubtitle,
  build(b, [x], { classes, queries, ...heading }) {
    const channels = channelsOf(x)
    const { heads, headDim } = splitHeads('attentionPoolHead', channels, heading)
    const tokens = toTokens(b, 'attentionPoolHead', x)
    const positions =
      tokens.grid && tokens.grid.prefix > 0 ? dropPrefix(b, tokens, tokens.grid.prefix) : tokens
    const mean = b.reshape(globalAverage(b, 'attentionPoolHead', positions), [x.shape[0] ?? 1, 1, channels])
    const all = b.concat([mean, positions], 1)
    const { n, t } = tokenSizes('attentionPoolHead', all)
    const placed = b.add(all, b.weight('positional_embedding', [t, channels], { init: { a: 0, b: 0.035 } }))
    const project = (name: string, value: typeof x) => {
      const projected = linear(b, value, { name, out: channels, bias: true })
      return b.reshape(projected, [n, value.shape[1] ?? 1, heads, headDim])
    }
    const first = b.slice(placed, { start: [0, 0, 0], size: [n, 1, channels] })
    const query = queries === 'all' ? placed : first
    const [q, k, v] = [project('q_proj', query), project('k_proj', placed), project('v_proj', placed)]
    const pooled = attention(b, q, k, v, headDim ** -0.5)
    const answers = b.reshape(pooled, [n, query.shape[1] ?? 1, channels])
    const y = linear(b, answers, { name: 'c_proj', out: classes, bias: true })
    return b.reshape(b.slice(y, { start: [0, 0, 0], size: [n, 1, classes] }), [n, classes])
  },
})
