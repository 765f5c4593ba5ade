/**
 * Sequencer2D: LSTMs along rows and columns in the place of attention.
 *
 * Tatsunami and Taki 2022, https://arxiv.org/abs/2205.01972
 */
import type { Document } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module } from './sketch'

export interface SequencerSizes {
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  readonly hidden: readonly number[]
  /** Side of the squares that become one position before each stage. */
  readonly patches: readonly number[]
  readonly classes?: number
  readonly size?: number
}

export function sequencer(name: string, sizes: SequencerSizes): Document {
  const { dims, depths, hidden, patches, classes = 1000, size = 224 } = sizes
  const [first = 7] = patches
  const stem = module('stem', 'patchStem', {
    dim: dims[0] ?? 1,
    ...differing({ patchSize: first }, { patchSize: 16 }),
    flatten: false,
  })
  const stages = depths.map((depth, stage) => {
    const dim = dims[stage] ?? 1
    const side = patches[stage] ?? 1
    const isSame = hidden[stage] === Math.floor(dim / 4)
    const block = preNormBlock({
      mixer: module('rnn_tokens', 'bilstm', isSame ? {} : { hidden: hidden[stage] ?? null }),
      mlp: module('mlp_channels', 'mlp', { mlpRatio: 3 }),
    })
    const downsample = module({ id: 'downsample', keys: { conv: 'down' } }, 'convDownsample', {
      dim,
      kernelSize: side,
      ...differing({ stride: side }, { stride: 2 }),
      norm: 'noNorm',
    })
    const body = chain(...(stage > 0 ? [downsample] : []), group('blocks.0', depth, block))
    return group({ id: `stages.${stage}`, title: `Stage ${stage + 1}` }, 1, body)
  })
  const head = module('head', 'poolHead', { ...differing({ classes }, { classes: 1000 }), norm: 'noNorm' })
  return design(name, chain(stem, ...stages, module('norm', 'layerNorm'), head), size)
}

// --- the models --------------------------------------------------------------------------------------------------

const common = { dims: [192, 384, 384, 384], hidden: [48, 96, 96, 96], patches: [7, 2, 1, 1] }

export const sequencers: readonly Preset[] = presetsOf(
  {
    family: 'sequencer',
    paper: {
      title: 'Sequencer: Deep LSTM for Image Classification',
      authors: 'Tatsunami, Taki',
      year: 2022,
      url: 'https://arxiv.org/abs/2205.01972',
    },
    preprocessing: imagenetPixels(0.875),
  },
  sequencer,
  [
    [
      'sequencer2d_s',
      'Sequencer2D-S',
      { ...common, depths: [4, 3, 8, 3] },
      'Neither attention nor convolution: LSTMs read rows and columns, both ways.',
      { published: { top1: 82.3, source: 'Sequencer (Tatsunami et al. 2022), Table 1' } },
    ],
    [
      'sequencer2d_m',
      'Sequencer2D-M',
      { ...common, depths: [4, 3, 14, 3] },
      'Fourteen blocks in the third stage.',
      { published: { top1: 82.8, source: 'Sequencer (Tatsunami et al. 2022), Table 1' } },
    ],
    [
      'sequencer2d_l',
      'Sequencer2D-L',
      { ...common, depths: [8, 8, 16, 4] },
      'Thirty-six blocks.',
      { published: { top1: 83.4, source: 'Sequencer (Tatsunami et al. 2022), Table 1' } },
    ],
  ],
)
