/**
 * What Table VIII of the MetaFormer baselines takes away: CAFormer-S18 and ConvFormer-S18 with another activation,
 * another factor on the branches, or with biases.
 *
 * The choices hold for the blocks alone: norms between stages and the head stay as they are, and the other factors
 * stand in the two late stages, where ResScale stood. Yu et al. 2022, https://arxiv.org/abs/2210.13452
 */
import type { Attributes, SlotValue } from '../schema/schema'
import {
  attentionNoBias,
  baselines,
  caformer,
  convformer,
  convSizes,
  inTable,
  lateStages,
  layerNormNoBias,
  type MetaFormerSizes,
  metaformer,
} from './metaformer'
import { type Preset, type PresetRow, presetsOf } from './preset'

interface Ablation {
  /** Both activations of a block: the MLP's and the separable convolution's. */
  readonly act?: SlotValue
  readonly scales?: Pick<MetaFormerSizes, 'layerScale' | 'resScale' | 'branchScale'>
  /** Biases of linear layers, convolutions and norms. */
  readonly biases?: boolean
}

/** StarReLU with its scale or bias fixed at what keeps the variance, or left out. */
const star = (attrs: Attributes): Ablation => ({ act: { module: 'starRelu', attrs } })

/** Id, printed name, what changes, in words, and the accuracies of ConvFormer-S18 and CAFormer-S18. */
const ablations: readonly (readonly [string, string, Ablation, string, number, number])[] = [
  ['relu', 'StarReLU → ReLU', { act: 'relu' }, 'ReLU in the place of StarReLU.', 82.1, 82.9],
  [
    'squared_relu',
    'StarReLU → Squared ReLU',
    { act: 'squaredRelu' },
    'Squared ReLU, without StarReLU’s scale and bias.',
    82.6,
    83.4,
  ],
  ['gelu', 'StarReLU → GELU', { act: 'gelu' }, 'GELU in the place of StarReLU.', 82.7, 83.4],
  ['star_scale', 's·(ReLU(x))²', star({ bias: 'none' }), 'StarReLU with a scale only, learned.', 82.6, 83.6],
  ['star_bias', '(ReLU(x))² + b', star({ scale: 'none' }), 'StarReLU with a bias only, learned.', 83, 83.5],
  [
    'star_fixed',
    '1/√1.25·(ReLU(x))² − 0.5/√1.25',
    star({ scale: 'fixed', bias: 'fixed' }),
    'StarReLU with fixed scale and bias.',
    83,
    83.5,
  ],
  [
    'star_fixed_scale',
    '1/√1.25·(ReLU(x))²',
    star({ scale: 'fixed', bias: 'none' }),
    'StarReLU with a fixed scale and no bias.',
    82.6,
    83.4,
  ],
  [
    'star_fixed_bias',
    '(ReLU(x))² − 0.5',
    star({ scale: 'none', bias: 'fixed' }),
    'StarReLU with a fixed bias and no scale.',
    83,
    83.3,
  ],
  ['no_scale', 'ResScale → None', { scales: {} }, 'No factor on shortcuts or branches.', 82.8, 83.2],
  [
    'layer_scale',
    'ResScale → LayerScale',
    { scales: { layerScale: lateStages } },
    'Learned factors on the branches, not on the shortcuts.',
    82.8,
    83,
  ],
  [
    'branch_scale',
    'ResScale → BranchScale',
    { scales: { branchScale: lateStages } },
    'Learned factors on branches and shortcuts.',
    82.9,
    83.3,
  ],
  ['biases', 'biases enabled', { biases: true }, 'Biases in every layer and norm of the blocks.', 83, 83.5],
]

function ablated(name: string, { act, scales, biases = false }: Ablation, usesAttention: boolean) {
  const bias: Attributes = biases ? { bias: true } : {}
  const convolutions: SlotValue = {
    module: 'separableConv',
    attrs: { ...(act === undefined ? {} : { act }), ...bias },
  }
  const attention: SlotValue = biases ? 'attention' : attentionNoBias
  const { resScale, ...usual } = usesAttention ? caformer : convformer
  return metaformer(name, {
    ...convSizes.s18,
    ...usual,
    ...(scales ?? { resScale }),
    mixers: usesAttention ? [convolutions, convolutions, attention, attention] : convolutions,
    norm: biases ? 'layerNorm' : layerNormNoBias,
    mlp: { ...mlpOf(act), ...(biases ? {} : { bias: false }) },
  })
}

/** GELU is what an MLP has if nothing is said. */
const mlpOf = (act: SlotValue = 'starRelu'): Attributes => (act === 'gelu' ? {} : { act })

function rows(model: 'ConvFormer' | 'CAFormer'): readonly PresetRow<Ablation>[] {
  return ablations.map(([id, title, ablation, summary, conv, attention]) => [
    `${model.toLowerCase()}_s18_${id}`,
    `${model}-S18 (${title})`,
    ablation,
    summary,
    { published: inTable(model === 'CAFormer' ? attention : conv, 'VIII') },
  ])
}

export const metaformerAblations: readonly Preset[] = [
  ...presetsOf(baselines, (name, ablation) => ablated(name, ablation, true), rows('CAFormer')),
  ...presetsOf(baselines, (name, ablation) => ablated(name, ablation, false), rows('ConvFormer')),
]
