/** More networks of inverted residuals, in the words of efficientnet.ts: found by searches, or made for one device. */
import { divisible } from '../modules/rounding'
import { type EfficientNetSizes, efficientnet } from './efficientnet'
import { imagenetPixels, type Preset, type PresetRow, presetsOf } from './preset'

const common = { family: 'efficientnet', preprocessing: imagenetPixels(0.875) }

const tinyStages = [
  ['ds_r1_k3_s1_e1_c16_se0.25'],
  ['ir_r2_k3_s2_e6_c24_se0.25'],
  ['ir_r2_k5_s2_e6_c40_se0.25'],
  ['ir_r3_k3_s2_e6_c80_se0.25'],
  ['ir_r3_k5_s1_e6_c112_se0.25'],
  ['ir_r4_k5_s2_e6_c192_se0.25'],
  ['ir_r1_k3_s1_e6_c320_se0.25'],
]
const tinynets = presetsOf(
  {
    ...common,
    paper: {
      title: 'Model Rubik’s Cube: Twisting Resolution, Depth and Width for TinyNets',
      authors: 'Han et al.',
      year: 2020,
      url: 'https://arxiv.org/abs/2010.14819',
    },
  },
  efficientnet,
  (
    [
      ['a', 1, 1.2, 192],
      ['b', 0.75, 1.1, 188],
      ['c', 0.54, 0.85, 184],
      ['d', 0.54, 0.695, 152],
      ['e', 0.51, 0.6, 106],
    ] as const
  ).map(
    ([name, width, depth, size]): PresetRow<EfficientNetSizes> => [
      `tinynet_${name}`,
      `TinyNet-${name.toUpperCase()}`,
      {
        stages: tinyStages,
        ...{ width, depth, size },
        depthRound: 'nearest',
        fixStem: true,
        features: Math.max(1280, divisible(1280 * width)),
      },
      'EfficientNet-B0 scaled down, in resolution and depth before width.',
    ],
  ),
)

const searched = presetsOf(
  {
    ...common,
    paper: {
      title: 'FBNet: Hardware-Aware Efficient ConvNet Design via Differentiable Neural Architecture Search',
      authors: 'Wu et al.',
      year: 2018,
      url: 'https://arxiv.org/abs/1812.03443',
    },
  },
  efficientnet,
  [
    [
      'fbnetc_100',
      'FBNet-C',
      {
        stages: [
          ['ir_r1_k3_s1_e1_c16'],
          ['ir_r1_k3_s2_e6_c24', 'ir_r2_k3_s1_e1_c24'],
          ['ir_r1_k5_s2_e6_c32', 'ir_r1_k5_s1_e3_c32', 'ir_r1_k5_s1_e6_c32', 'ir_r1_k3_s1_e6_c32'],
          ['ir_r1_k5_s2_e6_c64', 'ir_r1_k5_s1_e3_c64', 'ir_r2_k5_s1_e6_c64'],
          ['ir_r3_k5_s1_e6_c112', 'ir_r1_k5_s1_e3_c112'],
          ['ir_r4_k5_s2_e6_c184'],
          ['ir_r1_k3_s1_e6_c352'],
        ],
        stem: 16,
        features: 1984,
        act: 'relu',
      },
      'Found by a search whose choices have gradients.',
    ],
    [
      'spnasnet_100',
      'Single-Path NAS',
      {
        stages: [
          ['ds_r1_k3_s1_c16_noskip'],
          ['ir_r3_k3_s2_e3_c24'],
          ['ir_r1_k5_s2_e6_c40', 'ir_r3_k3_s1_e3_c40'],
          ['ir_r1_k5_s2_e6_c80', 'ir_r3_k3_s1_e3_c80'],
          ['ir_r1_k5_s1_e6_c96', 'ir_r3_k5_s1_e3_c96'],
          ['ir_r4_k5_s2_e6_c192'],
          ['ir_r1_k3_s1_e6_c320_noskip'],
        ],
        act: 'relu',
      },
      'Found in less than four hours: small windows are parts of large ones.',
      {
        paper: {
          title: 'Single-Path NAS: Designing Hardware-Efficient ConvNets in less than 4 Hours',
          authors: 'Stamoulis et al.',
          year: 2019,
          url: 'https://arxiv.org/abs/1904.02877',
        },
      },
    ],
    [
      'mnasnet_small',
      'MnasNet-Small',
      {
        stages: [
          ['ds_r1_k3_s1_c8'],
          ['ir_r1_k3_s2_e3_c16'],
          ['ir_r2_k3_s2_e6_c16'],
          ['ir_r4_k5_s2_e6_c32_se0.25'],
          ['ir_r3_k3_s1_e6_c32_se0.25'],
          ['ir_r3_k5_s2_e6_c88_se0.25'],
          ['ir_r1_k3_s1_e6_c144'],
        ],
        stem: 8,
        act: 'relu',
      },
      'The smallest of its search.',
      {
        paper: {
          title: 'MnasNet: Platform-Aware Neural Architecture Search for Mobile',
          authors: 'Tan et al.',
          year: 2018,
          url: 'https://arxiv.org/abs/1807.11626',
        },
      },
    ],
    [
      'test_efficientnet',
      'Test EfficientNet',
      {
        stages: [
          ['cn_r1_k3_s1_e1_c16_skip'],
          ['er_r1_k3_s2_e4_c24'],
          ['er_r1_k3_s2_e4_c32'],
          ['ir_r1_k3_s2_e4_c48_se0.25'],
          ['ir_r1_k3_s2_e4_c64_se0.25'],
        ],
        stem: 24,
        features: 256,
        roundLimit: 0,
        size: 160,
      },
      'Small enough for a test.',
    ],
  ],
)

/** Fused blocks first; in V2 with groups. */
const edgeV2 = (widths: readonly number[], group: number) => {
  const [c0, c1, c2, c3, c4, c5, c6] = widths
  return [
    [`cn_r1_k1_s1_c${c0}`],
    [`er_r1_k3_s2_e8_c${c1}`, `er_r1_k3_s1_e4_gs${group}_c${c1}`],
    [
      `er_r1_k3_s2_e8_c${c2}`,
      `er_r1_k3_s1_e4_gs${group}_c${c2}`,
      `er_r1_k3_s1_e4_c${c2}`,
      `er_r1_k3_s1_e4_gs${group}_c${c2}`,
    ],
    [`er_r1_k3_s2_e8_c${c3}`, `ir_r3_k3_s1_e4_c${c3}`],
    [`ir_r1_k3_s1_e8_c${c4}`, `ir_r3_k3_s1_e4_c${c4}`],
    [`ir_r1_k3_s2_e8_c${c5}`, `ir_r3_k3_s1_e4_c${c5}`],
    [`ir_r1_k3_s1_e8_c${c6}`],
  ]
}
const edgeSummary = 'Fused inverted residuals where maps are large, for a small accelerator.'
const edges = presetsOf(
  {
    ...common,
    family: 'mobilenet',
    preprocessing: imagenetPixels(0.9),
    paper: {
      title: 'Accelerator-aware Neural Network Design using AutoML',
      authors: 'Gupta, Akin',
      year: 2020,
      url: 'https://arxiv.org/abs/2003.02838',
    },
  },
  efficientnet,
  [
    [
      'mobilenet_edgetpu_100',
      'MobileNet-EdgeTPU',
      {
        stages: [
          ['cn_r1_k1_s1_c16'],
          ['er_r1_k3_s2_e8_c32', 'er_r3_k3_s1_e4_c32'],
          ['er_r1_k3_s2_e8_c48', 'er_r3_k3_s1_e4_c48'],
          ['ir_r1_k3_s2_e8_c96', 'ir_r3_k3_s1_e4_c96'],
          ['ir_r1_k3_s1_e8_c96_noskip', 'ir_r3_k3_s1_e4_c96'],
          ['ir_r1_k5_s2_e8_c160', 'ir_r3_k5_s1_e4_c160'],
          ['ir_r1_k3_s1_e8_c192'],
        ],
        act: 'relu',
      },
      edgeSummary,
    ],
    ...(
      [
        ['xs', [16, 32, 48, 96, 144, 160, 192], 64, 32, 3, 1280],
        ['s', [24, 48, 64, 128, 160, 192, 256], 64, 64, 5, 1280],
        ['m', [32, 64, 80, 160, 192, 240, 320], 64, 64, 5, 1344],
        ['l', [32, 64, 96, 192, 240, 256, 384], 128, 64, 7, 1408],
      ] as const
    ).map(
      ([name, widths, groupWidth, stem, stemKernel, features]): PresetRow<EfficientNetSizes> => [
        `mobilenet_edgetpu_v2_${name}`,
        `MobileNet-EdgeTPU-V2-${name.toUpperCase()}`,
        { stages: edgeV2(widths, groupWidth), stem, stemKernel, features, act: 'relu' },
        edgeSummary,
      ],
    ),
  ],
)

// --- after MobileNetV3 -------------------------------------------------------------------------------------------

const onMean = { family: 'mobilenetv3', preprocessing: imagenetPixels(0.875) }
const lcStages = [
  ['dsa_r1_k3_s1_c32'],
  ['dsa_r2_k3_s2_c64'],
  ['dsa_r2_k3_s2_c128'],
  ['dsa_r1_k3_s2_c256', 'dsa_r1_k5_s1_c256'],
  ['dsa_r4_k5_s1_c256'],
  ['dsa_r2_k5_s2_c512_se0.25'],
]
const lcnets = presetsOf(
  {
    ...onMean,
    paper: {
      title: 'PP-LCNet: A Lightweight CPU Convolutional Neural Network',
      authors: 'Cui et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2109.15099',
    },
  },
  efficientnet,
  [0.35, 0.5, 0.75, 1, 1.5].map(
    (width): PresetRow<EfficientNetSizes> => [
      `lcnet_${`${Math.round(100 * width)}`.padStart(3, '0')}`,
      `PP-LCNet ×${width}`,
      {
        stages: lcStages,
        width,
        stem: 16,
        head: 'mean',
        act: 'hardswish',
        gates: { of: 'expanded', round: 'whole' },
      },
      'Depthwise and pointwise convolutions in turn, as fast as a CPU can take them.',
    ],
  ),
)

const fbV3 = {
  b: {
    stem: 16,
    size: 224,
    stages: [
      ['ds_r2_k3_s1_e1_c16'],
      ['ir_r1_k5_s2_e4_c24', 'ir_r3_k5_s1_e2_c24'],
      ['ir_r1_k5_s2_e5_c40_se0.25', 'ir_r4_k5_s1_e3_c40_se0.25'],
      ['ir_r1_k5_s2_e5_c72', 'ir_r4_k3_s1_e3_c72'],
      ['ir_r1_k3_s1_e5_c120_se0.25', 'ir_r5_k5_s1_e3_c120_se0.25'],
      ['ir_r1_k3_s2_e6_c184_se0.25', 'ir_r5_k5_s1_e4_c184_se0.25', 'ir_r1_k5_s1_e6_c224_se0.25'],
      ['cn_r1_k1_s1_c1344'],
    ],
  },
  d: {
    stem: 24,
    size: 224,
    stages: [
      ['ds_r2_k3_s1_e1_c16'],
      ['ir_r1_k3_s2_e5_c24', 'ir_r5_k3_s1_e2_c24'],
      ['ir_r1_k5_s2_e4_c40_se0.25', 'ir_r4_k3_s1_e3_c40_se0.25'],
      ['ir_r1_k3_s2_e5_c72', 'ir_r4_k3_s1_e3_c72'],
      ['ir_r1_k3_s1_e5_c128_se0.25', 'ir_r6_k5_s1_e3_c128_se0.25'],
      ['ir_r1_k3_s2_e6_c208_se0.25', 'ir_r5_k5_s1_e5_c208_se0.25', 'ir_r1_k5_s1_e6_c240_se0.25'],
      ['cn_r1_k1_s1_c1440'],
    ],
  },
  g: {
    stem: 32,
    size: 240,
    stages: [
      ['ds_r3_k3_s1_e1_c24'],
      ['ir_r1_k5_s2_e4_c40', 'ir_r4_k5_s1_e2_c40'],
      ['ir_r1_k5_s2_e4_c56_se0.25', 'ir_r4_k5_s1_e3_c56_se0.25'],
      ['ir_r1_k5_s2_e5_c104', 'ir_r4_k3_s1_e3_c104'],
      ['ir_r1_k3_s1_e5_c160_se0.25', 'ir_r8_k5_s1_e3_c160_se0.25'],
      ['ir_r1_k3_s2_e6_c264_se0.25', 'ir_r6_k5_s1_e5_c264_se0.25', 'ir_r2_k5_s1_e6_c288_se0.25'],
      ['cn_r1_k1_s1_c1728'],
    ],
  },
} as const
const fbnetV3s = presetsOf(
  {
    ...onMean,
    paper: {
      title: 'FBNetV3: Joint Architecture-Recipe Search using Predictor Pretraining',
      authors: 'Dai et al.',
      year: 2020,
      url: 'https://arxiv.org/abs/2006.02049',
    },
  },
  efficientnet,
  (['b', 'd', 'g'] as const).map(
    (name): PresetRow<EfficientNetSizes> => [
      `fbnetv3_${name}`,
      `FBNetV3-${name.toUpperCase()}`,
      {
        ...fbV3[name],
        features: 1984,
        head: 'mean',
        headEnd: 'none',
        act: 'hardswish',
        roundLimit: 0.95,
        gates: { of: 'input', round: 'eight', act: 'own' },
      },
      'Found together with the recipe that trains it.',
    ],
  ),
)

const v4 = {
  small: [
    ['cn_r1_k3_s2_e1_c32', 'cn_r1_k1_s1_e1_c32'],
    ['cn_r1_k3_s2_e1_c96', 'cn_r1_k1_s1_e1_c64'],
    ['uir_r1_a5_k5_s2_e3_c96', 'uir_r4_a0_k3_s1_e2_c96', 'uir_r1_a3_k0_s1_e4_c96'],
    [
      'uir_r1_a3_k3_s2_e6_c128',
      'uir_r1_a5_k5_s1_e4_c128',
      'uir_r1_a0_k5_s1_e4_c128',
      'uir_r1_a0_k5_s1_e3_c128',
      'uir_r2_a0_k3_s1_e4_c128',
    ],
    ['cn_r1_k1_s1_c960'],
  ],
  medium: [
    ['er_r1_k3_s2_e4_c48'],
    ['uir_r1_a3_k5_s2_e4_c80', 'uir_r1_a3_k3_s1_e2_c80'],
    [
      'uir_r1_a3_k5_s2_e6_c160',
      'uir_r2_a3_k3_s1_e4_c160',
      'uir_r1_a3_k5_s1_e4_c160',
      'uir_r1_a3_k3_s1_e4_c160',
      'uir_r1_a3_k0_s1_e4_c160',
      'uir_r1_a0_k0_s1_e2_c160',
      'uir_r1_a3_k0_s1_e4_c160',
    ],
    [
      'uir_r1_a5_k5_s2_e6_c256',
      'uir_r1_a5_k5_s1_e4_c256',
      'uir_r2_a3_k5_s1_e4_c256',
      'uir_r1_a0_k0_s1_e4_c256',
      'uir_r1_a3_k0_s1_e4_c256',
      'uir_r1_a3_k5_s1_e2_c256',
      'uir_r1_a5_k5_s1_e4_c256',
      'uir_r2_a0_k0_s1_e4_c256',
      'uir_r1_a5_k0_s1_e2_c256',
    ],
    ['cn_r1_k1_s1_c960'],
  ],
  large: [
    ['er_r1_k3_s2_e4_c48'],
    ['uir_r1_a3_k5_s2_e4_c96', 'uir_r1_a3_k3_s1_e4_c96'],
    [
      'uir_r1_a3_k5_s2_e4_c192',
      'uir_r3_a3_k3_s1_e4_c192',
      'uir_r1_a3_k5_s1_e4_c192',
      'uir_r5_a5_k3_s1_e4_c192',
      'uir_r1_a3_k0_s1_e4_c192',
    ],
    [
      'uir_r4_a5_k5_s2_e4_c512',
      'uir_r1_a5_k0_s1_e4_c512',
      'uir_r1_a5_k3_s1_e4_c512',
      'uir_r2_a5_k0_s1_e4_c512',
      'uir_r1_a5_k3_s1_e4_c512',
      'uir_r1_a5_k5_s1_e4_c512',
      'uir_r3_a5_k0_s1_e4_c512',
    ],
    ['cn_r1_k1_s1_c960'],
  ],
  hybridMedium: [
    ['er_r1_k3_s2_e4_c48'],
    ['uir_r1_a3_k5_s2_e4_c80', 'uir_r1_a3_k3_s1_e2_c80'],
    [
      'uir_r1_a3_k5_s2_e6_c160',
      'uir_r1_a0_k0_s1_e2_c160',
      'uir_r1_a3_k3_s1_e4_c160',
      'uir_r1_a3_k5_s1_e4_c160',
      'mqa_r1_k3_h4_s1_v2_d64_c160',
      'uir_r1_a3_k3_s1_e4_c160',
      'mqa_r1_k3_h4_s1_v2_d64_c160',
      'uir_r1_a3_k0_s1_e4_c160',
      'mqa_r1_k3_h4_s1_v2_d64_c160',
      'uir_r1_a3_k3_s1_e4_c160',
      'mqa_r1_k3_h4_s1_v2_d64_c160',
      'uir_r1_a3_k0_s1_e4_c160',
    ],
    [
      'uir_r1_a5_k5_s2_e6_c256',
      'uir_r1_a5_k5_s1_e4_c256',
      'uir_r2_a3_k5_s1_e4_c256',
      'uir_r1_a0_k0_s1_e2_c256',
      'uir_r1_a3_k5_s1_e2_c256',
      'uir_r1_a0_k0_s1_e2_c256',
      'uir_r1_a0_k0_s1_e4_c256',
      'mqa_r1_k3_h4_s1_d64_c256',
      'uir_r1_a3_k0_s1_e4_c256',
      'mqa_r1_k3_h4_s1_d64_c256',
      'uir_r1_a5_k5_s1_e4_c256',
      'mqa_r1_k3_h4_s1_d64_c256',
      'uir_r1_a5_k0_s1_e4_c256',
      'mqa_r1_k3_h4_s1_d64_c256',
      'uir_r1_a5_k0_s1_e4_c256',
    ],
    ['cn_r1_k1_s1_c960'],
  ],
  hybridLarge: [
    ['er_r1_k3_s2_e4_c48'],
    ['uir_r1_a3_k5_s2_e4_c96', 'uir_r1_a3_k3_s1_e4_c96'],
    [
      'uir_r1_a3_k5_s2_e4_c192',
      'uir_r3_a3_k3_s1_e4_c192',
      'uir_r1_a3_k5_s1_e4_c192',
      'uir_r2_a5_k3_s1_e4_c192',
      'mqa_r1_k3_h8_s1_v2_d48_c192',
      'uir_r1_a5_k3_s1_e4_c192',
      'mqa_r1_k3_h8_s1_v2_d48_c192',
      'uir_r1_a5_k3_s1_e4_c192',
      'mqa_r1_k3_h8_s1_v2_d48_c192',
      'uir_r1_a5_k3_s1_e4_c192',
      'mqa_r1_k3_h8_s1_v2_d48_c192',
      'uir_r1_a3_k0_s1_e4_c192',
    ],
    [
      'uir_r4_a5_k5_s2_e4_c512',
      'uir_r1_a5_k0_s1_e4_c512',
      'uir_r1_a5_k3_s1_e4_c512',
      'uir_r2_a5_k0_s1_e4_c512',
      'uir_r1_a5_k3_s1_e4_c512',
      'uir_r1_a5_k5_s1_e4_c512',
      'mqa_r1_k3_h8_s1_d64_c512',
      'uir_r1_a5_k0_s1_e4_c512',
      'mqa_r1_k3_h8_s1_d64_c512',
      'uir_r1_a5_k0_s1_e4_c512',
      'mqa_r1_k3_h8_s1_d64_c512',
      'uir_r1_a5_k0_s1_e4_c512',
      'mqa_r1_k3_h8_s1_d64_c512',
      'uir_r1_a5_k0_s1_e4_c512',
    ],
    ['cn_r1_k1_s1_c960'],
  ],
} as const
const v4Size = (
  stages: keyof typeof v4,
  size: number,
  more: Partial<EfficientNetSizes> = {},
): EfficientNetSizes => ({
  stages: v4[stages],
  stem: stages === 'large' || stages === 'hybridLarge' ? 24 : 32,
  head: 'mean',
  headEnd: 'norm',
  act: stages === 'hybridLarge' ? 'gelu' : 'relu',
  fixStem: (more.width ?? 1) < 1,
  ...(stages.startsWith('hybrid') ? { layerScale: true } : {}),
  size,
  ...more,
})
const average = { antiAlias: 'average' } as const
const v4Summary =
  'Inverted residuals whose convolutions per channel come before the widening, after it, or not at all.'
const hybridSummary = 'MobileNetV4 with attention whose heads share their keys and values.'
const mobileV4s = presetsOf(
  {
    ...onMean,
    paper: {
      title: 'MobileNetV4: Universal Models for the Mobile Ecosystem',
      authors: 'Qin et al.',
      year: 2024,
      url: 'https://arxiv.org/abs/2404.10518',
    },
    preprocessing: imagenetPixels(0.95),
  },
  efficientnet,
  [
    [
      'mobilenetv4_conv_small_035',
      'MobileNetV4-Conv-S ×0.35',
      v4Size('small', 224, { width: 0.35 }),
      v4Summary,
    ],
    [
      'mobilenetv4_conv_small_050',
      'MobileNetV4-Conv-S ×0.5',
      v4Size('small', 224, { width: 0.5 }),
      v4Summary,
    ],
    ['mobilenetv4_conv_small', 'MobileNetV4-Conv-S', v4Size('small', 224), v4Summary],
    ['mobilenetv4_conv_medium', 'MobileNetV4-Conv-M', v4Size('medium', 256), v4Summary],
    ['mobilenetv4_conv_large', 'MobileNetV4-Conv-L', v4Size('large', 384), v4Summary],
    [
      'mobilenetv4_conv_aa_medium',
      'MobileNetV4-Conv-M (average)',
      v4Size('medium', 256, average),
      'MobileNetV4 that averages to stride.',
    ],
    [
      'mobilenetv4_conv_blur_medium',
      'MobileNetV4-Conv-M (blur)',
      v4Size('medium', 224, { antiAlias: 'blur' }),
      'MobileNetV4 that blurs before it strides.',
    ],
    [
      'mobilenetv4_conv_aa_large',
      'MobileNetV4-Conv-L (average)',
      v4Size('large', 448, average),
      'MobileNetV4 that averages to stride.',
    ],
    ['mobilenetv4_hybrid_medium', 'MobileNetV4-Hybrid-M', v4Size('hybridMedium', 256), hybridSummary],
    ['mobilenetv4_hybrid_large', 'MobileNetV4-Hybrid-L', v4Size('hybridLarge', 384), hybridSummary],
    [
      'mobilenetv4_hybrid_medium_075',
      'MobileNetV4-Hybrid-M ×0.75',
      v4Size('hybridMedium', 224, { width: 0.75 }),
      hybridSummary,
    ],
    [
      'mobilenetv4_hybrid_large_075',
      'MobileNetV4-Hybrid-L ×0.75',
      v4Size('hybridLarge', 256, { width: 0.75 }),
      hybridSummary,
    ],
  ],
)

export const mobileNets: readonly Preset[] = [
  ...tinynets,
  ...searched,
  ...edges,
  ...lcnets,
  ...fbnetV3s,
  ...mobileV4s,
]
