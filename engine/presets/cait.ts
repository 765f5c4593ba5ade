/**
 * CaiT: deep Vision Transformers. Patches talk to each other through talking heads; a class token joins after them and
 * gathers in two blocks of class attention. LayerScale keeps the depth trainable.
 *
 * Touvron et al. 2021, https://arxiv.org/abs/2103.17239
 */
import { type Document, IN } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { design, group, module, Sketch } from './sketch'

export interface CaitSizes {
  readonly dim: number
  readonly depth: number
  readonly heads: number
  readonly patch?: number
  readonly classes?: number
  readonly size?: number
}

export function cait(name: string, sizes: CaitSizes): Document {
  const { dim, depth, heads, patch = 16, classes = 1000, size = 224 } = sizes
  const sketch = new Sketch()
  const block = preNormBlock({
    mixer: module('attn', 'talkingHeads', { heads }),
    mlp: module('mlp', 'mlp'),
    scale: (half) => [module({ id: `gamma_${half}`, keys: { gamma: '' } }, 'layerScale')],
  })
  const patches = sketch.chain(
    IN,
    module('patch_embed', 'patchStem', {
      ...differing({ dim }, { dim: 768 }),
      ...differing({ patchSize: patch }, { patchSize: 16 }),
    }),
    module('pos_embed', 'positionEmbedding'),
    group('blocks.0', depth, block),
  )
  let tokens = sketch.chain(patches, module('cls_token', 'classToken'))
  for (const index of [0, 1]) {
    const cls = classBlock(sketch, `blocks_token_only.${index}`, tokens, heads)
    tokens = sketch.join(module(`tokens.${index}`, 'joinTokens'), cls, patches)
  }
  const head = module('head', 'classTokenHead', differing({ classes }, { classes: 1000 }))
  return design(name, sketch.body(sketch.chain(tokens, module('norm', 'layerNorm'), head)), size)
}

/** cls ← cls + λ₁·CA(LN [cls, X]); cls ← cls + λ₂·MLP(LN cls). Its last sum goes by the name of the block. */
function classBlock(sketch: Sketch, name: string, tokens: string, heads: number): string {
  const scale = (half: 1 | 2) => module({ id: `${name}.gamma_${half}`, keys: { gamma: '' } }, 'layerScale')
  const gathered = sketch.chain(
    tokens,
    module(`${name}.norm1`, 'layerNorm'),
    module(`${name}.attn`, 'classAttention', { heads }),
    scale(1),
  )
  const sum = sketch.join(module({ id: `${name}.add1`, key: '' }, 'addToFirst'), tokens, gathered)
  const branch = [module(`${name}.norm2`, 'layerNorm'), module(`${name}.mlp`, 'mlp'), scale(2)]
  return sketch.residual(sum, name, branch)
}

// --- the models --------------------------------------------------------------------------------------------------

const xxs = { dim: 192, heads: 4 }
const xs = { dim: 288, heads: 6 }
const s = { dim: 384, heads: 8 }
const m = { dim: 768, heads: 16 }

export const caits: readonly Preset[] = presetsOf(
  {
    family: 'cait',
    paper: {
      title: 'Going deeper with Image Transformers',
      authors: 'Touvron et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2103.17239',
    },
    preprocessing: imagenetPixels(1),
  },
  cait,
  [
    [
      'cait_xxs24_224',
      'CaiT-XXS24',
      { ...xxs, depth: 24 },
      'Twenty-four blocks of 192 channels, then two in which the class token gathers.',
    ],
    ['cait_xxs24_384', 'CaiT-XXS24 384', { ...xxs, depth: 24, size: 384 }, 'The same on 576 patches.'],
    ['cait_xxs36_224', 'CaiT-XXS36', { ...xxs, depth: 36 }, 'Thirty-six blocks of 192 channels.'],
    [
      'cait_xxs36_384',
      'CaiT-XXS36 384',
      { ...xxs, depth: 36, size: 384 },
      'Thirty-six blocks on 576 patches.',
    ],
    ['cait_xs24_384', 'CaiT-XS24 384', { ...xs, depth: 24, size: 384 }, 'Six heads of 48.'],
    ['cait_s24_224', 'CaiT-S24', { ...s, depth: 24 }, 'Twenty-four blocks at the width of ViT-S.'],
    ['cait_s24_384', 'CaiT-S24 384', { ...s, depth: 24, size: 384 }, 'The same on 576 patches.'],
    ['cait_s36_384', 'CaiT-S36 384', { ...s, depth: 36, size: 384 }, 'Thirty-six blocks on 576 patches.'],
    [
      'cait_m36_384',
      'CaiT-M36 384',
      { ...m, depth: 36, size: 384 },
      'Thirty-six blocks at the width of ViT-B.',
    ],
    [
      'cait_m48_448',
      'CaiT-M48 448',
      { ...m, depth: 48, size: 448 },
      'The deepest: forty-eight blocks on 784 patches.',
    ],
  ],
)
