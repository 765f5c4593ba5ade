/**
 * torchvision's names, https://github.com/pytorch/vision. Those of ResNet, ResNeXt and DenseNet are timm's: timm took them over.
 */
import { byName, inOrder, type Renaming } from './renaming'

const half = (_: string, index = '') => Math.floor(Number(index) / 2)

export const renamingsOfTorchvision: readonly Renaming[] = [
  byName(
    'torchvision',
    // ConvNeXt: stages at odd numbers of `features`, what makes maps smaller before them.
    inOrder(
      [/^features\.0\.(\d)/, 'stem.$1'],
      [
        /^features\.(\d*[13579])\.(\d+)/,
        (match, at = '', block = '') => `stages.${half(match, at)}.blocks.${block}`,
      ],
      [
        /^features\.(\d+)\.(\d)/,
        (match, at = '', part = '') => `stages.${half(match, at)}.downsample.${part}`,
      ],
      [/block\.0\./, 'conv_dw.'],
      [/block\.2\./, 'norm.'],
      [/block\.3\./, 'mlp.fc1.'],
      [/block\.5\./, 'mlp.fc2.'],
      [/layer_scale$/, 'gamma'],
      [/^classifier\.0\./, 'head.norm.'],
      [/^classifier\.2\./, 'head.fc.'],
    ),
  ),
  byName(
    'torchvision',
    // Swin and Swin V2, likewise.
    inOrder(
      [/^features\.0\.0\./, 'patch_embed.proj.'],
      [/^features\.0\.2\./, 'patch_embed.norm.'],
      [
        /^features\.(\d*[13579])\.(\d+)/,
        (match, at = '', block = '') => `layers.${half(match, at)}.blocks.${block}`,
      ],
      [/^features\.(\d+)\./, (match, at = '') => `layers.${half(match, at)}.downsample.`],
      [/\bmlp\.0\./, 'mlp.fc1.'],
      [/\bmlp\.3\./, 'mlp.fc2.'],
      [/^head\./, 'head.fc.'],
    ),
  ),
  byName(
    'torchvision',
    // ViT.
    inOrder(
      [/^class_token$/, 'cls_token'],
      [/^conv_proj\./, 'patch_embed.proj.'],
      [/^(?:encoder\.)?pos_embedding$/, 'pos_embed'],
      [/^(?:encoder\.)?layers\.encoder_layer_/, 'blocks.'],
      [/self_attention\.in_proj_/, 'attn.qkv.'],
      [/self_attention\.out_proj\./, 'attn.proj.'],
      [/ln_(\d)\./, 'norm$1.'],
      [/mlp\.(?:linear_1|0)\./, 'mlp.fc1.'],
      [/mlp\.(?:linear_2|3)\./, 'mlp.fc2.'],
      [/^(?:encoder\.)?ln\./, 'norm.'],
      [/^heads\.head\./, 'head.'],
    ),
  ),
  byName(
    'torchvision',
    // VGG, whose linear layers are convolutions in timm.
    inOrder(
      [/^classifier\.0\./, 'pre_logits.fc1.'],
      [/^classifier\.3\./, 'pre_logits.fc2.'],
      [/^classifier\.6\./, 'head.fc.'],
    ),
  ),
]
