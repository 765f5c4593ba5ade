/**
 * VMamba as first published: blocks of nothing but a norm and a selective scan over the map, on four resolutions.
 *
 * Liu et al. 2024, https://arxiv.org/abs/2401.10166; Mamba: Gu and Dao 2023, https://arxiv.org/abs/2312.00752
 */
import { type Document, IN } from '../document/types'
import { differing } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface VMambaSizes {
  readonly dim: number
  readonly depths: readonly number[]
  /** Per channel. */
  readonly stateSize?: number
  readonly classes?: number
  readonly size?: number
}

const norm = { module: 'layerNorm', attrs: { eps: 1e-5 } } as const

export function vmamba(name: string, sizes: VMambaSizes): Document {
  const { dim, depths, stateSize = 16, classes = 1000, size = 224 } = sizes
  const stem = module({ id: 'patch_embed', keys: { conv: '0', norm: '2' } }, 'overlapStem', {
    ...differing({ dim }, { dim: 64 }),
    kernelSize: 4,
    norm,
  })
  const stages = depths.map((depth, stage) => {
    const sketch = new Sketch()
    const scan = module('op', 'selectiveScan', differing({ stateSize }, { stateSize: 16 }))
    const block = sketch.body(sketch.residual(IN, 'add', [module('norm', norm.module, norm.attrs), scan]))
    const blocks = group('blocks.0', depth, block)
    const downsample = stage < depths.length - 1 ? [module('downsample', 'patchMerging')] : []
    return group({ id: `layers.${stage}`, title: `Stage ${stage + 1}` }, 1, chain(blocks, ...downsample))
  })
  const head = module({ id: 'classifier', keys: { fc: 'head' } }, 'poolHead', {
    ...differing({ classes }, { classes: 1000 }),
    norm,
    normOrder: 'before',
  })
  return design(name, chain(stem, ...stages, head), size)
}

export const vmambas: readonly Preset[] = presetsOf(
  {
    family: 'vmamba',
    paper: {
      title: 'VMamba: Visual State Space Model',
      authors: 'Liu et al.',
      year: 2024,
      url: 'https://arxiv.org/abs/2401.10166',
    },
    preprocessing: imagenetPixels(0.875),
  },
  vmamba,
  [
    [
      'vanilla_vmamba_tiny',
      'VMamba-T (vanilla)',
      { dim: 96, depths: [2, 2, 9, 2] },
      'Fifteen selective scans over the map in four directions, and no MLP at all.',
    ],
    [
      'vanilla_vmamba_small',
      'VMamba-S (vanilla)',
      { dim: 96, depths: [2, 2, 27, 2] },
      'VMamba-T with twenty-seven blocks in its third stage.',
    ],
    [
      'vanilla_vmamba_base',
      'VMamba-B (vanilla)',
      { dim: 128, depths: [2, 2, 27, 2] },
      'VMamba-S a third wider.',
    ],
  ],
)
