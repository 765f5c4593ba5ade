/**
 * RMT: attention that fades with the Manhattan distance, on a pyramid; row by row on the two large maps.
 *
 * Fan et al. 2023, https://arxiv.org/abs/2309.11523
 */
import { type Document, type DocumentNode, type GraphBody, type GroupNode, IN } from '../document/types'
import { differing } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface RmtSizes {
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  readonly heads: readonly number[]
  readonly decays?: readonly number[]
  readonly ranges?: readonly number[]
  readonly mlpRatios: readonly number[]
  /** Stages, from the first on, in which retention runs row by row. */
  readonly decomposed?: number
  readonly layerScale?: readonly boolean[]
  /** Width of the layer before the classifier. */
  readonly projection?: number
  readonly classes?: number
  readonly size?: number
}

export function rmt(name: string, sizes: RmtSizes): Document {
  const { dims, depths, projection = 1024, classes = 1000, size = 224 } = sizes
  const stages = depths.map((depth, stage) => {
    const blocks = group('blocks.0', depth, block(sizes, stage))
    const next = dims[stage + 1]
    const downsample = module({ id: 'downsample', keys: { conv: 'reduction' } }, 'convDownsample', {
      dim: next ?? null,
      norm: 'batchNorm',
      normOrder: 'after',
    })
    const title = `Stage ${stage + 1}`
    return group({ id: `layers.${stage}`, title }, 1, next ? chain(blocks, downsample) : chain(blocks))
  })
  const head: DocumentNode[] = [
    module('proj', 'linear', { dim: projection }),
    module('norm', 'batchNorm'),
    module('swish', 'silu'),
    module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', {
      ...differing({ classes }, { classes: 1000 }),
      norm: 'noNorm',
    }),
  ]
  return design(name, chain(stem(dims[0] ?? 64), ...stages, ...head), size)
}

/** Four convolutions, of which the first and the third halve the map. */
function stem(dim: number): GroupNode {
  const half = Math.floor(dim / 2)
  const layer = (at: number, dim: number, stride: number) => [
    module(`${at}`, 'convolution', { dim, ...differing({ stride }, { stride: 1 }) }),
    module(`${at + 1}`, 'batchNorm'),
    ...(at < 9 ? [module(`${at + 2}`, 'gelu')] : []),
  ]
  const layers = [...layer(0, half, 2), ...layer(3, half, 1), ...layer(6, dim, 2), ...layer(9, dim, 1)]
  return group({ id: 'patch_embed', key: 'patch_embed.proj', title: 'Stem' }, 1, chain(...layers))
}

/** x ← x + DW₃(x); x ← x + Retention(LN x); x ← x + FFN(LN x). */
function block(sizes: RmtSizes, stage: number): GraphBody {
  const { heads, decays = [], ranges = [], mlpRatios, decomposed = 2, layerScale = [] } = sizes
  const retention = module('retention', 'retention', {
    heads: heads[stage] ?? 1,
    ...differing({ decay: decays[stage] ?? 2, range: ranges[stage] ?? 4 }, { decay: 2, range: 4 }),
    ...(stage < decomposed ? { decomposed: true } : {}),
  })
  const scale = (half: 1 | 2): DocumentNode[] =>
    layerScale[stage]
      ? [module({ id: `gamma_${half}`, keys: { gamma: '' } }, 'layerScale', { leading: 3 })]
      : []
  const sketch = new Sketch()
  const near = sketch.chain(IN, module({ id: 'pos', keys: { proj: 'conv' } }, 'conditionalPosition'))
  const mixed = sketch.residual(near, 'add1', [
    module('retention_layer_norm', 'layerNorm'),
    retention,
    ...scale(1),
  ])
  const branch = [
    module('final_layer_norm', 'layerNorm'),
    ffn(mlpRatios[stage] ?? 4, sizes.dims[stage]),
    ...scale(2),
  ]
  return sketch.body(sketch.residual(mixed, 'add2', branch))
}

/** An MLP whose hidden layer looks at its neighbours: W₂(z + DW₃(z)), z = GELU(W₁ x). */
function ffn(ratio: number, dim = 64): GroupNode {
  const body = chain(
    module('fc1', 'linear', { dim: Math.floor(dim * ratio) }),
    module('act', 'gelu'),
    module({ id: 'dwconv', keys: { proj: 'conv' } }, 'conditionalPosition'),
    module('fc2', 'linear', { dim }),
  )
  return group({ id: 'ffn', title: 'MLP' }, 1, body)
}

// --- the models --------------------------------------------------------------------------------------------------

const small = { dims: [64, 128, 256, 512], heads: [4, 4, 8, 16], ranges: [4, 4, 6, 6] }
const scaled = { mlpRatios: [4, 4, 3, 3], decomposed: 3, layerScale: [false, false, true, true] }

export const rmts: readonly Preset[] = presetsOf(
  {
    family: 'rmt',
    paper: {
      title: 'RMT: Retentive Networks Meet Vision Transformers',
      authors: 'Fan et al.',
      year: 2023,
      url: 'https://arxiv.org/abs/2309.11523',
    },
    preprocessing: imagenetPixels(0.9),
  },
  rmt,
  [
    [
      'RMT_T3',
      'RMT-T',
      { ...small, depths: [2, 2, 8, 2], mlpRatios: [3, 3, 3, 3] },
      'Attention that fades with the Manhattan distance; row by row on the large maps.',
    ],
    [
      'RMT_S',
      'RMT-S',
      { ...small, depths: [3, 4, 18, 4], mlpRatios: [4, 4, 3, 3], decomposed: 3 },
      'Eighteen blocks in the third stage.',
      { published: { top1: 84.1, source: 'RMT (Fan et al. 2023), abstract' } },
    ],
    [
      'RMT_M2',
      'RMT-B',
      {
        ...scaled,
        dims: [80, 160, 320, 512],
        depths: [4, 8, 25, 8],
        heads: [5, 5, 10, 16],
        ranges: [5, 5, 6, 6],
      },
      'Forty-five blocks, the later ones with LayerScale.',
    ],
    [
      'RMT_L6',
      'RMT-L',
      {
        ...scaled,
        dims: [112, 224, 448, 640],
        depths: [4, 8, 25, 8],
        heads: [7, 7, 14, 20],
        ranges: [6, 6, 6, 6],
      },
      'Widths from 112 to 640 channels.',
    ],
  ],
)
