/**
 * SPACH: one frame for convolution, attention and MLP. Each block mixes positions by one of them beside a depthwise 3×3
 * convolution, then channels; `conv` has the depthwise convolution alone.
 *
 * Zhao et al. 2021, A Battle of Network Structures, https://arxiv.org/abs/2108.13002
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import { differing } from './block'
import { imagenetPixels, type Preset, type PresetRow, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

type Mixer = 'conv' | 'attn' | 'mlp'

interface SpachSizes {
  readonly dim: number
  readonly heads: number
  readonly mlpRatio: number
  readonly patch: number
  /** Per stage, the mixers of neighbouring blocks and how many there are of each. */
  readonly stages: readonly (readonly (readonly [Mixer, number])[])[]
}

const size = 224

function spach(name: string, sizes: SpachSizes): Document {
  const { dim, patch, stages } = sizes
  const patches = {
    dim,
    ...differing({ patchSize: patch }, { patchSize: 16 }),
    norm: 'layerNorm',
    flatten: false,
  }
  const isPyramid = stages.length > 1
  const bodies = stages.map((runs, stage) => {
    const side = size / patch / 2 ** stage
    const prefix = isPyramid ? `layer${stage + 1}` : 'blocks'
    let at = 0
    const nodes: DocumentNode[] = []
    if (stage > 0) {
      nodes.push(downsample(at))
      at++
    }
    for (const [mixer, depth] of runs) {
      nodes.push(group(`${at}`, depth, block(sizes, mixer, side * side)))
      at += depth
    }
    return group({ id: prefix, title: isPyramid ? `Stage ${stage + 1}` : 'Blocks' }, 1, chain(...nodes))
  })
  const stem = module(
    { id: 'stem', key: '', keys: { proj: 'stem.proj', norm: 'norm1' } },
    'patchStem',
    patches,
  )
  const head = module({ id: 'head', key: '', keys: { norm: 'norm2', fc: 'head' } }, 'poolHead', {
    normOrder: 'before',
  })
  return design(name, chain(stem, ...bodies, head), size)
}

const downsample = (at: number): DocumentNode =>
  module({ id: 'downsample', key: `${at}`, keys: { conv: 'net.1.0', norm: 'net.1.1' } }, 'convDownsample', {
    kernelSize: 2,
    norm: { module: 'groupNorm', attrs: { groups: 1 } },
    normOrder: 'after',
    bias: false,
  })

/** x ← x + γ·Mixer(LN x) + DW₃(x); x ← x + MLP(LN x). */
function block({ heads, mlpRatio }: SpachSizes, mixer: Mixer, positions: number): GraphBody {
  const mixers: Record<Mixer, readonly DocumentNode[]> = {
    conv: [],
    attn: [module('spatial_func', 'attention', { heads })],
    mlp: [module('spatial_func', 'spatialMlp', { hidden: Math.floor(positions / 2) })],
  }
  const sketch = new Sketch()
  const parts = mixers[mixer]
  const gamma = module({ id: 'gamma_1', keys: { gamma: '' } }, 'layerScale', { leading: 2 })
  const mixed =
    parts.length === 0 ? IN : sketch.residual(IN, 'add1', [module('norm1', 'layerNorm'), ...parts, gamma])
  const near = sketch.chain(
    IN,
    module({ id: 'cpe_net', key: 'cpe_net.net.1' }, 'depthwiseConv', { kernelSize: 3 }),
  )
  const placed = sketch.join(module('add2', 'add'), mixed, near)
  const mlp = module({ id: 'channel_func' }, 'mlp', { mlpRatio })
  return sketch.body(sketch.residual(placed, 'add3', [module('norm2', 'layerNorm'), mlp]))
}

const words: Record<Mixer, readonly [title: string, summary: string]> = {
  conv: ['Conv', 'depthwise convolutions alone'],
  attn: ['Trans', 'attention beside depthwise convolutions'],
  mlp: ['MLP', 'MLPs over positions beside depthwise convolutions'],
}
const reported = (top1: number) => ({
  published: { top1, source: 'A Battle of Network Structures (Zhao et al. 2021), README' },
})

/** One resolution throughout: attention needs half the depth. */
const isotropic = (size: string, dim: number, depth: number, mlpRatio: number, attention: number) =>
  (['mlp', 'conv', 'attn'] as const).map((mixer): PresetRow<SpachSizes> => {
    const isAttention = mixer === 'attn'
    const width = isAttention ? attention : dim
    return [
      `spach_${size}_patch16_224_${mixer}`,
      `SPACH-${words[mixer][0]}-${size.toUpperCase()}`,
      { dim: width, heads: width / 32, mlpRatio, patch: 16, stages: [[[mixer, isAttention ? 12 : depth]]] },
      `Patches of 16×16 at one resolution, mixed by ${words[mixer][1]}.`,
    ]
  })

/** Four stages; the first, of the most positions, always has convolutions. */
const pyramid = (
  size: string,
  depths: readonly [number, number, number, number],
  mlpRatio: number,
  widths: readonly [conv: number, mlp: number, attn: number],
  top1?: readonly [conv: number, mlp: number, attn: number],
) =>
  (['conv', 'mlp', 'attn'] as const).map((mixer, index): PresetRow<SpachSizes> => {
    const [first, ...late] = depths
    const dim = widths[index] ?? 64
    const accuracy = top1?.[index]
    return [
      `spach_ms_${size}_patch4_224_${mixer}`,
      `SPACH-${words[mixer][0]}-MS-${size.toUpperCase()}`,
      {
        dim,
        heads: dim / 32,
        mlpRatio,
        patch: 4,
        stages: [[['conv', first]], ...late.map((depth) => [[mixer, depth]] as const)],
      },
      `Four stages, mixed by ${words[mixer][1]}.`,
      accuracy === undefined ? {} : reported(accuracy),
    ]
  })

export const spachs: readonly Preset[] = presetsOf(
  {
    family: 'spach',
    paper: {
      title: 'A Battle of Network Structures: An Empirical Study of CNN, Transformer, and MLP',
      authors: 'Zhao et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2108.13002',
    },
    preprocessing: imagenetPixels(0.875),
  },
  spach,
  [
    ...isotropic('xxs', 384, 12, 2, 192),
    ...isotropic('xs', 384, 24, 2, 384),
    ...isotropic('s', 512, 24, 3, 512),
    ...pyramid('xxs', [2, 2, 6, 2], 2, [64, 64, 32]),
    ...pyramid('xs', [3, 4, 12, 3], 2, [96, 96, 64]),
    ...pyramid('s', [3, 4, 12, 3], 3, [128, 128, 96], [81.6, 82.1, 82.9]),
    [
      'spach_ms_xs_patch4_224_hybrid',
      'SPACH-Hybrid-MS-XS',
      {
        dim: 96,
        heads: 3,
        mlpRatio: 2,
        patch: 4,
        stages: [
          [['conv', 3]],
          [['conv', 4]],
          [
            ['conv', 2],
            ['attn', 10],
          ],
          [
            ['conv', 1],
            ['attn', 2],
          ],
        ],
      },
      'Convolutions where maps are large, attention where they are small.',
    ],
    [
      'spach_ms_s_patch4_224_hybrid',
      'SPACH-Hybrid-MS-S',
      {
        dim: 128,
        heads: 4,
        mlpRatio: 3,
        patch: 4,
        stages: [
          [['conv', 3]],
          [
            ['conv', 2],
            ['attn', 2],
          ],
          [
            ['conv', 2],
            ['attn', 10],
          ],
          [
            ['conv', 1],
            ['attn', 2],
          ],
        ],
      },
      'Convolutions where maps are large, attention where they are small.',
      reported(83.7),
    ],
  ],
)
