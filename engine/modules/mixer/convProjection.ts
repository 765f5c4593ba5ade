import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { conv2d } from '../../nn/conv2d'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { choice, flag, int, type SlotValue, slot } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { dropPrefix, onTokens, rankError, tokenSizes } from '../layout'
import { defineModule } from '../module'
import { autoPadding } from '../window'

/**
 * Attention whose queries, keys and values are convolved before they are projected: Q = BN(DWₖ(X))·W_q, and with a
 * stride for K and V. The class token joins after the convolutions. No position encoding is needed.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. The published code scales the scores by the whole width,
 * 1/√c, instead of the head's. Wu et al. 2021, CvT, https://arxiv.org/abs/2103.15808
 */
export const convProjection = defineModule({
  id: 'convProjection',
  title: 'Convolutional attention',
  shortTitle: 'Conv attn',
  kind: 'mixer',
  summary:
    'Attention whose queries, keys and values first look at their neighbours; keys come from every second place.',
  formula: 'Y = softmax(Q·Kᵀ/√c)·V·Wₒ,  Q = BN(DWₖ(X))·W',
  paper: {
    title: 'CvT: Introducing Convolutions to Vision Transformers',
    authors: 'Wu et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2103.15808',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    kernelSize: int({ label: 'Kernel', help: 'Side of the window.', default: 3, min: 1, max: 31, step: 2 }),
    stride: int({
      label: 'Stride of K and V',
      help: '2 keeps a quarter of the keys.',
      default: 2,
      min: 1,
      max: 8,
    }),
    norm: slot({ label: 'Norm', help: 'After each convolution.', of: 'norm', default: 'batchNorm' }),
    scale: choice({
      label: 'Scale',
      help: 'What scores are divided by.',
      default: 'width',
      options: [
        { value: 'width', label: '√ of all channels' },
        { value: 'head', label: '√ of the head width' },
      ],
    }),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  // Every second position is a key.
  pattern: (row, column) => (row % 2 === 0 && column % 2 === 0 ? 0.9 : 0.25),
  family: 'attention',
  subtitle: (attrs, dim) => `${headCount(attrs, dim)}, keys ÷${attrs.stride}`,
  build: (b, [x], attrs) =>
    onTokens(b, 'convProjection', x, (tokens) => {
      const { n, t, c } = tokenSizes('convProjection', tokens)
      const { heads, headDim } = splitHeads('convProjection', c, attrs)
      const width = heads * headDim
      const projected = (name: 'q' | 'k' | 'v') => {
        const stride = name === 'q' ? 1 : attrs.stride
        const read = b.part(`conv_proj_${name}`, () => convolved(b, tokens, { ...attrs, stride }))
        const y = linear(b, read, { name: `proj_${name}`, out: width, bias: attrs.qkvBias })
        return b.reshape(y, [n, read.shape[1] ?? t, heads, headDim])
      }
      const scale = (attrs.scale === 'width' ? width : headDim) ** -0.5
      const mixed = attend(b, projected('q'), projected('k'), projected('v'), scale)
      return linear(b, b.reshape(mixed, [n, t, width]), { name: 'proj', out: c, bias: attrs.projBias })
    }),
})

/** Depthwise convolution and norm of the tokens on the grid; those before it pass. */
function convolved(
  b: ModuleBuilder,
  tokens: Value,
  { kernelSize, stride, norm }: { kernelSize: number; stride: number; norm: SlotValue },
): Value {
  const { n, c } = tokenSizes('convProjection', tokens)
  const grid = tokens.grid
  if (!grid) throw rankError('convProjection', 'a map or tokens that lie on a grid', tokens.shape)
  const { height, width, prefix } = grid
  const patches = prefix > 0 ? dropPrefix(b, tokens, prefix) : tokens
  const map = conv2d(b, b.reshape(patches, [n, height, width, c]), {
    name: 'conv',
    out: c,
    kernel: kernelSize,
    stride,
    padding: autoPadding(kernelSize, 1),
    groups: c,
    bias: false,
  })
  const normed = b.module(norm, 'bn', map)
  const read = b.reshape(normed, [n, (normed.shape[1] ?? 1) * (normed.shape[2] ?? 1), c])
  if (prefix === 0) return read
  return b.concat([b.slice(tokens, { start: [0, 0, 0], size: [n, prefix, c] }), read], 1)
}
