/**
 * Dual-ViTs: a few semantic tokens beside the pixels. In two stages the tokens gather from all pixels and the pixels ask the tokens
 * alone; in two more both attend to each other in one sequence.
 *
 * Yao et al. 2022, https://arxiv.org/abs/2207.04976
 */
import {
  type Document,
  type DocumentNode,
  type GraphBody,
  type GroupNode,
  IN,
  type NodeOverride,
} from '../document/types'
import { differing } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { design, group, module, Sketch } from './sketch'
import { classBlock, downsample, stemOf } from './spectformer'

export interface DualVitSizes {
  readonly stem: number
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  readonly heads: readonly number[]
  readonly mlpRatios?: readonly number[]
  /** Half a vote for the patch that shows a class best. */
  readonly tokenLabels?: boolean
  readonly classes?: number
  readonly size?: number
}

/** Stages whose pixels ask the semantic tokens alone. */
const separate = 2
const norm = { module: 'layerNorm', attrs: { eps: 1e-5 } } as const

export function dualvit(name: string, sizes: DualVitSizes): Document {
  const { depths, heads, mlpRatios = ratios, tokenLabels = true, classes = 1000, size = 224 } = sizes
  const sketch = new Sketch()
  const joined = sketch.chain(
    IN,
    ...depths.map((_, stage) =>
      group({ id: `stages.${stage}`, key: '', title: `Stage ${stage + 1}` }, 1, stageBody(sizes, stage)),
    ),
  )
  const tokens = sketch.chain(joined, module('cls_token', 'classToken', { from: 'mean' }))
  const gathered = classBlock(sketch, tokens, heads.at(-1), mlpRatios.at(-1))
  const number = differing({ classes }, { classes: 1000 })
  const head = tokenLabels
    ? module({ id: 'head', key: '' }, 'tokenLabelHead', number)
    : module('head', 'classTokenHead', number)
  const read = tokenLabels ? sketch.join(module('tokens', 'joinTokens'), gathered, joined) : gathered
  const end = sketch.chain(read, module(`norm${depths.length}`, 'layerNorm'), head)
  return design(name, sketch.body(end), size)
}

/** Of the stages, and of the block of the class token. */
const ratios = [8, 8, 4, 3, 2]

/** Pixels and semantic tokens come in one sequence, part for their ways through the stage, and leave in one sequence. */
function stageBody(sizes: DualVitSizes, stage: number): GraphBody {
  const { stem, dims, depths } = sizes
  const number = stage + 1
  const dim = dims[stage] ?? 64
  const sketch = new Sketch()
  const pixels = stage === 0 ? IN : sketch.chain(IN, toMap('pixels'))
  const embed = stage === 0 ? stemOf(stem, dim) : downsample(number, dim)
  let x = sketch.chain(pixels, embed)
  let s =
    stage === 0
      ? sketch.chain(x, module({ id: 'semantics', key: '' }, 'semanticTokens'))
      : sketch.chain(
          IN,
          rest('semantics'),
          module(`proxy_embed${number}.proj_proxy.0`, 'linear', { dim }),
          module(`proxy_embed${number}.proj_proxy.1`, norm.module, norm.attrs),
        )
  if (stage < separate) {
    for (let index = 0; index < (depths[stage] ?? 1); index++) {
      const block = apart(sketch, x, s, { ...sizes, name: `block${number}.${index}`, stage })
      x = block.x
      s = block.s
    }
  } else {
    const together = sketch.chain(sketch.join(module('joined', 'joinTokens'), x, s), merged(sizes, stage))
    if (stage === depths.length - 1) return sketch.body(together)
    x = sketch.chain(together, toMap('pixels_out'))
    s = sketch.chain(together, rest('semantics_out'))
  }
  const ends = [
    sketch.chain(x, module(`norm${number}`, 'layerNorm')),
    sketch.chain(s, module(`norm_proxy${number}`, 'layerNorm')),
  ]
  return sketch.body(sketch.join(module('both', 'joinTokens'), ...ends))
}

const toMap = (id: string): DocumentNode => module(id, 'toMap')
const rest = (id: string): DocumentNode => module(id, 'firstTokens', { tokens: null, part: 'rest' })

const scale = (id: string): DocumentNode => module({ id, keys: { gamma: '' } }, 'layerScale')

/** The tokens gather from the pixels; x ← x + γ₁·Attn(LN x, s); x ← x + γ₂·MLP(LN x). The last sum goes by the block's name. */
function apart(
  sketch: Sketch,
  x: string,
  s: string,
  {
    name,
    stage,
    heads,
    mlpRatios = ratios,
  }: DualVitSizes & { readonly name: string; readonly stage: number },
): { readonly x: string; readonly s: string } {
  const number = { heads: heads[stage] ?? 1 }
  const pixels = sketch.chain(x, module(`${name}.norm1`, 'layerNorm'))
  const semantics = sketch.join(
    module(
      { id: `${name}.semantics`, key: '', keys: semanticKeys(`${name}.attn`) },
      'semanticUpdate',
      number,
    ),
    s,
    pixels,
  )
  const context = sketch.chain(semantics, module(`${name}.attn.proxy_ln`, norm.module, norm.attrs))
  const attention = module(`${name}.attn`, 'crossAttention', { ...number, weights: 'joint' })
  const asked = sketch.chain(sketch.join(attention, pixels, context, context), scale(`${name}.gamma1`))
  const grid = sketch.chain(x, module(`${name}.tokens`, 'toTokens'))
  const sum = sketch.join(module(`${name}.add1`, 'add'), grid, asked)
  const out = sketch.residual(sum, name, [
    module(`${name}.norm2`, 'layerNorm'),
    feedForward(`${name}.mlp`, mlpRatios[stage] ?? 4),
    scale(`${name}.gamma2`),
  ])
  return { x: out, s: semantics }
}

const semanticKeys = (prefix: string): Record<string, string> => ({
  ...Object.fromEntries(
    ['talk', 'gather', 'mlp_proxy', 'gamma1', 'gamma2', 'gamma3'].map((part) => [part, `${prefix}.${part}`]),
  ),
  'talk.qkv_proxy': `${prefix}.qkv_proxy`,
  ...Object.fromEntries(
    ['q_proxy_ln', 'q_proxy', 'kv_proxy'].map((part) => [`gather.${part}`, `${prefix}.${part}`]),
  ),
  'mlp_proxy.ln': `${prefix}.p_ln`,
})

const feedForward = (id: string, mlpRatio: number): DocumentNode =>
  module({ id, keys: { dwconv: 'dwconv.dwconv' } }, 'depthwiseMlp', differing({ mlpRatio }, { mlpRatio: 4 }))

/** Pixels and semantic tokens attend as one sequence, and pass MLPs of their own. Odd blocks of the third stage have narrower ones. */
function merged({ depths, heads, mlpRatios = ratios }: DualVitSizes, stage: number): GroupNode {
  const depth = depths[stage] ?? 1
  const sketch = new Sketch()
  const mixed = sketch.residual(IN, 'add1', [
    module('norm1', 'layerNorm'),
    module('attn', 'spatialReduction', { heads: heads[stage] ?? 1, ratio: 1 }),
    scale('gamma1'),
  ])
  const normed = sketch.chain(mixed, module('norm2', 'layerNorm'))
  const ratio = mlpRatios[stage] ?? 4
  const pixels = sketch.chain(normed, toMap('pixels'), feedForward('mlp', ratio))
  const semantics = sketch.chain(
    normed,
    rest('semantics'),
    module({ id: 'mlp_proxy', key: 'mlp.fc_proxy', keys: { fc1: '0', fc2: '2' } }, 'mlp', { mlpRatio: 2 }),
  )
  const both = sketch.chain(sketch.join(module('both', 'joinTokens'), pixels, semantics), scale('gamma2'))
  const body = sketch.body(sketch.join(module('add2', 'add'), mixed, both))
  const overrides: Record<string, Record<string, NodeOverride>> = {}
  if (stage === separate) {
    for (let index = 1; index < depth; index += 2)
      overrides[index] = { mlp: { attrs: { mlpRatio: ratio - 1 } } }
  }
  return {
    ...group({ id: `block${stage + 1}.0`, title: 'Merge block' }, depth, body),
    ...(Object.keys(overrides).length > 0 ? { overrides } : {}),
  }
}

// --- the models --------------------------------------------------------------------------------------------------

export const dualvitSmall = {
  stem: 32,
  dims: [64, 128, 320, 448],
  depths: [3, 4, 6, 3],
  heads: [2, 4, 10, 14],
}

export const dualvits: readonly Preset[] = presetsOf(
  {
    family: 'dualvit',
    paper: {
      title: 'Dual Vision Transformer',
      authors: 'Yao et al.',
      year: 2022,
      url: 'https://arxiv.org/abs/2207.04976',
    },
    preprocessing: imagenetPixels(0.9),
  },
  dualvit,
  [
    [
      'dualvit_s',
      'Dual-ViT-S',
      dualvitSmall,
      'Sixty-four semantic tokens beside the pixels, through which early stages see the whole at linear cost.',
    ],
    [
      'dualvit_b',
      'Dual-ViT-B',
      { stem: 64, dims: [64, 128, 320, 512], depths: [3, 4, 15, 3], heads: [2, 4, 10, 16] },
      'Fifteen blocks in the third stage.',
    ],
    [
      'dualvit_l',
      'Dual-ViT-L',
      { stem: 64, dims: [96, 192, 384, 512], depths: [3, 6, 21, 3], heads: [3, 6, 12, 16] },
      'Widths from 96 channels, and twenty-one blocks in the third stage.',
    ],
  ],
)
