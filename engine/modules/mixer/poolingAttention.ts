import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { conv2d } from '../../nn/conv2d'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { autoInt, choice, flag, int, slot } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { dropPrefix, isMap, rankError, tokenSizes, toTokens } from '../layout'
import { defineModule } from '../module'
import { queriesKeysValues } from '../qkv'
import { decomposedLogits } from '../relativeLogits'
import type { Window } from '../windows'

/**
 * Attention whose queries, keys and values are pooled after their projection, each by a strided convolution per channel
 * that all heads share: Y = (softmax(Q̃ K̃ᵀ/√d + R) Ṽ + Q̃) Wₒ, R from the query and the distance in rows and columns.
 *
 * x [n, h, w, c] or tokens on a grid → the same with h/s × w/s positions and `dim` channels; class tokens are not pooled.
 * MACs 3tc·dim + 9·dim(t/s² + 2t/k²) + 2·dim·t/s²·t/k² + the logits of the distance + dim²·t/s².
 * Li et al. 2021, MViTv2, https://arxiv.org/abs/2112.01526
 */
export const poolingAttention = defineModule({
  id: 'poolingAttention',
  title: 'Pooling attention',
  shortTitle: 'MViT attn',
  kind: 'mixer',
  summary:
    'Keys and values from a smaller map, and at a stride queries too: attention that can shrink a map.',
  formula: 'Y = (softmax(Q̃·K̃ᵀ/√d + R)·Ṽ + Q̃)·Wₒ,  Q̃ = LN(DW₃(X·W))',
  paper: {
    title: 'MViTv2: Improved Multiscale Vision Transformers for Classification and Detection',
    authors: 'Li et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2112.01526',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    dim: autoInt({ label: 'Channels', default: null, min: 1, max: 8192, auto: 'as the input' }),
    kernelSize: int({ label: 'Kernel', help: 'Side of the window.', default: 3, min: 1, max: 31, step: 2 }),
    stride: int({
      label: 'Stride of Q',
      help: '2 halves the map, for the first block of a stage.',
      default: 1,
      min: 1,
      max: 8,
    }),
    keyStride: int({
      label: 'Stride of K and V',
      help: '2 keeps a quarter of the keys.',
      default: 2,
      min: 1,
      max: 16,
    }),
    norm: slot({ label: 'Norm', help: 'Of each head after pooling.', of: 'norm', default: 'layerNorm' }),
    position: choice({
      label: 'Positions',
      help: 'What attention knows about where two tokens lie.',
      default: 'decomposed',
      options: [
        { value: 'decomposed', label: 'Rows and columns apart' },
        { value: 'none', label: 'None' },
      ],
    }),
    residual: flag({ label: 'Q added', help: 'To what attention gathered.', default: true }),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
  },
  // Keys are cells of 2×2 positions; the distance along rows and columns counts.
  pattern: (row, column) => {
    const [y, x] = [Math.floor(row / 2) - 2, Math.floor(column / 2) - 2]
    return 0.15 + 0.85 * Math.exp(-(Math.abs(y) + Math.abs(x)) / 1.5)
  },
  family: 'attention',
  subtitle: (attrs, dim) => `${headCount(attrs, attrs.dim ?? dim)}, keys ÷${attrs.keyStride}`,
  build(b, [x], attrs) {
    const tokens = toTokens(b, 'poolingAttention', x)
    const { n, c } = tokenSizes('poolingAttention', tokens)
    const grid = isMap(x) ? { height: x.shape[1] ?? 1, width: x.shape[2] ?? 1, prefix: 0 } : tokens.grid
    if (!grid) throw rankError('poolingAttention', 'a map or tokens that lie on a grid', x.shape)
    const dim = attrs.dim ?? c
    const { heads, headDim } = splitHeads('poolingAttention', dim, attrs)
    const parts = queriesKeysValues(b, tokens, { heads, headDim, bias: attrs.qkvBias })
    const pooled = (index: 0 | 1 | 2, name: string): readonly [Value, Window] => {
      const stride = index === 0 ? attrs.stride : attrs.keyStride
      const [y, size] = pool(b, parts[index], grid, {
        kernel: attrs.kernelSize,
        stride,
        name: `pool_${name}`,
      })
      return [b.module(attrs.norm, `norm_${name}`, y), size]
    }
    const [q, queries] = pooled(0, 'q')
    const [k, keys] = pooled(1, 'k')
    const [v] = pooled(2, 'v')
    const bias =
      attrs.position === 'decomposed'
        ? decomposedLogits(b, q, { queries, keys, prefix: grid.prefix })
        : undefined
    const mixed = attend(b, q, k, v, headDim ** -0.5, bias)
    const gathered = attrs.residual ? b.add(mixed, q) : mixed
    const count = q.shape[1] ?? 1
    const joined = b.reshape(gathered, [n, count, heads * headDim])
    const y = linear(b, joined, { name: 'proj', out: dim, bias: true })
    if (isMap(x)) return b.reshape(y, [n, queries.height, queries.width, dim])
    // Nothing moves: this only tells the tokens on which grid they lie now.
    return b.transpose(y, [0, 1, 2], { ...queries, prefix: grid.prefix })
  },
})

interface Pooling {
  readonly name: string
  readonly kernel: number
  readonly stride: number
}

/** Tokens [n, t, heads, d] whose grid shrinks by a convolution that is the same for every head. */
function pool(
  b: ModuleBuilder,
  x: Value,
  { height, width, prefix }: Window & { readonly prefix: number },
  { name, kernel, stride }: Pooling,
): readonly [Value, Window] {
  const [n = 1, t = 1, heads = 1, d = 1] = x.shape
  const flat = b.reshape(x, [n, t, heads * d])
  const patches = prefix > 0 ? dropPrefix(b, flat, prefix) : flat
  const map = conv2d(b, b.reshape(patches, [n, height, width, heads * d]), {
    ...{ name, kernel, stride, out: heads * d, groups: heads * d, copies: heads, bias: false },
    padding: Math.floor(kernel / 2),
  })
  const [rows, columns] = [map.shape[1] ?? 1, map.shape[2] ?? 1]
  const read = b.reshape(map, [n, rows * columns, heads * d])
  const first = () => b.slice(flat, { start: [0, 0, 0], size: [n, prefix, heads * d] })
  const all = prefix > 0 ? b.concat([first(), read], 1) : read
  return [b.reshape(all, [n, prefix + rows * columns, heads, d]), { height: rows, width: columns }]
}
