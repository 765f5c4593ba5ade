/**
 * StarNet: blocks that multiply two projections of the same map between two depthwise convolutions.
 *
 * Ma et al. 2024, https://arxiv.org/abs/2403.19967
 */
import { type Document, type GraphBody, IN } from '../document/types'
import { convNorm, differing } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface StarNetSizes {
  /** Channels of the first stage; they double from stage to stage. */
  readonly dim: number
  readonly depths: readonly number[]
  readonly ratio?: number
  readonly classes?: number
  readonly size?: number
}

export function starnet(name: string, sizes: StarNetSizes): Document {
  const { dim, depths, ratio = 4, classes = 1000, size = 224 } = sizes
  const stem = group(
    { id: 'stem', title: 'Stem' },
    1,
    chain(...convNorm('0', { dim: 32, stride: 2 }), module('1', 'relu6')),
  )
  const stages = depths.map((depth, stage) =>
    group(
      { id: `stages.${stage}`, title: `Stage ${stage + 1}` },
      1,
      chain(...convNorm('0', { dim: dim * 2 ** stage, stride: 2 }), group('1', depth, star(ratio))),
    ),
  )
  const head = module({ id: 'head', keys: { fc: '' } }, 'poolHead', {
    ...differing({ classes }, { classes: 1000 }),
    norm: 'noNorm',
  })
  const pool = [module('global_pool', 'globalPool', { asMap: true }), module('flatten', 'flatten')]
  return design(name, chain(stem, ...stages, module('norm', 'batchNorm'), ...pool, head), size)
}

function star(ratio: number): GraphBody {
  const sketch = new Sketch()
  const seen = sketch.chain(IN, ...convNorm('dwconv', { kernelSize: 7, groups: null }))
  const wide = (id: string) => module(`${id}.conv`, 'convolution', { ratio, kernelSize: 1 })
  const gate = sketch.chain(seen, wide('f1'), module('act', 'relu6'))
  const product = sketch.join(module('star', 'multiply'), gate, sketch.chain(seen, wide('f2')))
  const out = sketch.chain(
    product,
    ...convNorm('g', { ratio: 1 / ratio, kernelSize: 1 }),
    module('dwconv2.conv', 'convolution', { kernelSize: 7, groups: null }),
  )
  return sketch.body(sketch.join(module('add', 'add'), IN, out))
}

export const starnets: readonly Preset[] = presetsOf(
  {
    family: 'starnet',
    paper: {
      title: 'Rewrite the Stars',
      authors: 'Ma et al.',
      year: 2024,
      url: 'https://arxiv.org/abs/2403.19967',
    },
    preprocessing: imagenetPixels(0.875),
  },
  starnet,
  [
    [
      'starnet_s1',
      'StarNet-S1',
      { dim: 24, depths: [2, 2, 8, 3] },
      'Products of two projections stand in for activations.',
    ],
    ['starnet_s2', 'StarNet-S2', { dim: 32, depths: [1, 2, 6, 2] }, 'Eleven blocks from 32 channels on.'],
    ['starnet_s3', 'StarNet-S3', { dim: 32, depths: [2, 2, 8, 4] }, 'Sixteen blocks.'],
    ['starnet_s4', 'StarNet-S4', { dim: 32, depths: [3, 3, 12, 5] }, 'Twenty-three blocks.'],
    [
      'starnet_s050',
      'StarNet-S050',
      { dim: 16, depths: [1, 1, 3, 1], ratio: 3 },
      'Half a million parameters.',
    ],
    ['starnet_s100', 'StarNet-S100', { dim: 20, depths: [1, 2, 4, 1] }, 'One million parameters.'],
    [
      'starnet_s150',
      'StarNet-S150',
      { dim: 24, depths: [1, 2, 4, 2], ratio: 3 },
      'One and a half million parameters.',
    ],
  ],
)
