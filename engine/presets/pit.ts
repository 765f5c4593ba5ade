/**
 * PiT: a Vision Transformer on three resolutions. Between them a depthwise convolution halves the map of the patches and
 * doubles their channels; a linear layer widens the class token.
 *
 * Heo et al. 2021, https://arxiv.org/abs/2103.16302
 */
import { type Document, IN } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, type PresetRow, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface PitSizes {
  /** Width of a head, per stage. */
  readonly headDims: readonly number[]
  readonly depths: readonly number[]
  readonly heads: readonly number[]
  readonly patch?: number
  readonly stride?: number
  /** A second token that learns from a teacher, and the mean of two classifiers. */
  readonly distilled?: boolean
  readonly classes?: number
  readonly size?: number
}

export function pit(name: string, sizes: PitSizes): Document {
  const { headDims, depths, heads, patch = 16, stride = 8 } = sizes
  const { distilled = false, classes = 1000, size = 224 } = sizes
  const dims = headDims.map((dim, stage) => dim * (heads[stage] ?? 1))
  const token = distilled ? { tokens: 2 } : {}
  const patches = module('conv', 'convolution', { dim: dims[0] ?? 1, kernelSize: patch, stride, padding: 0 })
  const sketch = new Sketch()
  let x = sketch.chain(
    IN,
    group({ id: 'patch_embed', title: 'Patches' }, 1, chain(patches)),
    module('pos_embed', 'positionEmbedding', { asMap: true, channelsFirst: true }),
    module('cls_token', 'classToken', token),
  )
  let [first, map] = [x, x]
  for (const [stage, depth] of depths.entries()) {
    const id = `transformers.${stage}`
    if (stage > 0) {
      const dim = dims[stage] ?? 1
      const small = module(`${id}.pool.conv`, 'convolution', { dim, stride: 2, groups: null })
      const wide = sketch.chain(first, module(`${id}.pool.fc`, 'linear', { dim }))
      x = sketch.join(module(`${id}.pool`, 'joinTokens'), wide, sketch.chain(map, small))
    }
    const mixer = module('attn', 'attention', { heads: heads[stage] ?? 1 })
    const block = preNormBlock({ mixer, mlp: module('mlp', 'mlp') })
    x = sketch.chain(x, group({ id: `${id}.blocks.0`, title: `Stage ${stage + 1}` }, depth, block))
    first = sketch.chain(x, module(`${id}.token`, 'firstTokens', token))
    // What the reference calls the output of the stage is its map alone.
    map = sketch.chain(x, module({ id: `${id}.map`, key: id }, 'toMap'))
  }
  const head = distilled
    ? module({ id: 'head', key: '' }, 'distilledHead', differing({ classes }, { classes: 1000 }))
    : module('head', 'classTokenHead', differing({ classes }, { classes: 1000 }))
  const last = sketch.join(module('tokens', 'joinTokens'), first, map)
  const out = sketch.chain(last, module('token', 'firstTokens', token), module('norm', 'layerNorm'), head)
  return design(name, sketch.body(out), size)
}

// --- the models --------------------------------------------------------------------------------------------------

const even = (dim: number) => [dim, dim, dim]
const sizes = {
  ti: ['Ti', { headDims: even(32), depths: [2, 6, 4], heads: [2, 4, 8] }, 'Heads of 32 channels.'],
  xs: ['XS', { headDims: even(48), depths: [2, 6, 4], heads: [2, 4, 8] }, 'Heads of 48 channels.'],
  s: [
    'S',
    { headDims: even(48), depths: [2, 6, 4], heads: [3, 6, 12] },
    'A transformer on three resolutions.',
  ],
  b: [
    'B',
    { headDims: even(64), depths: [3, 6, 4], heads: [4, 8, 16], patch: 14, stride: 7 },
    'Overlapping patches of 14 pixels, heads of 64 channels.',
  ],
} as const

export const pits: readonly Preset[] = presetsOf(
  {
    family: 'pit',
    paper: {
      title: 'Rethinking Spatial Dimensions of Vision Transformers',
      authors: 'Heo et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2103.16302',
    },
    preprocessing: imagenetPixels(0.9),
  },
  pit,
  Object.entries(sizes).flatMap(([name, [letter, size, summary]]): PresetRow<PitSizes>[] => [
    [`pit_${name}_224`, `PiT-${letter}`, size, summary],
    [
      `pit_${name}_distilled_224`,
      `PiT-${letter} distilled`,
      { ...size, distilled: true },
      `PiT-${letter} that also learned from a teacher, by a token of its own.`,
    ],
  ]),
)
