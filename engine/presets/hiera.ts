/**
 * Hiera: a pyramid of plain transformer blocks; attention inside mask units on the two fine maps, then over all tokens.
 * What other pyramids build in, it learns by filling in masked units.
 *
 * Ryali et al. 2023, https://arxiv.org/abs/2306.00989
 */
import { type Document, type GraphBody, type GroupNode, IN } from '../document/types'
import { differing } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface HieraSizes {
  readonly dim: number
  readonly heads: number
  readonly depths: readonly number[]
  /**
   * Positions of the whole map kept at this side and interpolated, with others that all windows share: pictures of another
   * size then need no new ones. A vector per token unless given. Bolya et al. 2023, https://arxiv.org/abs/2311.05613
   */
  readonly positionSide?: number
  /** LayerScale on both branches. */
  readonly scaled?: boolean
  readonly classes?: number
  readonly size?: number
}

export function hiera(name: string, sizes: HieraSizes): Document {
  const { dim, positionSide, classes = 1000, size = 224 } = sizes
  const embed = module({ id: 'patch_embed', keys: { conv: 'proj' } }, 'overlapStem', {
    ...differing({ dim }, { dim: 64 }),
    ...{ padding: 3, norm: 'noNorm' },
  })
  const kept = { asMap: true, channelsFirst: true }
  const positions =
    positionSide === undefined
      ? [module('pos_embed', 'positionEmbedding')]
      : [
          module('pos_embed', 'positionEmbedding', { ...kept, keptSide: positionSide }),
          module('pos_embed_win', 'positionEmbedding', { ...kept, keptSide: 8, fit: 'tiled' }),
        ]
  const head = module('head', 'poolHead', differing({ classes }, { classes: 1000 }))
  const order = module('unroll', 'maskUnitOrder')
  return design(name, chain(embed, ...positions, order, ...blocks(sizes), head), size)
}

/** The first block of a stage, which pools its queries, and then the others. */
function blocks({ dim, heads, depths, scaled = false }: HieraSizes): GroupNode[] {
  const groups: GroupNode[] = []
  let at = 0
  for (const [stage, depth] of depths.entries()) {
    const step = { dim: dim * 2 ** stage, heads: heads * 2 ** stage, scaled }
    // Units hold 64 tokens on the finest map; the block that leaves the second map still attends inside them.
    const unit = (map: number) => (map < 2 ? 64 / 4 ** map : null)
    const pooling = stage > 0 ? 1 : 0
    if (pooling) groups.push(group(`blocks.${at}`, 1, block({ ...step, unit: unit(stage - 1), pools: true })))
    const others = block({ ...step, unit: unit(stage), pools: false })
    if (depth > pooling) groups.push(group(`blocks.${at + pooling}`, depth - pooling, others))
    at += depth
  }
  return groups
}

interface Step {
  readonly dim: number
  readonly heads: number
  readonly unit: number | null
  readonly pools: boolean
  readonly scaled: boolean
}

function block({ dim, heads, unit, pools, scaled }: Step): GraphBody {
  const scale = (id: string) => (scaled ? [module(id, 'layerScale')] : [])
  const sketch = new Sketch()
  const normed = sketch.chain(IN, module('norm1', 'layerNorm'))
  const widened = pools ? { dim, pool: 4 } : {}
  const attention = module('attn', 'maskUnitAttention', { heads, ...widened, ...(unit ? { unit } : {}) })
  const kept = pools
    ? sketch.chain(normed, module('proj', 'linear', { dim }), module('pool', 'tokenMax'))
    : IN
  const mixed = sketch.join(module('add1', 'add'), kept, sketch.chain(normed, attention, ...scale('ls1')))
  return sketch.body(
    sketch.residual(mixed, 'add2', [module('norm2', 'layerNorm'), module('mlp', 'mlp'), ...scale('ls2')]),
  )
}

// --- the models --------------------------------------------------------------------------------------------------

const windowPaper = {
  title: 'Window Attention is Bugged: How not to Interpolate Position Embeddings',
  authors: 'Bolya et al.',
  year: 2023,
  url: 'https://arxiv.org/abs/2311.05613',
}

export const hieras: readonly Preset[] = presetsOf(
  {
    family: 'hiera',
    paper: {
      title: 'Hiera: A Hierarchical Vision Transformer without the Bells-and-Whistles',
      authors: 'Ryali et al.',
      year: 2023,
      url: 'https://arxiv.org/abs/2306.00989',
    },
    preprocessing: imagenetPixels(0.9),
  },
  hiera,
  [
    [
      'hiera_tiny_224',
      'Hiera-T',
      { dim: 96, heads: 1, depths: [1, 2, 7, 2] },
      'A pyramid without convolutions and biases of position: units of 8×8 attend by themselves, later all tokens.',
    ],
    ['hiera_small_224', 'Hiera-S', { dim: 96, heads: 1, depths: [1, 2, 11, 2] }, 'Sixteen blocks.'],
    ['hiera_base_224', 'Hiera-B', { dim: 96, heads: 1, depths: [2, 3, 16, 3] }, 'Twenty-four blocks.'],
    [
      'hiera_base_plus_224',
      'Hiera-B+',
      { dim: 112, heads: 2, depths: [2, 3, 16, 3] },
      'A little wider than Hiera-B.',
    ],
    ['hiera_large_224', 'Hiera-L', { dim: 144, heads: 2, depths: [2, 6, 36, 4] }, 'Forty-eight blocks.'],
    [
      'hiera_huge_224',
      'Hiera-H',
      { dim: 256, heads: 4, depths: [2, 6, 36, 4] },
      'Widths from 256 to 2048 channels.',
    ],
    [
      'hiera_base_abswin_256',
      'Hiera-B (absolute win)',
      { dim: 96, heads: 1, depths: [2, 3, 16, 3], positionSide: 14, scaled: true, size: 256 },
      'Hiera-B whose positions fit pictures of other sizes: one map that is interpolated, one that all windows share.',
      { paper: windowPaper, preprocessing: imagenetPixels(0.95) },
    ],
  ],
)
