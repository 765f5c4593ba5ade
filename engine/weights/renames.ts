/**
 * What checkpoints call their tensors, in timm's present names. Each row is a way in which names were changed once: by timm
 * itself, or where it took over weights from a paper's repository. The row that makes most names fit is taken.
 */

import { renamingsOfTorchvision } from './renamesOfTorchvision'
import { renamingsOfTransformers } from './renamesOfTransformers'
import { byName, type Change, inOrder, type Renaming, transposed } from './renaming'
import type { FileTensor } from './safetensors'

const stageBlocks = (name: string) => name.replace(/^stages\.(\d+)\.(\d+)/, 'stages.$1.blocks.$2')

const next = (_: string, index = '') => `${Number(index) + 1}`
const stageBefore = (_: string, index = '') => `stages.${Number(index) - 1}`

/** https://github.com/facebookresearch/ConvNeXt, https://github.com/mmaaz60/EdgeNeXt */
const convNext = inOrder(
  [/^downsample_layers\.0\./, 'stem.'],
  [/^downsample_layers\.(\d+)\.(\d+)/, 'stages.$1.downsample.$2'],
  [/dwconv/, 'conv_dw'],
  [/pwconv/, 'mlp.fc'],
  [/grn\.beta/, 'mlp.grn.bias'],
  [/grn\.gamma/, 'mlp.grn.weight'],
  [/^head\./, 'head.fc.'],
  [/^norm\./, 'head.norm.'],
)

/** https://github.com/sail-sg/metaformer */
const metaFormer = inOrder(
  [/^downsample_layers\.0\./, 'stem.'],
  [/^downsample_layers\.(\d+)/, 'stages.$1.downsample'],
  [/^patch_embed\./, 'stem.'],
  [/^(stem|stages\.\d+\.downsample)\.proj/, '$1.conv'],
  [/^(stem|stages\.\d+\.downsample)\.(?:pre|post)_norm/, '$1.norm'],
  [/^head\./, 'head.fc.'],
  [/^norm\./, 'head.norm.'],
)

/** https://github.com/sail-sg/poolformer: blocks at even numbers of `network`, what makes maps smaller at odd ones. */
const poolFormer = inOrder(
  [/^network\.(\d+)\.(\d+)/, (_, stage = '', block = '') => `stages.${Number(stage) / 2}.blocks.${block}`],
  [/^network\.(\d+)\./, (_, between = '') => `stages.${(Number(between) + 1) / 2}.downsample.`],
  [/layer_scale_(\d+)/, 'layer_scale$1.scale'],
)

/** https://github.com/apple/ml-fastvit: stages in one row, each but the first begun by a `proj`, some by a `pe`. */
function fastVit(names: readonly string[]): Change {
  const begins = new Set(names.flatMap((name) => /^network\.(\d+)\.proj\./.exec(name)?.[1] ?? []).map(Number))
  const stageOf = (at: string) => [...begins].filter((begin) => begin <= Number(at)).length
  return inOrder(
    [/^patch_embed\./, 'stem.'],
    [/rbr_conv/, 'conv_kxk'],
    [/rbr_scale/, 'conv_scale'],
    [/rbr_skip/, 'identity'],
    [/^conv_exp/, 'final_conv'],
    [/lkb_origin/, 'large_conv'],
    [/convffn/, 'mlp'],
    [/se\.reduce/, 'se.fc1'],
    [/se\.expand/, 'se.fc2'],
    [/(layer_scale(?:_\d)?)$/, '$1.gamma'],
    [/^dist_head/, 'head_dist'],
    [/^head\./, 'head.fc.'],
    [/^network\.(\d+)\.proj/, (_, at = '') => `stages.${stageOf(at)}.downsample.proj`],
    [/^network\.(\d+)\.pe/, (_, at = '') => `stages.${stageOf(at)}.pos_emb.pos_enc`],
    [/^network\.(\d+)/, (_, at = '') => `stages.${stageOf(at)}.blocks`],
  )
}

/** https://github.com/bytedance/Next-ViT: the blocks of all stages in one row. */
function nextVit(_: readonly string[], wanted: readonly string[]): Change {
  const blocks = [...new Set(wanted.flatMap((name) => /^stages\.\d+\.blocks\.\d+/.exec(name)?.[0] ?? []))]
  return inOrder(
    [/^features\.(\d+)/, (match, at = '') => blocks[Number(at)] ?? match],
    [/mlp\.conv(\d)/, 'mlp.fc$1'],
    [/^proj_head\.0\./, 'head.fc.'],
  )
}

/** [1, pixels, c] -> [1, c, h, w]: where the newer network takes patches out of the picture first. */
function positionsOfPixels(tensors: Map<string, FileTensor>): void {
  const table = tensors.get('pixel_pos')
  const [, count = 0, channels = 0] = table?.shape ?? []
  const side = Math.round(Math.sqrt(count))
  if (table?.shape.length !== 3 || side * side !== count) return
  tensors.set('pixel_pos', transposed(table, [count, channels], [1, channels, side, side]))
}

export const renamings: readonly Renaming[] = [
  byName('timm', (name) => name),
  byName(
    'Swin’s repository',
    inOrder([/(?<=^layers\.)(\d+)(?=\.downsample)/, (match) => next(match, match)], [/^head\./, 'head.fc.']),
  ),
  byName('ConvNeXt’s repository', (name) => convNext(stageBlocks(name))),
  byName('the MetaFormer baselines’ repository', (name) => metaFormer(stageBlocks(name))),
  byName('PoolFormer’s repository', (name) => metaFormer(poolFormer(name))),
  byName(
    'PVTv2’s repository',
    inOrder(
      [/^patch_embed1\./, 'patch_embed.'],
      [/^patch_embed(\d)\./, (match, index = '') => `${stageBefore(match, index)}.downsample.`],
      [/dwconv\.dwconv/, 'dwconv'],
      [
        /^block(\d+)\.(\d+)/,
        (match, index = '', block = '') => `${stageBefore(match, index)}.blocks.${block}`,
      ],
      [/^norm(\d+)\./, (match, index = '') => `${stageBefore(match, index)}.norm.`],
    ),
  ),
  byName(
    'DaViT’s repository',
    inOrder(
      [/^patch_embeds\.0\./, 'stem.'],
      [/^patch_embeds\.(\d+)/, 'stages.$1.downsample'],
      [/^main_blocks\.(\d+)/, 'stages.$1.blocks'],
      [/^(stem|stages\.\d+\.downsample)\.proj/, '$1.conv'],
      [/^head\./, 'head.fc.'],
      [/^norms\./, 'head.norm.'],
      [/cpe\.0/, 'cpe1'],
      [/cpe\.1/, 'cpe2'],
    ),
  ),
  byName(
    'PiT’s repository',
    inOrder([/^pools\.(\d+)\./, (match, index = '') => `transformers.${next(match, index)}.pool.`]),
  ),
  byName(
    'TNT’s repository',
    inOrder(
      [/outer_pos/, 'patch_pos'],
      [/inner_pos/, 'pixel_pos'],
      [/patch_embed/, 'pixel_embed'],
      [/proj_norm(\d)/, 'norm$1_proj'],
      [/inner_norm1/, 'norm_in'],
      [/inner_attn/, 'attn_in'],
      [/inner_norm2/, 'norm_mlp_in'],
      [/inner_mlp/, 'mlp_in'],
      [/outer_norm1/, 'norm_out'],
      [/outer_attn/, 'attn_out'],
      [/outer_norm2/, 'norm_mlp'],
      [/outer_mlp/, 'mlp'],
    ),
    positionsOfPixels,
  ),
  byName(
    'Hiera’s repository',
    inOrder(
      [/^head\.projection\./, 'head.fc.'],
      [/^(?:encoder_)?norm\./, 'head.norm.'],
      [/^pos_embed_abs$/, 'pos_embed'],
    ),
  ),
  byName(
    'ResMLP’s repository',
    inOrder(
      [/^patch_embed\./, 'stem.'],
      [/\battn\./, 'linear_tokens.'],
      [/\bmlp\./, 'mlp_channels.'],
      [/\bgamma_/, 'ls'],
    ),
  ),
  byName('XCiT’s repository', inOrder([/^pos_embeder\./, 'pos_embed.'])),
  byName('DeiT III’s repository', inOrder([/\bgamma_(\d)/, 'ls$1.gamma'])),
  { of: 'FastViT’s repository', changeAmong: fastVit },
  { of: 'Next-ViT’s repository', changeAmong: nextVit },
  ...renamingsOfTransformers,
  ...renamingsOfTorchvision,
]

const wrappers = /^(?:module|model|model_ema|state_dict|teacher|backbone|encoder|visual\.trunk)\./

/** The name without what training code wraps a network in. */
export function unwrapped(name: string): string {
  let inner = name
  while (wrappers.test(inner)) inner = inner.replace(wrappers, '')
  return inner
}

/** The name inside the network that looks at pictures, of those that look and read; null for what belongs to the other one. */
export function ofPictures(name: string): string | null {
  const inner = /^(?:module\.)?(?:visual|vision_encoder|image_encoder\.model)\.(.*)$/.exec(name)?.[1]
  return inner === undefined ? null : inner
}
