/**
 * MViTv2: attention whose queries, keys and values are pooled, so that every stage shrinks the map by its first block.
 *
 * Li et al. 2021, https://arxiv.org/abs/2112.01526
 */
import { type Document, type DocumentNode, type GraphBody, type GroupNode, IN } from '../document/types'
import { differing } from './block'
import { imagenetPixels, type Preset, type Published, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface MvitSizes {
  readonly dim: number
  readonly depths: readonly number[]
  /** Of the first stage; doubled with the width. */
  readonly heads?: number
  readonly classToken?: boolean
  /** Where a stage's width is reached: in the attention of its first block, or in the MLP of the last block before it. */
  readonly widens?: 'attention' | 'mlp'
  readonly classes?: number
  readonly size?: number
}

export function mvit(name: string, sizes: MvitSizes): Document {
  const { dim, depths, classToken, classes = 1000, size = 224 } = sizes
  const embed = module({ id: 'patch_embed', keys: { conv: 'proj' } }, 'overlapStem', {
    ...differing({ dim }, { dim: 64 }),
    padding: 3,
    norm: 'noNorm',
  })
  const token = classToken ? [module('cls_token', 'classToken')] : []
  const stages = depths.map((_, stage) =>
    group({ id: `stages.${stage}`, title: `Stage ${stage + 1}` }, 1, chain(...blocks(sizes, stage))),
  )
  const count = differing({ classes }, { classes: 1000 })
  const head = classToken
    ? module({ id: 'head', keys: { weight: 'fc.weight', bias: 'fc.bias' } }, 'classTokenHead', count)
    : module('head', 'poolHead', { ...count, norm: 'noNorm' })
  return design(name, chain(embed, ...token, ...stages, module('norm', 'layerNorm'), head), size)
}

/** What one block does besides attending. */
interface Step {
  readonly heads: number
  readonly keyStride: number
  readonly stride: number
  /** New width after the attention, or after the MLP. */
  readonly attention?: number
  readonly mlp?: number
}

/** Blocks that are alike, in runs: the first and the last of a stage may differ. */
function blocks({ dim, depths, heads = 1, widens = 'attention' }: MvitSizes, stage: number): GroupNode[] {
  const depth = depths[stage] ?? 1
  const usual = { heads: heads * 2 ** stage, keyStride: Math.max(1, 4 / 2 ** stage), stride: 1 }
  const isLastStage = stage === depths.length - 1
  const steps = Array.from({ length: depth }, (_, block): Step => {
    const first = block === 0 && stage > 0
    const last = block === depth - 1 && !isLastStage
    return {
      ...usual,
      ...(first ? { stride: 2 } : {}),
      ...(first && widens === 'attention' ? { attention: dim * 2 ** stage } : {}),
      ...(last && widens === 'mlp' ? { mlp: dim * 2 ** (stage + 1) } : {}),
    }
  })
  const runs: { at: number; count: number; step: Step }[] = []
  for (const [at, step] of steps.entries()) {
    const run = runs.at(-1)
    if (run && JSON.stringify(run.step) === JSON.stringify(step)) run.count++
    else runs.push({ at, count: 1, step })
  }
  return runs.map(({ at, count, step }) => group(`blocks.${at}`, count, block(step)))
}

function block({ heads, keyStride, stride, attention, mlp }: Step): GraphBody {
  const sketch = new Sketch()
  const normed = sketch.chain(IN, module('norm1', 'layerNorm'))
  const attended = sketch.chain(
    normed,
    module('attn', 'poolingAttention', {
      heads,
      ...differing({ stride, keyStride, dim: attention ?? null }, { stride: 1, keyStride: 2, dim: null }),
    }),
  )
  const wide = attention ? [module('shortcut_proj_attn', 'linear', { dim: attention })] : []
  const pool: DocumentNode[] =
    stride > 1 ? [module('shortcut_pool_attn', 'maxPool', { kernelSize: stride + 1 })] : []
  // Only a shortcut that is projected reads what is normalised.
  const kept = sketch.chain(attention ? normed : IN, ...wide, ...pool)
  const mixed = sketch.join(module('add1', 'add'), kept, attended)
  const normedAgain = sketch.chain(mixed, module('norm2', 'layerNorm'))
  const hidden = sketch.chain(normedAgain, module('mlp', 'mlp', mlp ? { dim: mlp } : {}))
  const passed = mlp ? sketch.chain(normedAgain, module('shortcut_proj_mlp', 'linear', { dim: mlp })) : mixed
  return sketch.body(sketch.join(module('add2', 'add'), passed, hidden))
}

// --- the models --------------------------------------------------------------------------------------------------

const table = (top1: number): { published: Published } => ({
  published: { top1, source: 'MViTv2 (Li et al. 2021), README of its repository' },
})
const large = { dim: 144, heads: 2, depths: [2, 6, 36, 4] }
const on22k = { classToken: true, classes: 19168 }

export const mvits: readonly Preset[] = presetsOf(
  {
    family: 'mvitv2',
    paper: {
      title: 'MViTv2: Improved Multiscale Vision Transformers for Classification and Detection',
      authors: 'Li et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2112.01526',
    },
    preprocessing: imagenetPixels(0.9),
  },
  mvit,
  [
    [
      'mvitv2_tiny',
      'MViTv2-T',
      { dim: 96, depths: [1, 2, 5, 2] },
      'Ten blocks of pooling attention on four maps; keys lie on a 14×14 map or less.',
      table(82.3),
    ],
    ['mvitv2_small', 'MViTv2-S', { dim: 96, depths: [1, 2, 11, 2] }, 'Sixteen blocks.', table(83.6)],
    ['mvitv2_base', 'MViTv2-B', { dim: 96, depths: [2, 3, 16, 3] }, 'Twenty-four blocks.', table(84.4)],
    [
      'mvitv2_large',
      'MViTv2-L',
      { ...large, widens: 'mlp' },
      'Forty-eight blocks; a stage’s last MLP widens the channels for the next.',
      table(85.3),
    ],
    [
      'mvitv2_small_cls',
      'MViTv2-S (class token)',
      { dim: 96, depths: [1, 2, 11, 2], classToken: true },
      'MViTv2-S that classifies by a class token.',
    ],
    [
      'mvitv2_base_cls',
      'MViTv2-B (class token)',
      { dim: 96, depths: [2, 3, 16, 3], ...on22k },
      'MViTv2-B with a class token, trained on 19168 classes.',
    ],
    [
      'mvitv2_large_cls',
      'MViTv2-L (class token)',
      { ...large, ...on22k },
      'MViTv2-L with a class token, trained on 19168 classes.',
    ],
    [
      'mvitv2_huge_cls',
      'MViTv2-H (class token)',
      { dim: 192, heads: 3, depths: [4, 8, 60, 8], ...on22k },
      'Eighty blocks, 694 million parameters.',
    ],
  ],
)
