/** What ViT's descendants share: patches, some tokens before them, equal blocks, a classifier. */
import type { Document, DocumentNode, GraphBody } from '../document/types'
import type { SlotValue } from '../schema/schema'
import { differing } from './block'
import { chain, design, group, module } from './sketch'

export interface PlainSizes {
  readonly dim: number
  readonly depth: number
  readonly heads: number
  readonly patch?: number
  readonly size?: number
  /** 0 leaves the features. */
  readonly classes?: number
  /** `token` reads the class token; `avg` averages the patches and normalises after that, `normed` before it. */
  readonly pool?: 'token' | 'avg' | 'normed'
  /** Epsilon of all norms. */
  readonly eps?: number
}

export interface PlainParts {
  /** What joins the patches: class token, registers, positions. */
  readonly tokens: readonly DocumentNode[]
  readonly block: GraphBody
}

export function plainTransformer(name: string, sizes: PlainSizes, { tokens, block }: PlainParts): Document {
  const { dim, depth, patch = 16, size = 224 } = sizes
  const attrs = differing({ dim, patchSize: patch }, { dim: 768, patchSize: 16 })
  const embed = module('patch_embed', 'patchStem', attrs)
  return design(name, chain(embed, ...tokens, group('blocks.0', depth, block), ...head(sizes)), size)
}

function head(sizes: PlainSizes): DocumentNode[] {
  const { pool = 'token', classes = 1000, eps = 1e-6 } = sizes
  const attrs = differing({ classes }, { classes: 1000 })
  const norm = module('norm', 'layerNorm', differing({ eps }, { eps: 1e-6 }))
  if (pool === 'token') return [norm, module('head', 'classTokenHead', attrs)]
  const keys = { norm: 'fc_norm', fc: 'head' }
  const inside = eps === 1e-6 ? {} : { norm: normOf(sizes) }
  if (pool === 'avg') return [module({ id: 'head', key: '', keys }, 'poolHead', { ...attrs, ...inside })]
  return [
    norm,
    module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', { ...attrs, norm: 'noNorm' }),
  ]
}

/** The norm of the blocks. */
export const normOf = ({ eps = 1e-6 }: PlainSizes): SlotValue =>
  eps === 1e-6 ? 'layerNorm' : { module: 'layerNorm', attrs: { eps } }

/** A LayerScale that checkpoints of BEiT and EVA keep in the block itself. */
export const gammas = (half: 1 | 2): DocumentNode[] => [
  module({ id: `gamma_${half}`, keys: { gamma: '' } }, 'layerScale'),
]

/** Norms at the end of the residual branches. */
export const lastNorms = (half: 1 | 2): DocumentNode[] => [module(`norm${half}`, 'layerNorm')]

/** timm's usual sizes. */
export const widths = {
  tiny: { dim: 192, depth: 12, heads: 3 },
  small: { dim: 384, depth: 12, heads: 6 },
  medium: { dim: 512, depth: 12, heads: 8 },
  base: { dim: 768, depth: 12, heads: 12 },
  large: { dim: 1024, depth: 24, heads: 16 },
  giant: { dim: 1408, depth: 40, heads: 16 },
} as const
