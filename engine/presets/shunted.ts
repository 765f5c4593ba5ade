/**
 * Shunted Transformers: a pyramid whose heads read keys on two scales in every block.
 *
 * Ren et al. 2021, https://arxiv.org/abs/2111.15193
 */
import type { Document, DocumentNode, GroupNode } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, type Published, presetsOf } from './preset'
import { chain, design, group, module } from './sketch'

interface ShuntedSizes {
  readonly depths: readonly number[]
  /** Convolutions of the stem between the first and the last. */
  readonly convolutions: number
}

const dims = [64, 128, 256, 512]
const norm = { module: 'layerNorm', attrs: { eps: 1e-5 } } as const

function shunted(name: string, { depths, convolutions }: ShuntedSizes): Document {
  const stages = depths.flatMap((depth, stage) => {
    const dim = dims[stage] ?? 64
    const number = stage + 1
    const ratio = 2 ** (3 - stage)
    const mixer = module('attn', 'shuntedAttention', {
      heads: 2 ** number,
      ...differing({ ratio }, { ratio: 2 }),
    })
    const block = preNormBlock({ mixer, mlp: feedForward(dim, stage < 2 ? 8 : 4) })
    return [
      stage === 0 ? stem(dim, convolutions) : patches(dim, number),
      group({ id: `block${number}.0`, title: `Stage ${number}` }, depth, block),
      module(`norm${number}`, 'layerNorm'),
    ]
  })
  const head = module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', { norm: 'noNorm' })
  return design(name, chain(...stages, head))
}

function stem(dim: number, convolutions: number): GroupNode {
  const layers = Array.from({ length: convolutions + 1 }, (_, index): DocumentNode[] => [
    module(`conv.${3 * index}`, 'convolution', {
      dim,
      ...(index === 0 ? { kernelSize: 7, stride: 2 } : {}),
      bias: false,
    }),
    module(`conv.${3 * index + 1}`, 'batchNorm'),
    module(`conv.${3 * index + 2}`, 'relu'),
  ])
  const last = module(`conv.${3 * convolutions + 3}`, 'convolution', { dim, kernelSize: 2, stride: 2 })
  const body = chain(...layers.flat(), last, module('norm', norm.module, norm.attrs))
  return group({ id: 'patch_embed1', title: 'Stem' }, 1, body)
}

const patches = (dim: number, number: number): DocumentNode =>
  module({ id: `patch_embed${number}`, keys: { conv: 'proj' } }, 'convDownsample', {
    dim,
    norm,
    normOrder: 'after',
  })

/** An MLP whose hidden layer looks at its neighbours: W₂ GELU(z + DW₃(z)), z = W₁ x. */
function feedForward(dim: number, ratio: number): GroupNode {
  const body = chain(
    module('fc1', 'linear', { dim: dim * ratio }),
    module({ id: 'dwconv', keys: { proj: 'dwconv' } }, 'conditionalPosition'),
    module('act', 'gelu'),
    module('fc2', 'linear', { dim }),
  )
  return group({ id: 'mlp', title: 'MLP' }, 1, body)
}

// --- the models --------------------------------------------------------------------------------------------------

const table = (top1: number): Published => ({
  top1,
  source: 'Shunted Transformer (Ren et al. 2021), README of the repository',
})

export const shuntedTransformers: readonly Preset[] = presetsOf(
  {
    family: 'shunted',
    paper: {
      title: 'Shunted Self-Attention via Multi-Scale Token Aggregation',
      authors: 'Ren et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2111.15193',
    },
    preprocessing: imagenetPixels(0.9),
  },
  shunted,
  [
    [
      'shunted_t',
      'Shunted-T',
      { depths: [1, 2, 4, 1], convolutions: 0 },
      'Eight blocks whose heads read the map on two scales.',
      { published: table(79.8) },
    ],
    [
      'shunted_s',
      'Shunted-S',
      { depths: [2, 4, 12, 1], convolutions: 1 },
      'Nineteen blocks and one more convolution in the stem.',
      { published: table(82.9) },
    ],
    [
      'shunted_b',
      'Shunted-B',
      { depths: [3, 4, 24, 2], convolutions: 2 },
      'Thirty-three blocks and two more convolutions in the stem.',
      { published: table(84) },
    ],
  ],
)
