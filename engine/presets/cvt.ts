/**
 * CvT: three stages of attention whose queries, keys and values are convolved first; no position encoding.
 *
 * Wu et al. 2021, https://arxiv.org/abs/2103.15808
 */
import type { Document } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module } from './sketch'

export interface CvtSizes {
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  readonly heads: readonly number[]
  readonly classes?: number
  readonly size?: number
}

const norm = { module: 'layerNorm', attrs: { eps: 1e-5 } } as const

export function cvt(name: string, { dims, depths, heads, classes = 1000, size = 224 }: CvtSizes): Document {
  const stages = depths.map((depth, stage) => {
    const embed = module({ id: 'patch_embed', keys: { conv: 'proj' } }, 'convDownsample', {
      dim: dims[stage] ?? null,
      ...(stage === 0 ? { kernelSize: 7, stride: 4 } : {}),
      norm,
      normOrder: 'after',
    })
    const token = stage === depths.length - 1 ? [module('cls_token', 'classToken')] : []
    const mixer = module('attn', 'convProjection', { heads: heads[stage] ?? 1 })
    const mlp = module('mlp', 'mlp', { act: 'quickGelu' })
    const blocks = group('blocks.0', depth, preNormBlock({ mixer, mlp, norm }))
    return group({ id: `stage${stage}`, title: `Stage ${stage + 1}` }, 1, chain(embed, ...token, blocks))
  })
  const head = module('head', 'classTokenHead', differing({ classes }, { classes: 1000 }))
  return design(name, chain(...stages, module('norm', norm.module, norm.attrs), head), size)
}

export const cvts: readonly Preset[] = presetsOf(
  {
    family: 'cvt',
    paper: {
      title: 'CvT: Introducing Convolutions to Vision Transformers',
      authors: 'Wu et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2103.15808',
    },
    preprocessing: imagenetPixels(0.875),
  },
  cvt,
  [
    [
      'cvt_13',
      'CvT-13',
      { dims: [64, 192, 384], depths: [1, 2, 10], heads: [1, 3, 6] },
      'Thirteen blocks on three resolutions; keys and values from every second position.',
    ],
    [
      'cvt_21',
      'CvT-21',
      { dims: [64, 192, 384], depths: [1, 4, 16], heads: [1, 3, 6] },
      'Twenty-one blocks.',
    ],
    [
      'cvt_w24',
      'CvT-W24',
      { dims: [192, 768, 1024], depths: [2, 2, 20], heads: [3, 12, 16], size: 384 },
      'A wide one with twenty-four blocks, for pictures of 384 pixels.',
      { published: { top1: 87.7, source: 'CvT (Wu et al. 2021), abstract: pre-trained on ImageNet-22k' } },
    ],
  ],
)
