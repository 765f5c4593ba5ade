import type { ModuleKind } from '../../engine/index'

/** Ten kinds of node share seven hues; kinds of one hue differ in glyph, silhouette and word. */
export type Role = 'mixer' | 'mlp' | 'plain' | 'act' | 'ends' | 'down' | 'join'

export const roleOf: { readonly [K in ModuleKind]: Role } = {
  mixer: 'mixer',
  mlp: 'mlp',
  norm: 'plain',
  tensor: 'plain',
  activation: 'act',
  stem: 'ends',
  head: 'ends',
  downsample: 'down',
  scale: 'join',
  merge: 'join',
}

export const roleColor = (kind: ModuleKind): string => `var(--role-${roleOf[kind]})`

export interface KindWords {
  /** One node of the kind. */
  readonly one: string
  /** The heading of its list in the palette. */
  readonly many: string
}

/** In the order of the palette. */
export const kindWords: { readonly [K in ModuleKind]: KindWords } = {
  mixer: { one: 'Token mixer', many: 'Token mixers' },
  mlp: { one: 'Channel mixer', many: 'Channel mixers' },
  norm: { one: 'Norm', many: 'Norms' },
  activation: { one: 'Activation', many: 'Activations' },
  stem: { one: 'Stem', many: 'Stems' },
  downsample: { one: 'Downsampling', many: 'Downsampling' },
  scale: { one: 'Scale', many: 'Scales' },
  merge: { one: 'Merge', many: 'Merges' },
  head: { one: 'Head', many: 'Heads' },
  tensor: { one: 'Tensor operation', many: 'Tensor operations' },
}
