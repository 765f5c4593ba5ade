/**
 * CrossViT: two Vision Transformers, one over small patches and one over large ones. After a few blocks the class token of
 * each crosses over, asks the patches of the other, and comes back.
 *
 * Chen et al. 2021, https://arxiv.org/abs/2103.14899
 */
import { type Document, type DocumentNode, IN } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

type Two = readonly [number, number]

export interface CrossVitSizes {
  readonly dims: Two
  /** Blocks of each branch before every crossing. */
  readonly depths: readonly Two[]
  readonly heads: Two
  readonly mlpRatios?: Two
  readonly patches?: Two
  /** Three convolutions make a patch, instead of one. */
  readonly convPatches?: boolean
  readonly size?: number
  /** Side of the picture that the second branch sees. */
  readonly secondSize?: number
  /** Cut out of the middle, not resized. */
  readonly crops?: boolean
  readonly classes?: number
}

const branches = [0, 1] as const

export function crossvit(name: string, sizes: CrossVitSizes): Document {
  const { depths, size = 240, classes = 1000 } = sizes
  const sketch = new Sketch()
  let streams: readonly string[] = branches.map((branch) =>
    sketch.chain(
      IN,
      ...picture(branch, sizes),
      ...patches(branch, sizes),
      module(`cls_token_${branch}`, 'classToken'),
      module(`pos_embed_${branch}`, 'positionEmbedding'),
    ),
  )
  for (const [index, depth] of depths.entries())
    streams = crossing(sketch, `blocks.${index}`, streams, depth, sizes)
  const normed = streams.map((x, branch) => sketch.chain(x, module(`norm.${branch}`, 'layerNorm')))
  const head = module({ id: 'head', key: '' }, 'branchHead', differing({ classes }, { classes: 1000 }))
  return design(name, sketch.body(sketch.join(head, ...normed)), size)
}

/** What the second branch sees is smaller. */
function picture(branch: 0 | 1, { size = 240, secondSize = 224, crops }: CrossVitSizes): DocumentNode[] {
  if (branch === 0 || size === secondSize) return []
  if (crops) return [module('image_1', 'centreCrop', differing({ side: secondSize }, { side: 224 }))]
  return [
    module('image_1', 'resize', {
      to: 'side',
      ...differing({ side: secondSize }, { side: 224 }),
      mode: 'bicubic',
    }),
  ]
}

function patches(branch: 0 | 1, sizes: CrossVitSizes): DocumentNode[] {
  const id = `patch_embed.${branch}`
  const dim = sizes.dims[branch]
  const patchSize = (sizes.patches ?? [12, 16])[branch]
  if (!sizes.convPatches)
    return [module(id, 'patchStem', differing({ dim, patchSize }, { dim: 768, patchSize: 16 }))]
  const last = patchSize === 12 ? [{ stride: 3, padding: 0 }, {}] : [{ stride: 2 }, { stride: 2 }]
  const layers = [
    module('proj.0', 'convolution', { dim: Math.floor(dim / 4), kernelSize: 7, stride: 4, padding: 3 }),
    module('proj.1', 'relu'),
    module('proj.2', 'convolution', { dim: Math.floor(dim / 2), ...last[0] }),
    module('proj.3', 'relu'),
    module('proj.4', 'convolution', { dim, ...last[1] }),
  ]
  return [group({ id, title: 'Patches' }, 1, chain(...layers))]
}

/** Blocks of both branches by themselves, then each class token visits the other branch. */
function crossing(
  sketch: Sketch,
  name: string,
  streams: readonly string[],
  depth: Two,
  { dims, heads, mlpRatios = [4, 4] }: CrossVitSizes,
): readonly string[] {
  const read = branches.map((branch) => {
    const block = preNormBlock({
      mixer: module('attn', 'attention', { heads: heads[branch] }),
      mlp: module('mlp', 'mlp', differing({ mlpRatio: mlpRatios[branch] }, { mlpRatio: 4 })),
    })
    const title = branch === 0 ? 'Small patches' : 'Large patches'
    return sketch.chain(
      streams[branch] ?? IN,
      group({ id: `${name}.blocks.${branch}`, title }, 1, chain(group('0', depth[branch], block))),
    )
  })
  const patches = branches.map((branch) =>
    sketch.chain(read[branch] ?? IN, module(`${name}.patches.${branch}`, 'toMap')),
  )
  const projection = (id: string, dim: number) => [
    module(`${id}.0`, 'layerNorm'),
    module(`${id}.1`, 'gelu'),
    module(`${id}.2`, 'linear', { dim }),
  ]
  return branches.map((branch) => {
    const other = branch === 0 ? 1 : 0
    const visitor = sketch.chain(
      read[branch] ?? IN,
      module(`${name}.token.${branch}`, 'firstTokens'),
      ...projection(`${name}.projs.${branch}`, dims[other]),
    )
    const joined = sketch.join(module(`${name}.visit.${branch}`, 'joinTokens'), visitor, patches[other] ?? IN)
    const fusion = `${name}.fusion.${branch}`
    const asked = sketch.chain(
      joined,
      module(`${fusion}.norm1`, 'layerNorm'),
      module({ id: `${fusion}.attn`, keys: { q: 'wq', k: 'wk', v: 'wv' } }, 'classAttention', {
        heads: heads[other],
      }),
    )
    const told = sketch.join(module(fusion, 'addToFirst'), joined, asked)
    const back = sketch.chain(told, ...projection(`${name}.revert_projs.${branch}`, dims[branch]))
    // The reference calls the first of both outputs after the block.
    const home = { id: `${name}.home.${branch}`, key: branch === 0 ? name : '' }
    return sketch.join(module(home, 'joinTokens'), back, patches[branch] ?? IN)
  })
}

// --- the models --------------------------------------------------------------------------------------------------

const thrice = (depth: Two): readonly Two[] => [depth, depth, depth]
const byFour = { depths: thrice([1, 4]) }
const nine = { dims: [128, 256], depths: thrice([1, 3]), heads: [4, 4], mlpRatios: [3, 3] } as const
const fifteen = { dims: [192, 384], depths: thrice([1, 5]), heads: [6, 6], mlpRatios: [3, 3] } as const
const eighteen = { dims: [224, 448], depths: thrice([1, 6]), heads: [7, 7], mlpRatios: [3, 3] } as const
const dagger = { convPatches: true }
const at408 = { ...dagger, size: 408, secondSize: 384 }

export const crossvits: readonly Preset[] = presetsOf(
  {
    family: 'crossvit',
    paper: {
      title: 'CrossViT: Cross-Attention Multi-Scale Vision Transformer for Image Classification',
      authors: 'Chen et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2103.14899',
    },
    preprocessing: imagenetPixels(0.875),
  },
  crossvit,
  [
    [
      'crossvit_tiny_240',
      'CrossViT-Ti',
      { dims: [96, 192], ...byFour, heads: [3, 3] },
      'Small and large patches in two branches, whose class tokens visit each other.',
    ],
    [
      'crossvit_small_240',
      'CrossViT-S',
      { dims: [192, 384], ...byFour, heads: [6, 6] },
      'Branches of 192 and 384 channels.',
    ],
    [
      'crossvit_base_240',
      'CrossViT-B',
      { dims: [384, 768], ...byFour, heads: [12, 12] },
      'Branches of 384 and 768 channels.',
    ],
    ['crossvit_9_240', 'CrossViT-9', nine, 'Three blocks of the large branch before every crossing.'],
    ['crossvit_15_240', 'CrossViT-15', fifteen, 'Five blocks of the large branch before every crossing.'],
    ['crossvit_18_240', 'CrossViT-18', eighteen, 'Six blocks of the large branch before every crossing.'],
    ['crossvit_9_dagger_240', 'CrossViT-9†', { ...nine, ...dagger }, 'Patches by three convolutions.'],
    [
      'crossvit_15_dagger_240',
      'CrossViT-15†',
      { ...fifteen, ...dagger },
      'CrossViT-15 with patches by three convolutions.',
    ],
    [
      'crossvit_15_dagger_408',
      'CrossViT-15† 408',
      { ...fifteen, ...at408 },
      'The same on larger pictures.',
      { preprocessing: imagenetPixels(1) },
    ],
    [
      'crossvit_18_dagger_240',
      'CrossViT-18†',
      { ...eighteen, ...dagger },
      'CrossViT-18 with patches by three convolutions.',
    ],
    [
      'crossvit_18_dagger_408',
      'CrossViT-18† 408',
      { ...eighteen, ...at408 },
      'The same on larger pictures.',
      { preprocessing: imagenetPixels(1) },
    ],
  ],
)
