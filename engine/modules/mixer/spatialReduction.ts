import { ShapeError } from '../../errors'
import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { conv2d } from '../../nn/conv2d'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { choice, flag, int, slot } from '../../schema/schema'
import { adaptiveAverage } from '../adaptivePooling'
import { headCount, headFields, splitHeads } from '../heads'
import { dropPrefix, isMap, onTokens, rankError, tokenSizes } from '../layout'
import { defineModule } from '../module'

/**
 * Attention whose keys and values come from a smaller map: Y = softmax(Q K̃ᵀ/√d) Ṽ, K̃ and Ṽ of r×r times fewer tokens.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. MACs fall from 2t²c to 2t²c/r². The map shrinks by a strided
 * convolution (PVT), to a fixed size by pooling (PVT v2 linear), or by means of tokens that follow each other (Next-ViT).
 * With r = 1 it is plain attention.
 * Wang et al. 2021, https://arxiv.org/abs/2102.12122; PVT v2: https://arxiv.org/abs/2106.13797; a convolution per channel
 * and a number B for every pair of places: CMT, Guo et al. 2021, https://arxiv.org/abs/2107.06263; Next-ViT: Li et al.
 * 2022, https://arxiv.org/abs/2207.05501
 */
export const spatialReduction = defineModule({
  id: 'spatialReduction',
  title: 'Spatial-reduction attention',
  shortTitle: 'SR attn',
  kind: 'mixer',
  summary: 'Every token asks a smaller copy of the map: global attention at a fraction of the cost.',
  formula: 'Y = softmax(Q·K̃ᵀ/√d)·Ṽ·Wₒ,  [K̃, Ṽ] = SR(X)·Wₖᵥ',
  paper: {
    title: 'Pyramid Vision Transformer: A Versatile Backbone for Dense Prediction without Convolutions',
    authors: 'Wang et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2102.12122',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    reduction: choice({
      label: 'Reduction',
      help: 'How the map of keys and values shrinks.',
      default: 'conv',
      options: [
        { value: 'conv', label: 'Strided convolution' },
        { value: 'pool', label: 'Pooling to a fixed size' },
        { value: 'run', label: 'Means of neighbours in reading order' },
      ],
    }),
    ratio: int({
      label: 'Ratio',
      help: 'Kernel and stride of the convolution; 1 keeps all tokens.',
      default: 2,
      min: 1,
      max: 32,
      when: { field: 'reduction', is: 'conv' },
    }),
    poolSize: int({
      label: 'Pooled side',
      help: 'Side of the map of keys and values.',
      default: 7,
      min: 1,
      max: 64,
      when: { field: 'reduction', is: 'pool' },
    }),
    run: int({
      label: 'Tokens of a mean',
      help: 'So many tokens in reading order become one key.',
      default: 4,
      min: 1,
      max: 1024,
      when: { field: 'reduction', is: 'run' },
    }),
    depthwise: flag({
      label: 'Per channel',
      help: 'The convolution keeps channels apart.',
      default: false,
      when: { field: 'reduction', is: 'conv' },
    }),
    norm: slot({
      label: 'Norm',
      help: 'Of the smaller map.',
      of: 'norm',
      default: { module: 'layerNorm', attrs: { eps: 1e-5 } },
    }),
    position: choice({
      label: 'Positions',
      help: 'What attention knows about where two tokens lie.',
      default: 'none',
      options: [
        { value: 'none', label: 'None' },
        { value: 'pairs', label: 'A number per pair' },
      ],
    }),
    weights: choice({
      label: 'Weights of K and V',
      help: 'How a checkpoint stores them; the computation is the same.',
      default: 'joint',
      options: [
        { value: 'joint', label: 'Joint' },
        { value: 'apart', label: 'Apart' },
      ],
    }),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  // Keys are cells of 2×2 positions: near cells weigh more, every cell is seen.
  pattern: (row, column) => {
    const [y, x] = [Math.floor(row / 2) - 2, Math.floor(column / 2) - 2]
    return Math.min(1, Math.exp(-(y ** 2 + x ** 2) / 2) + 0.15)
  },
  family: 'attention',
  subtitle: (attrs, dim) => `${headCount(attrs, dim)}, ${shrinking(attrs)}`,
  build: (b, [x], attrs) =>
    onTokens(b, 'spatialReduction', x, (tokens) => {
      const { n, t, c } = tokenSizes('spatialReduction', tokens)
      const { heads, headDim } = splitHeads('spatialReduction', c, attrs)
      const width = heads * headDim
      const bias = attrs.qkvBias
      const q = b.reshape(linear(b, tokens, { name: 'q', out: width, bias }), [n, t, heads, headDim])
      const isWhole = attrs.reduction === 'conv' && attrs.ratio === 1
      const read = isWhole ? tokens : reduced(b, tokens, attrs, (map) => shrink(b, map, attrs))
      const s = read.shape[1] ?? 1
      const split = (y: Value) => b.reshape(y, [n, s, heads, headDim])
      const apart = (name: string) => split(linear(b, read, { name, out: width, bias }))
      const halves = () => {
        const kv = linear(b, read, { name: 'kv', out: 2 * width, bias })
        return [0, width].map((start) => split(b.slice(kv, { start: [0, 0, start], size: [n, s, width] })))
      }
      const [k = q, v = q] = attrs.weights === 'joint' ? halves() : [apart('k'), apart('v')]
      const position =
        attrs.position === 'pairs'
          ? b.reshape(b.weight('relative_pos', [heads, t, s], { init: { a: 0, b: 0.035 } }), [1, heads, t, s])
          : undefined
      const mixed = attend(b, q, k, v, headDim ** -0.5, position)
      return linear(b, b.reshape(mixed, [n, t, width]), { name: 'proj', out: c, bias: attrs.projBias })
    }),
})

function shrinking({ reduction, ratio, poolSize, run }: Omit<Shrinking, 'norm' | 'depthwise'>): string {
  if (reduction === 'pool') return `${poolSize}×${poolSize}`
  return reduction === 'conv' ? `÷${ratio}` : `${run} tokens to one`
}

interface Shrinking {
  readonly reduction: 'conv' | 'pool' | 'run'
  readonly ratio: number
  readonly run: number
  readonly poolSize: number
  readonly depthwise: boolean
  readonly norm: Parameters<ModuleBuilder['module']>[0]
}

/** The tokens before the grid stay, and the norm is of what shrank. */
function reduced(b: ModuleBuilder, tokens: Value, attrs: Shrinking, body: (map: Value) => Value): Value {
  const { n, c } = tokenSizes('spatialReduction', tokens)
  const grid = tokens.grid
  if (!grid) throw rankError('spatialReduction', 'a map or tokens that lie on a grid', tokens.shape)
  const { height, width, prefix } = grid
  const patches = prefix > 0 ? dropPrefix(b, tokens, prefix) : tokens
  const small = body(b.reshape(patches, [n, height, width, c]))
  const keys = isMap(small) ? b.reshape(small, [n, (small.shape[1] ?? 1) * (small.shape[2] ?? 1), c]) : small
  const normed = b.module(attrs.norm, 'norm', keys)
  const active = attrs.reduction === 'pool' ? b.gelu(normed) : normed
  if (prefix === 0) return active
  return b.concat([b.slice(tokens, { start: [0, 0, 0], size: [n, prefix, c] }), active], 1)
}

function shrink(b: ModuleBuilder, map: Value, attrs: Shrinking): Value {
  const { reduction, ratio, run, poolSize, depthwise } = attrs
  const [n = 1, h = 1, w = 1, c = 1] = map.shape
  if (reduction === 'run') {
    const count = Math.floor((h * w) / run)
    if (count === 0) throw tooFew(h * w, run)
    const whole = b.slice(b.reshape(map, [n, h * w, c]), { start: [0, 0, 0], size: [n, count * run, c] })
    return b.reshape(b.mean(b.reshape(whole, [n, count, run, c]), [2]), [n, count, c])
  }
  if (reduction === 'pool') {
    const pooled = adaptiveAverage(b, map, poolSize, poolSize)
    return conv2d(b, pooled, { name: 'sr', out: c, kernel: 1, bias: true })
  }
  if (ratio > Math.min(h, w)) {
    throw new ShapeError(
      'TOO_SMALL',
      `spatialReduction: a map of ${h}×${w} cannot shrink ${ratio} times; choose a ratio of at most ${Math.min(h, w)}`,
      [{ what: 'ratio', expected: `at most ${Math.min(h, w)}`, got: `${ratio}` }],
    )
  }
  const groups = depthwise ? c : 1
  return conv2d(b, map, { name: 'sr', out: c, kernel: ratio, stride: ratio, groups, bias: true })
}

const tooFew = (tokens: number, run: number): ShapeError =>
  new ShapeError(
    'TOO_SMALL',
    `spatialReduction: ${tokens} tokens are fewer than the ${run} of one mean; choose at most ${tokens}`,
    [{ what: 'tokens of a mean', expected: `at most ${tokens}`, got: `${run}` }],
  )
