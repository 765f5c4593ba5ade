/**
 * Global Filter Networks: one residual branch per block, which weighs the waves of the map and then mixes channels. Over patches of one
 * size, or on a pyramid with LayerScale.
 *
 * Rao et al. 2021, https://arxiv.org/abs/2107.00645
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import { differing } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface GfNetSizes {
  readonly dim: number
  readonly depth: number
  readonly patch?: number
  readonly mlpRatio?: number
  readonly classes?: number
  readonly size?: number
}

export interface GfNetPyramidSizes extends Omit<GfNetSizes, 'dim' | 'depth' | 'mlpRatio'> {
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  readonly mlpRatios?: readonly number[]
}

export function gfnet(name: string, sizes: GfNetSizes): Document {
  const { dim, depth, patch, mlpRatio = 4, classes, size } = sizes
  const blocks = group('blocks.0', depth, gfBlock(mlpRatio))
  return design(name, chain(...gfPatches(dim, patch), blocks, gfHead(classes)), size)
}

export const gfPatches = (dim: number, patch = 16): readonly DocumentNode[] => [
  module('patch_embed', 'patchStem', differing({ dim, patchSize: patch }, { dim: 768, patchSize: 16 })),
  module('pos_embed', 'positionEmbedding'),
]

export function gfnetPyramid(name: string, sizes: GfNetPyramidSizes): Document {
  const { dims, depths, patch = 4, mlpRatios = [], classes, size } = sizes
  const stages = depths.flatMap((depth, stage) => {
    const blocks = group('0', depth, gfBlock(mlpRatios[stage] ?? 4, [scale]))
    return [
      ...embed(dims[stage] ?? 64, stage, patch),
      group({ id: `blocks.${stage}`, title: `Stage ${stage + 1}` }, 1, chain(blocks)),
    ]
  })
  return design(name, chain(...stages, gfHead(classes)), size)
}

/** Patches and their positions, or one of four positions and twice the channels. */
function embed(dim: number, stage: number, patchSize: number): readonly DocumentNode[] {
  const id = `patch_embed.${stage}`
  if (stage > 0) {
    const attrs = { dim, kernelSize: 2, norm: 'noNorm' }
    return [module({ id, keys: { conv: 'proj' } }, 'convDownsample', attrs)]
  }
  const stem = module(id, 'patchStem', { dim, patchSize, flatten: false })
  return [stem, module('pos_embed', 'positionEmbedding')]
}

const scale = module({ id: 'gamma', keys: { gamma: '' } }, 'layerScale')

/** x ← x + γ·MLP(LN(Filter(LN x))). */
export function gfBlock(mlpRatio: number, scale: readonly DocumentNode[] = []): GraphBody {
  const sketch = new Sketch()
  return sketch.body(
    sketch.residual(IN, 'add', [
      module('norm1', 'layerNorm'),
      module('filter', 'globalFilter'),
      module('norm2', 'layerNorm'),
      module('mlp', 'mlp', differing({ mlpRatio }, { mlpRatio: 4 })),
      ...scale,
    ]),
  )
}

export const gfHead = (classes = 1000): DocumentNode =>
  module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', {
    ...differing({ classes }, { classes: 1000 }),
    normOrder: 'before',
  })

const paper = {
  title: 'Global Filter Networks for Image Classification',
  authors: 'Rao et al.',
  year: 2021,
  url: 'https://arxiv.org/abs/2107.00645',
}
const common = { family: 'gfnet', paper, preprocessing: imagenetPixels(0.875) }
const reported = (top1: number) => ({
  published: { top1, source: 'GFNet (Rao et al. 2021), README of its repository' },
})

const isotropic = presetsOf(common, gfnet, [
  [
    'gfnet_ti',
    'GFNet-Ti',
    { dim: 256, depth: 12 },
    'Twelve blocks that mix positions by nothing but learned filters of the map’s waves.',
    reported(74.6),
  ],
  ['gfnet_xs', 'GFNet-XS', { dim: 384, depth: 12 }, 'GFNet-Ti half as wide again.', reported(78.6)],
  ['gfnet_s', 'GFNet-S', { dim: 384, depth: 19 }, 'GFNet-XS with nineteen blocks.', reported(80.0)],
  ['gfnet_b', 'GFNet-B', { dim: 512, depth: 19 }, 'GFNet-S a third wider.', reported(80.7)],
])

const pyramids = presetsOf(common, gfnetPyramid, [
  [
    'gfnet_h_ti',
    'GFNet-H-Ti',
    { dims: [64, 128, 256, 512], depths: [3, 3, 10, 3] },
    'Global filters on a pyramid of four resolutions, from 56×56 on.',
    reported(80.1),
  ],
  [
    'gfnet_h_s',
    'GFNet-H-S',
    { dims: [96, 192, 384, 768], depths: [3, 3, 10, 3] },
    'GFNet-H-Ti half as wide again.',
    reported(81.5),
  ],
  [
    'gfnet_h_b',
    'GFNet-H-B',
    { dims: [96, 192, 384, 768], depths: [3, 3, 27, 3] },
    'GFNet-H-S with twenty-seven blocks in its third stage.',
    reported(82.9),
  ],
])

export const gfnets: readonly Preset[] = [...isotropic, ...pyramids]
