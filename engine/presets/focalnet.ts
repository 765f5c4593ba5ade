/**
 * FocalNet: four stages whose mixer modulates each token by context from near to far.
 *
 * Yang et al. 2022, Focal Modulation Networks, https://arxiv.org/abs/2203.11926
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import type { Attributes } from '../schema/schema'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface FocalNetSizes {
  readonly dim: number
  readonly depths: readonly number[]
  /** Neighbourhoods besides the whole map, and the side of the first. */
  readonly levels?: number
  readonly window?: number
  /** Norms after the branches, LayerScale, and windows of stem and downsampling that overlap: the large models. */
  readonly postNorm?: boolean
  /** A norm inside the mixer. */
  readonly innerNorm?: boolean
  readonly classes?: number
  readonly size?: number
}

const norm = { module: 'layerNorm', attrs: { eps: 1e-5 } }
const normNode = (id: string) => module(id, 'layerNorm', { eps: 1e-5 })

export function focalnet(name: string, sizes: FocalNetSizes): Document {
  const { dim, depths, postNorm = false, classes = 1000, size = 224 } = sizes
  const stem = module({ id: 'stem', keys: { conv: 'proj' } }, 'overlapStem', {
    ...(dim === 64 ? {} : { dim }),
    ...(postNorm ? {} : { kernelSize: 4 }),
    norm,
  })
  const stages = depths.map((depth, stage) => {
    const downsample = module({ id: 'downsample', keys: { conv: 'proj' } }, 'convDownsample', {
      dim: dim * 2 ** stage,
      ...(postNorm ? {} : { kernelSize: 2 }),
      norm,
      normOrder: 'after',
    })
    const blocks = group('blocks.0', depth, block(sizes))
    const body = stage === 0 ? chain(blocks) : chain(downsample, blocks)
    return group({ id: `layers.${stage}`, title: `Stage ${stage + 1}` }, 1, body)
  })
  const head = module('head', 'poolHead', { ...(classes === 1000 ? {} : { classes }), norm: 'noNorm' })
  return design(name, chain(stem, ...stages, normNode('norm'), head), size)
}

function block({ levels = 2, window = 3, postNorm = false, innerNorm = false }: FocalNetSizes): GraphBody {
  const sketch = new Sketch()
  const mixer: Attributes = {
    ...(levels === 2 ? {} : { levels }),
    ...(window === 3 ? {} : { window }),
    ...(innerNorm ? { norm } : {}),
  }
  const half = (from: string, number: 1 | 2, body: DocumentNode) =>
    sketch.residual(
      from,
      `add${number}`,
      postNorm
        ? [body, normNode(`norm${number}_post`), module(`ls${number}`, 'layerScale')]
        : [normNode(`norm${number}`), body],
    )
  const mixed = half(IN, 1, module('modulation', 'focalModulation', mixer))
  return sketch.body(half(mixed, 2, module('mlp', 'mlp', { weights: 'conv' })))
}

const paper = {
  title: 'Focal Modulation Networks',
  authors: 'Yang et al.',
  year: 2022,
  url: 'https://arxiv.org/abs/2203.11926',
}
const tiny = { dim: 96, depths: [2, 2, 6, 2] }
const small = { dim: 96, depths: [2, 2, 18, 2] }
const base = { dim: 128, depths: [2, 2, 18, 2] }
const large = { ...base, dim: 192, postNorm: true, size: 384, classes: 21842 }
const xlarge = { ...large, dim: 256 }
const huge = { ...large, dim: 352, innerNorm: true, size: 224 }

export const focalnets: readonly Preset[] = presetsOf(
  { family: 'focalnet', paper, preprocessing: imagenetPixels(0.9) },
  focalnet,
  [
    [
      'focalnet_tiny_srf',
      'FocalNet-T (SRF)',
      tiny,
      'Two neighbourhoods and the whole map, weighed per position, modulate each query: attention’s order reversed.',
    ],
    ['focalnet_small_srf', 'FocalNet-S (SRF)', small, 'FocalNet-T with eighteen blocks in its third stage.'],
    ['focalnet_base_srf', 'FocalNet-B (SRF)', base, 'FocalNet-S with a third more channels.'],
    [
      'focalnet_tiny_lrf',
      'FocalNet-T (LRF)',
      { ...tiny, levels: 3 },
      'FocalNet-T with a third neighbourhood.',
    ],
    [
      'focalnet_small_lrf',
      'FocalNet-S (LRF)',
      { ...small, levels: 3 },
      'FocalNet-S with a third neighbourhood.',
    ],
    [
      'focalnet_base_lrf',
      'FocalNet-B (LRF)',
      { ...base, levels: 3 },
      'FocalNet-B with a third neighbourhood.',
    ],
    [
      'focalnet_large_fl3',
      'FocalNet-L (3 levels)',
      { ...large, levels: 3, window: 5 },
      'Norms after the branches and 22 thousand classes.',
    ],
    ['focalnet_large_fl4', 'FocalNet-L (4 levels)', { ...large, levels: 4 }, 'Four neighbourhoods from 3×3.'],
    [
      'focalnet_xlarge_fl3',
      'FocalNet-XL (3 levels)',
      { ...xlarge, levels: 3, window: 5 },
      'A third wider than L.',
    ],
    ['focalnet_xlarge_fl4', 'FocalNet-XL (4 levels)', { ...xlarge, levels: 4 }, 'A third wider than L.'],
    ['focalnet_huge_fl3', 'FocalNet-H (3 levels)', { ...huge, levels: 3 }, 'With a norm inside the mixer.'],
    [
      'focalnet_huge_fl4',
      'FocalNet-H (4 levels)',
      { ...huge, levels: 4, classes: 0 },
      'Four neighbourhoods and a norm inside the mixer; features, no classifier.',
    ],
  ],
)
