/**
 * XCiT: attention between channels instead of tokens, a small convolutional block that lets neighbours meet, and at the end
 * class attention. Its cost is linear in the tokens, so patches may be small.
 *
 * El-Nouby et al. 2021, https://arxiv.org/abs/2106.09681
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import { differing } from './block'
import { imagenetPixels, type Preset, type PresetRow, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface XcitSizes {
  readonly dim: number
  readonly depth: number
  readonly heads: number
  readonly patch?: number
  /** Class attention normalises patches too, before they are passed on. */
  readonly tokensNorm?: boolean
  readonly classes?: number
  readonly size?: number
}

export function xcit(name: string, sizes: XcitSizes): Document {
  const { dim, depth, heads, patch = 16, tokensNorm = false, classes = 1000, size = 224 } = sizes
  return design(
    name,
    chain(
      stem(dim, patch),
      module({ id: 'pos_embed', key: '', keys: { encoding: 'pos_embed' } }, 'positionEmbedding', {
        positions: 'projected',
      }),
      group('blocks.0', depth, block(heads)),
      module('cls_token', 'classToken'),
      group({ id: 'cls_attn_blocks.0', title: 'Class attention' }, 2, classBlock(heads, tokensNorm)),
      module('norm', 'layerNorm'),
      module('head', 'classTokenHead', differing({ classes }, { classes: 1000 })),
    ),
    size,
  )
}

/** Convolutions that halve the map until a position is a patch. */
export function stem(dim: number, patch: number): DocumentNode {
  const count = Math.log2(patch)
  const layers = Array.from({ length: count }, (_, index) => [
    module(`proj.${2 * index}.0`, 'convolution', {
      dim: dim / 2 ** (count - 1 - index),
      stride: 2,
      bias: false,
    }),
    module(`proj.${2 * index}.1`, 'batchNorm'),
    ...(index < count - 1 ? [module(`proj.${2 * index + 1}`, 'gelu')] : []),
  ])
  return group({ id: 'patch_embed', title: 'Patches' }, 1, chain(...layers.flat()))
}

const scale = (number: 1 | 2 | 3): DocumentNode =>
  module({ id: `gamma${number}`, keys: { gamma: '' } }, 'layerScale')

function block(heads: number): GraphBody {
  const local = chain(
    module('conv1', 'convolution', { groups: null }),
    module('act', 'gelu'),
    module('bn', 'batchNorm'),
    module('conv2', 'convolution', { groups: null }),
  )
  const branches = [
    [1, module('attn', 'crossCovariance', { heads })],
    [3, group({ id: 'local_mp', title: 'Local patches' }, 1, local)],
    [2, module('mlp', 'mlp')],
  ] as const
  const sketch = new Sketch()
  let x: string = IN
  for (const [number, branch] of branches)
    x = sketch.residual(x, `add${number}`, [module(`norm${number}`, 'layerNorm'), branch, scale(number)])
  return sketch.body(x)
}

/**
 * Class attention as the published code has it: patches are passed on with their norm added, and then doubled, and the
 * MLP of the class token starts from its norm.
 */
export function classBlock(heads: number, tokensNorm: boolean): GraphBody {
  const sketch = new Sketch()
  const restOf = (id: string, x: string) => sketch.chain(x, module(id, 'toMap'))
  const firstOf = (id: string, x: string) => sketch.chain(x, module(id, 'firstTokens'))
  const normed = sketch.chain(IN, module('norm1', 'layerNorm'))
  const asked = sketch.chain(normed, module('attn', 'classAttention', { heads }))
  const told = sketch.join(module('tell', 'joinTokens'), asked, restOf('patches1', normed))
  const mixed = sketch.join(module('add1', 'add'), IN, sketch.chain(told, scale(1)))
  const norm = module('norm2', 'layerNorm')
  const base = tokensNorm
    ? sketch.chain(mixed, norm)
    : sketch.join(
        module('join2', 'joinTokens'),
        sketch.chain(firstOf('token', mixed), norm),
        restOf('patches2', mixed),
      )
  const cls = sketch.chain(firstOf('first', base), module('mlp', 'mlp'), scale(2))
  const update = sketch.join(module('update', 'joinTokens'), cls, restOf('patches3', base))
  return sketch.body(sketch.join(module('add2', 'add'), base, update))
}

// --- the models --------------------------------------------------------------------------------------------------

const widths = {
  nano: ['N', 128, 4],
  tiny: ['T', 192, 4],
  small: ['S', 384, 8],
  medium: ['M', 512, 8],
  large: ['L', 768, 16],
} as const

type Member = readonly [name: keyof typeof widths, depth: number]
const members: readonly Member[] = [
  ['nano', 12],
  ['tiny', 12],
  ['small', 12],
  ['tiny', 24],
  ['small', 24],
  ['medium', 24],
  ['large', 24],
]

const rows = members.flatMap(([name, depth]) =>
  [16, 8].flatMap((patch) =>
    [224, 384].map((size): PresetRow<XcitSizes> => {
      const [letter, dim, heads] = widths[name]
      const title = `XCiT-${letter}${depth}/${patch}`
      const sizes = { dim, depth, heads, patch, tokensNorm: name !== 'nano', size }
      const summary =
        size === 224
          ? `${depth === 12 ? 'Twelve' : 'Twenty-four'} blocks of ${dim} channels that attend to each other, over patches of ${patch} pixels.`
          : `${title} on larger pictures.`
      return [
        `xcit_${name}_${depth}_p${patch}_${size}`,
        size === 224 ? title : `${title} ${size}`,
        sizes,
        summary,
      ]
    }),
  ),
)

export const xcits: readonly Preset[] = presetsOf(
  {
    family: 'xcit',
    paper: {
      title: 'XCiT: Cross-Covariance Image Transformers',
      authors: 'El-Nouby et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2106.09681',
    },
    preprocessing: imagenetPixels(1),
  },
  xcit,
  rows,
)
