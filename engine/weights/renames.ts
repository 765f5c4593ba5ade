/**
 * What checkpoints call their tensors, in timm's present names. Each row is a way in which names were changed once: by timm
 * itself, or where it took over weights from a paper's repository. The row that makes most names fit is taken.
 */

interface Renaming {
  /** For people: whose names these are. */
  readonly of: string
  readonly change: (name: string) => string
}

const stageBlocks = (name: string) => name.replace(/^stages\.(\d+)\.(\d+)/, 'stages.$1.blocks.$2')

/** Pairs of a pattern and its replacement, one after the other. */
const inOrder =
  (...steps: readonly (readonly [RegExp, string | ((...match: string[]) => string)])[]) =>
  (name: string): string =>
    steps.reduce((now, [pattern, to]) => now.replace(pattern, to as string), name)

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

export const renamings: readonly Renaming[] = [
  { of: 'timm', change: (name) => name },
  {
    of: 'Swin’s repository',
    change: inOrder(
      [/(?<=^layers\.)(\d+)(?=\.downsample)/, (match) => next(match, match)],
      [/^head\./, 'head.fc.'],
    ),
  },
  { of: 'ConvNeXt’s repository', change: (name) => convNext(stageBlocks(name)) },
  { of: 'the MetaFormer baselines’ repository', change: (name) => metaFormer(stageBlocks(name)) },
  { of: 'PoolFormer’s repository', change: (name) => metaFormer(poolFormer(name)) },
  {
    of: 'PVTv2’s repository',
    change: inOrder(
      [/^patch_embed1\./, 'patch_embed.'],
      [/^patch_embed(\d)\./, (match, index = '') => `${stageBefore(match, index)}.downsample.`],
      [/dwconv\.dwconv/, 'dwconv'],
      [
        /^block(\d+)\.(\d+)/,
        (match, index = '', block = '') => `${stageBefore(match, index)}.blocks.${block}`,
      ],
      [/^norm(\d+)\./, (match, index = '') => `${stageBefore(match, index)}.norm.`],
    ),
  },
  {
    of: 'DaViT’s repository',
    change: inOrder(
      [/^patch_embeds\.0\./, 'stem.'],
      [/^patch_embeds\.(\d+)/, 'stages.$1.downsample'],
      [/^main_blocks\.(\d+)/, 'stages.$1.blocks'],
      [/^(stem|stages\.\d+\.downsample)\.proj/, '$1.conv'],
      [/^head\./, 'head.fc.'],
      [/^norms\./, 'head.norm.'],
      [/cpe\.0/, 'cpe1'],
      [/cpe\.1/, 'cpe2'],
    ),
  },
  {
    of: 'PiT’s repository',
    change: inOrder([/^pools\.(\d+)\./, (match, index = '') => `transformers.${next(match, index)}.pool.`]),
  },
  {
    of: 'TNT’s repository',
    change: inOrder(
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
  },
  {
    of: 'Hiera’s repository',
    change: inOrder(
      [/^head\.projection\./, 'head.fc.'],
      [/^(?:encoder_)?norm\./, 'head.norm.'],
      [/^pos_embed_abs$/, 'pos_embed'],
    ),
  },
  {
    of: 'ResMLP’s repository',
    change: inOrder(
      [/^patch_embed\./, 'stem.'],
      [/\battn\./, 'linear_tokens.'],
      [/\bmlp\./, 'mlp_channels.'],
      [/\bgamma_/, 'ls'],
    ),
  },
  { of: 'XCiT’s repository', change: inOrder([/^pos_embeder\./, 'pos_embed.']) },
  { of: 'DeiT III’s repository', change: inOrder([/\bgamma_(\d)/, 'ls$1.gamma']) },
]

const wrappers = /^(?:module|model|model_ema|state_dict|teacher|backbone|encoder|visual\.trunk)\./

/** The name without what training code wraps a network in. */
export function unwrapped(name: string): string {
  let inner = name
  while (wrappers.test(inner)) inner = inner.replace(wrappers, '')
  return inner
}
