/**
 * ResNets that see several extents at once: Res2Net's parts, SKNet's windows, ResNeSt's candidates.
 *
 * Res2Net: Gao et al. 2019, https://arxiv.org/abs/1904.01169; SKNet: Li et al. 2019, https://arxiv.org/abs/1903.06586;
 * ResNeSt: Zhang et al. 2020, https://arxiv.org/abs/2004.08955
 */
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { resnet } from './resnet'

const common = { family: 'resnet', preprocessing: imagenetPixels(0.875) }
const bottleneck = (...depths: readonly number[]) => ({ block: 'bottleneck', depths }) as const
const n50 = bottleneck(3, 4, 6, 3)
const n101 = bottleneck(3, 4, 23, 3)
const d = { stem: 'deep', stemWidth: 32, averageDown: true } as const

const parts = (baseWidth: number, parts: number) =>
  ({ baseWidth, middle: { kind: 'hierarchical', parts } }) as const
const res2nets = presetsOf(
  {
    ...common,
    paper: {
      title: 'Res2Net: A New Multi-scale Backbone Architecture',
      authors: 'Gao et al.',
      year: 2019,
      url: 'https://arxiv.org/abs/1904.01169',
    },
  },
  resnet,
  [
    [
      'res2net50_26w_4s',
      'Res2Net-50 26w×4s',
      { ...n50, ...parts(26, 4) },
      'ResNet-50 whose 3×3 convolutions are chains of four parts, each wider in extent than the last.',
    ],
    [
      'res2net50_26w_6s',
      'Res2Net-50 26w×6s',
      { ...n50, ...parts(26, 6) },
      'Six parts of twenty-six channels.',
    ],
    [
      'res2net50_26w_8s',
      'Res2Net-50 26w×8s',
      { ...n50, ...parts(26, 8) },
      'Eight parts of twenty-six channels.',
    ],
    [
      'res2net50_48w_2s',
      'Res2Net-50 48w×2s',
      { ...n50, ...parts(48, 2) },
      'Two parts of forty-eight channels.',
    ],
    [
      'res2net50_14w_8s',
      'Res2Net-50 14w×8s',
      { ...n50, ...parts(14, 8) },
      'Eight parts of fourteen channels.',
    ],
    [
      'res2net50d',
      'Res2Net-50-D',
      { ...n50, ...parts(26, 4), ...d },
      'With a deep stem and pooled shortcuts.',
    ],
    ['res2net101_26w_4s', 'Res2Net-101 26w×4s', { ...n101, ...parts(26, 4) }, 'Res2Net at 101 layers.'],
    [
      'res2net101d',
      'Res2Net-101-D',
      { ...n101, ...parts(26, 4), ...d },
      'With a deep stem and pooled shortcuts.',
    ],
    [
      'res2next50',
      'Res2NeXt-50',
      { ...n50, ...parts(4, 4), cardinality: 8 },
      'Res2Net-50 whose parts are convolved in eight groups.',
    ],
  ],
)

const selective = (attrs: { readonly [name: string]: number | boolean }) =>
  ({ middle: { kind: 'selective', attrs } }) as const
const light = selective({ split: true, ratio: 0.125, divisor: 16 })
const halves = selective({ split: true, divisor: 8 })
const sknets = presetsOf(
  {
    ...common,
    paper: {
      title: 'Selective Kernel Networks',
      authors: 'Li et al.',
      year: 2019,
      url: 'https://arxiv.org/abs/1903.06586',
    },
  },
  resnet,
  [
    [
      'skresnet18',
      'SK-ResNet-18',
      { block: 'basic', depths: [2, 2, 2, 2], ...light },
      'ResNet-18 whose first convolutions choose between two windows.',
    ],
    [
      'skresnet34',
      'SK-ResNet-34',
      { block: 'basic', depths: [3, 4, 6, 3], ...light },
      'ResNet-34 whose first convolutions choose between two windows.',
    ],
    ['skresnet50', 'SK-ResNet-50', { ...n50, ...halves }, 'ResNet-50 that chooses between two windows.'],
    ['skresnet50d', 'SK-ResNet-50-D', { ...n50, ...halves, ...d }, 'With a deep stem and pooled shortcuts.'],
    [
      'skresnext50_32x4d',
      'SKNet-50',
      { ...n50, ...selective({}), cardinality: 32, baseWidth: 4 },
      'ResNeXt-50 that chooses between two windows, as in the paper.',
    ],
  ],
)

const split = (radix: number, averageFirst?: boolean) =>
  ({ ...d, middle: { kind: 'split', radix, ...(averageFirst ? { averageFirst } : {}) } }) as const
const wide = { stemWidth: 64 }
const resnests = presetsOf(
  {
    ...common,
    paper: {
      title: 'ResNeSt: Split-Attention Networks',
      authors: 'Zhang et al.',
      year: 2020,
      url: 'https://arxiv.org/abs/2004.08955',
    },
  },
  resnet,
  [
    ['resnest14d', 'ResNeSt-14', { ...bottleneck(1, 1, 1, 1), ...split(2) }, 'One block in each stage.'],
    ['resnest26d', 'ResNeSt-26', { ...bottleneck(2, 2, 2, 2), ...split(2) }, 'Two blocks in each stage.'],
    [
      'resnest50d',
      'ResNeSt-50',
      { ...n50, ...split(2) },
      'ResNet-50-D whose 3×3 convolutions have two candidates, mixed as the picture decides.',
    ],
    ['resnest101e', 'ResNeSt-101', { ...n101, ...split(2), ...wide, size: 256 }, 'ResNeSt at 101 layers.'],
    [
      'resnest200e',
      'ResNeSt-200',
      { ...bottleneck(3, 24, 36, 3), ...split(2), ...wide, size: 320 },
      'ResNeSt at 200 layers.',
    ],
    [
      'resnest269e',
      'ResNeSt-269',
      { ...bottleneck(3, 30, 48, 8), ...split(2), ...wide, size: 416 },
      'ResNeSt at 269 layers.',
    ],
    [
      'resnest50d_4s2x40d',
      'ResNeSt-50 4s2x40d',
      { ...n50, ...split(4, true), baseWidth: 40, cardinality: 2 },
      'Four candidates in each of two groups.',
    ],
    [
      'resnest50d_1s4x24d',
      'ResNeSt-50 1s4x24d',
      { ...n50, ...split(1, true), baseWidth: 24, cardinality: 4 },
      'One candidate, and gates, in four groups.',
    ],
  ],
)

export const multiScales: readonly Preset[] = [...res2nets, ...sknets, ...resnests]
