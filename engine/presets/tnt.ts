/**
 * TNT: a transformer among the pixels of every patch inside a transformer of patches. Two streams run side by side, and
 * every block adds what its pixels make of a patch to the patch.
 *
 * Han et al. 2021, https://arxiv.org/abs/2103.00112
 */
import { type Document, type GraphBody, type GroupNode, IN } from '../document/types'
import { differing, preNormBlock } from './block'
import { type Preset, presetsOf, symmetricPixels } from './preset'
import { chain, design, instance, module, Sketch } from './sketch'

export interface TntSizes {
  readonly dim: number
  readonly pixelDim: number
  readonly depth: number
  readonly heads: number
  readonly pixelHeads?: number
  readonly patch?: number
  readonly stride?: number
  /** As the paper's code had it: the picture is convolved before it is cut, and pixels are normalised one by one. */
  readonly legacy?: boolean
  readonly classes?: number
  readonly size?: number
}

const norm = { module: 'layerNorm', attrs: { eps: 1e-5 } } as const
const normed = (id: string) => module(id, norm.module, norm.attrs)
const joined = module('pixels', 'toTokens', { rows: true })

export function tnt(name: string, sizes: TntSizes): Document {
  const { dim, pixelDim, depth, patch = 16, stride = 4, legacy = false, classes = 1000, size = 224 } = sizes
  const sketch = new Sketch()
  const stem = module({ id: 'pixel_embed', keys: { pixel_pos: '/pixel_pos' } }, 'pixelStem', {
    ...differing({ dim: pixelDim, patchSize: patch, stride }, { dim: 24, patchSize: 16, stride: 4 }),
    ...(legacy ? { cut: 'after' } : {}),
  })
  let pixels = sketch.chain(IN, stem)
  let patches = sketch.chain(
    pixels,
    joined,
    normed('norm1_proj'),
    module('proj', 'linear', { dim }),
    normed('norm2_proj'),
    module('cls_token', 'classToken'),
    module('patch_pos', 'positionEmbedding'),
  )
  for (let block = 0; block < depth; block++) {
    const named = (part: string, use: string): GroupNode => ({
      ...instance(`blocks.${block}${part}`, use),
      key: `blocks.${block}`,
    })
    pixels = sketch.chain(pixels, named('', 'pixels'))
    const update = sketch.chain(pixels, named('.update', 'update'))
    const sum = module({ id: `blocks.${block}.add`, key: '' }, 'addToFirst', { target: 'last' })
    patches = sketch.chain(sketch.join(sum, patches, update), named('.patches', 'patches'))
  }
  const head = module('head', 'classTokenHead', differing({ classes }, { classes: 1000 }))
  const graph = sketch.body(sketch.chain(patches, normed('norm'), head))
  const definitions = { pixels: pixelBlock(sizes), update: update(dim, legacy), patches: patchBlock(sizes) }
  return { ...design(name, graph, size), definitions }
}

function pixelBlock({ pixelHeads = 4 }: TntSizes): GraphBody {
  const attention = { heads: pixelHeads, qkvBias: false, within: 'row', order: 'valuesApart' }
  return preNormBlock({
    mixer: module('attn_in', 'attention', attention),
    mlp: module('mlp_in', 'mlp'),
    norm,
    normKeys: ['norm_in', 'norm_mlp_in'],
  })
}

function patchBlock({ heads }: TntSizes): GraphBody {
  return preNormBlock({
    mixer: module('attn_out', 'attention', { heads, qkvBias: false, order: 'valuesApart' }),
    mlp: module('mlp', 'mlp'),
    norm,
    normKeys: ['norm_out', 'norm_mlp'],
  })
}

/** What the pixels of a patch have to say, as wide as a patch. */
const update = (dim: number, legacy: boolean): GraphBody =>
  legacy
    ? chain(normed('norm1_proj'), joined, module('proj', 'linear', { dim }))
    : chain(
        joined,
        normed('norm1_proj'),
        module('proj', 'linear', { dim, bias: false }),
        normed('norm2_proj'),
      )

// --- the models --------------------------------------------------------------------------------------------------

const small = { dim: 384, pixelDim: 24, depth: 12, heads: 6 }

export const tnts: readonly Preset[] = presetsOf(
  {
    family: 'tnt',
    paper: {
      title: 'Transformer in Transformer',
      authors: 'Han et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2103.00112',
    },
    preprocessing: symmetricPixels(0.9),
  },
  tnt,
  [
    [
      'tnt_s_patch16_224',
      'TNT-S',
      small,
      'Sixteen pixels per patch attend to each other, and their patches to all others.',
    ],
    ['tnt_b_patch16_224', 'TNT-B', { dim: 640, pixelDim: 40, depth: 12, heads: 10 }, 'Ten heads of 64.'],
    [
      'tnt_s_legacy_patch16_224',
      'TNT-S (legacy)',
      { ...small, legacy: true },
      'As the paper’s code has it: convolved before it is cut into patches.',
    ],
  ],
)
