/** What only a reader of the papers knows: whose preset a printed name means, and why a printed number is another than ours. */
import type { Figures } from './figures'

/** Preset by printed name, where the preset’s title is another. */
export const aliases: Readonly<Record<string, string>> = {
  'ResNet-50/200 (improved recipe)': 'resnet50',
  'Swin-T/B': 'swin_tiny_patch4_window7_224',
  'ConvNeXt-Tiny (kernels 7-7-7-7)': 'convnext_tiny',
  'ConvNeXt-Small (kernels 7-7-7-7)': 'convnext_small',
  'ConvNeXt-Base (kernels 7-7-7-7)': 'convnext_base',
  'ConvNeXt-Tiny (kernels 31-29-27-13)': 'convnext_tiny_31_29_27_13',
  'ConvNeXt-Small (kernels 31-29-27-13)': 'convnext_small_31_29_27_13',
  'RegNetY-4G': 'regnety_040',
  'RegNetY-8G': 'regnety_080',
  'RegNetY-16G': 'regnety_160',
  'RegNetY-32G': 'regnety_320',
  'EffNet-B3': 'tf_efficientnet_b3',
  'EffNet-B4': 'tf_efficientnet_b4',
  'EffNet-B5': 'tf_efficientnet_b5',
  'EffNet-B6': 'tf_efficientnet_b6',
  'EffNet-B7': 'tf_efficientnet_b7',
  'DeiT-S': 'deit_small_patch16_224',
  'DeiT-B': 'deit_base_patch16_224',
  'R-101x3': 'resnetv2_101x3_bit',
  'R-152x4': 'resnetv2_152x4_bit',
  'BiT-M': 'resnetv2_152x4_bit',
  'SLaK-B': 'slak_b_dense',
  'MobileNetV2x1.4': 'mobilenetv2_140',
  'SpectFormer-S': 'spectformer_s',
  'SpectFormer-L': 'spectformer_l',
  PoolFormer: 'poolformer_m36',
  ConvNeXt: 'convnext_xlarge',
  'Swin Transformer': 'swin_large_patch4_window12_384',
  'CSWin Transformer': 'CSWin_96_24322_base_224',
  // DINO’s table names the method, a slash, and the backbone.
  RN50: 'resnet50',
  'ViT-S': 'vit_small_patch16_224',
  'ViT-S/8': 'vit_small_patch8_224',
  'ViT-B/16': 'vit_base_patch16_224',
  'ViT-B/8': 'vit_base_patch8_224',
  'RVT-S': 'rvt_small_plus',
  'RVT-B': 'rvt_base_plus',
  'RVT-S*': 'rvt_small_plus',
  'RVT-B*': 'rvt_base_plus',
  'FAN-S': 'fan_small_12_p16_224',
  'FAN-B': 'fan_base_18_p16_224',
  'FAN-L': 'fan_large_24_p16_224',
  'FcaFormer (L2)': 'fcaformer_l2',
}

export interface KnownReason {
  readonly quantity: 'params' | 'frozen' | 'macs'
  readonly models: readonly string[]
  /** All tables, where there is none. */
  readonly table?: string
  readonly side?: number
  readonly reason: string
  /** Ours in the source’s convention, in the printed unit. The reason stands only where this gives the printed number. */
  recount?(ours: Figures, side: number): number
}

/** Every token of a ViT over patches of 16 but the class token. */
function withoutClassToken({ macs }: Figures, side: number): number {
  const patches = (side / 16) ** 2
  const share = patches / (patches + 1)
  return (macs.conv + macs.linear * share + macs.matmul * share ** 2) / 1e9
}

/** What a 1×1 convolution saves that strides itself, before the 3×3: three quarters of it, in three stages. */
const strideBefore3x3 = 3 * 0.75 * 102_760_448

/** The 5×5 kernels of RepLKNet’s training form, on a picture of 224 pixels. */
const smallKernels = 25 * (56 ** 2 * 256 + 28 ** 2 * 512 + 14 ** 2 * 9216 + 7 ** 2 * 2048)

const resnetTable = 'ResNet layer table (slide "Input Stem (ResNet)")'
const swinTable = 'Swin Table 1'
const haloTable = 'HaloNet Table (JFT/IN-21k transfer)'
const elementwise = 'counted with the operations of norms, activations and sums'
const efficientNet =
  'EfficientNet’s own figure of 2019, by a counter that is not described; timm’s layers give ours to the unit'

export const knownReasons: readonly KnownReason[] = [
  {
    quantity: 'macs',
    models: ['ResNet-50', 'ResNet-101', 'ResNet-152'],
    table: resnetTable,
    reason: 'the paper’s own network strides in the first 1×1 convolution; timm’s and ours, v1.5, in the 3×3',
    recount: ({ macs }) => (macs.total - strideBefore3x3) / 1e9,
  },
  {
    quantity: 'macs',
    models: ['RSB-ResNet-101', 'RSB-ResNet-152'],
    reason: elementwise,
    recount: ({ macs, elementwise }) => (macs.total + elementwise) / 1e9,
  },
  {
    quantity: 'macs',
    models: ['ConvNeXt-B'],
    side: 384,
    reason: 'the sources disagree: ConvNeXt’s Table 8 and MetaFormer’s Table VII print 45.1, as we count',
  },
  {
    quantity: 'params',
    models: ['Swin-T'],
    reason: 'Swin’s Table 1 rounds up; ConvNeXt’s Table 8 prints 28.3, as we count',
  },
  {
    quantity: 'params',
    models: ['RepLKNet-31B'],
    reason: 'counted as merged for inference, small kernels inside the large ones and norms folded',
  },
  {
    quantity: 'macs',
    models: ['RepLKNet-31B'],
    reason: 'counted as merged for inference, small kernels inside the large ones',
    recount: ({ macs }, side) => (macs.total - smallKernels * (side / 224) ** 2) / 1e9,
  },
  {
    quantity: 'params',
    models: ['SLaK-B'],
    reason: 'counted after pruning two fifths of the weights; the preset is the dense network',
    recount: ({ params }) => (params * 0.6) / 1e6,
  },
  {
    quantity: 'macs',
    models: ['SLaK-B'],
    reason: 'counted after pruning two fifths of the weights; the preset is the dense network',
    recount: ({ macs }) => (macs.total * 0.6) / 1e9,
  },
  {
    quantity: 'macs',
    models: ['DeiT-B', 'ViT-B/16', 'ViT-L/16'],
    reason: 'counted without the class token',
    recount: withoutClassToken,
  },
  {
    quantity: 'params',
    models: ['ViT-L/16'],
    table: swinTable,
    reason:
      'ViT’s Table 1 has one number for every ViT-L: that of patches of 32 pixels, whose stem is larger',
    recount: ({ params }) => (params + 3 * (32 ** 2 - 16 ** 2) * 1024 - (24 ** 2 - 12 ** 2) * 1024) / 1e6,
  },
  {
    quantity: 'params',
    models: ['ViT-L/16'],
    table: haloTable,
    reason: 'rounded to hundreds',
    recount: ({ params }) => Math.round(params / 1e8) * 100,
  },
  {
    quantity: 'params',
    models: ['BiT-M'],
    table: haloTable,
    reason: 'counted without the classifier',
    recount: ({ params }) => (params - 8193 * 1000) / 1e6,
  },
  {
    quantity: 'macs',
    models: ['RegNetY-16G'],
    table: swinTable,
    reason:
      'the sources disagree: this is the size in the model’s name; MetaFormer’s Table V prints 15.9, as we count',
  },
  { quantity: 'macs', models: ['EffNet-B4', 'EffNet-B5'], table: swinTable, reason: efficientNet },
  {
    quantity: 'macs',
    models: ['EffNet-B7'],
    table: swinTable,
    reason: 'cut off to whole numbers',
    recount: ({ macs }) => Math.floor(macs.total / 1e9),
  },
  {
    quantity: 'macs',
    models: ['R-101x3', 'R-152x4'],
    table: swinTable,
    reason: 'a counter that adds about 0.2 % to the convolutions, and is not described',
  },
  {
    quantity: 'params',
    models: ['EfficientNetV2-L'],
    reason: 'rounded to tens',
    recount: ({ params }) => Math.round(params / 1e7) * 10,
  },
  {
    quantity: 'macs',
    models: ['EfficientNetV2-L'],
    reason: 'EfficientNetV2’s own figure, by a counter that is not described; timm’s layers give ours',
  },
  {
    quantity: 'macs',
    models: ['EfficientNetV2-XL'],
    reason: 'EfficientNetV2 counts XL on 512 pixels, not on 480, and rounds up',
    recount: ({ macs }) => Math.ceil((macs.total * (512 / 480) ** 2) / 1e9),
  },
  {
    quantity: 'macs',
    models: ['CoAtNet-0', 'CoAtNet-1', 'CoAtNet-2', 'CoAtNet-3'],
    reason:
      'the paper strides in the first 1×1 convolution of a block, timm and we in the depthwise one behind it; its own code is not public',
  },
  {
    quantity: 'params',
    models: ['CoAtNet-3'],
    reason: 'CoAtNet’s own figure; its code is not public, and timm’s layers give ours to the unit',
  },
  {
    quantity: 'macs',
    models: ['MaxViT-S', 'MaxViT-B'],
    reason: 'MaxViT’s own figure, by a counter that is not described; timm’s layers give ours to the unit',
  },
  {
    quantity: 'macs',
    models: ['DETR', 'DETR-DC5', 'DETR-R101', 'DETR-DC5-R101'],
    reason:
      'the paper’s mean over the first hundred pictures of COCO, which are wider than high; of 800×1066 pixels DETR takes 81.2 here and in its own code',
  },
  {
    quantity: 'macs',
    models: ['T2T-ViT-14', 'T2T-ViT-24'],
    reason:
      'T2T-ViT’s own figure, by a counter that is not described; its published code gives ours to the unit',
  },
  {
    quantity: 'macs',
    models: ['MViTv2-B', 'MViTv2-L'],
    reason: 'MViTv2’s own figure, by a counter that is not described; timm’s layers give ours to the unit',
  },
  {
    quantity: 'params',
    models: ['RVT-B* [44]', 'RVT-B*'],
    reason:
      'RVT’s own figure; its published code gives ours: plain MLPs at 768 channels, and factors for pairs in five blocks',
  },
  {
    quantity: 'macs',
    models: ['RVT-B* [44]', 'RVT-B*'],
    reason: 'RVT’s own figure, by a counter that is not described; its published code gives ours',
  },
  {
    quantity: 'macs',
    models: ['FAN-S', 'FAN-B', 'FAN-L'],
    reason:
      'FAN’s own figure, by a counter that is not described; its published code gives ours, and a second product A·V that nothing reads',
  },
]
