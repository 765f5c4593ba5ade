/**
 * VOLO: outlook attention on a fine map, then plain attention on half of it; two blocks of class attention at the end,
 * and patches that vote beside the class token.
 *
 * Yuan et al. 2021, https://arxiv.org/abs/2106.13112
 */
import { type Document, type DocumentNode, IN } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface VoloSizes {
  /** Of the fine map, then of the other one in three parts. */
  readonly dims: readonly [number, number]
  readonly heads: readonly [number, number]
  readonly depths: readonly [number, number, number, number]
  readonly stem?: number
  readonly mlpRatio?: number
  readonly classes?: number
  readonly size?: number
}

const norm = { module: 'layerNorm', attrs: { eps: 1e-5 } } as const

export function volo(name: string, sizes: VoloSizes): Document {
  const { dims, heads, depths, mlpRatio = 3, classes = 1000, size = 224 } = sizes
  const mlp = module('mlp', 'mlp', differing({ mlpRatio }, { mlpRatio: 4 }))
  const near = preNormBlock({ mixer: module('attn', 'outlook', { heads: heads[0] }), mlp, norm })
  const mixer = module('attn', 'attention', { heads: heads[1], qkvBias: false })
  const far = preNormBlock({ mixer, mlp, norm })
  const [first, ...others] = depths
  const sketch = new Sketch()
  const down = { dim: dims[1], kernelSize: 2, norm: 'noNorm' }
  const patches = sketch.chain(
    IN,
    stem(sizes),
    stage(0, first, near),
    module({ id: 'network.1', keys: { conv: 'proj' } }, 'convDownsample', down),
    module('pos_embed', 'positionEmbedding', { asMap: true }),
    ...others.map((depth, index) => stage(index + 2, depth, far)),
  )
  let tokens = sketch.chain(patches, module('cls_token', 'classToken'))
  for (const index of [0, 1]) {
    const cls = classBlock(sketch, `post_network.${index}`, tokens, heads[1], mlp)
    tokens = sketch.join(module(`post_network.${index}`, 'joinTokens'), cls, patches)
  }
  const head = module({ id: 'head', key: '' }, 'tokenLabelHead', differing({ classes }, { classes: 1000 }))
  const last = sketch.chain(tokens, module('norm', norm.module, norm.attrs), head)
  return design(name, sketch.body(last), size)
}

const stage = (index: number, depth: number, block: ReturnType<typeof preNormBlock>) =>
  group(`network.${index}`, 1, chain(group('0', depth, block)))

function stem({ dims, stem: dim = 64 }: VoloSizes): DocumentNode {
  const nodes = [0, 1, 2].flatMap((index) => [
    module(`conv.${3 * index}`, 'convolution', {
      dim,
      ...(index === 0 ? { kernelSize: 7, stride: 2 } : {}),
      bias: false,
    }),
    module(`conv.${3 * index + 1}`, 'batchNorm'),
    module(`conv.${3 * index + 2}`, 'relu'),
  ])
  const proj = module('proj', 'convolution', { dim: dims[0], kernelSize: 4, stride: 4 })
  return group('patch_embed', 1, chain(...nodes, proj))
}

/** cls ← cls + CA(LN [cls, X]); cls ← cls + MLP(LN cls). */
function classBlock(sketch: Sketch, id: string, tokens: string, heads: number, mlp: DocumentNode): string {
  const named = (part: string) => module(`${id}.${part}`, norm.module, norm.attrs)
  const gathered = sketch.chain(
    tokens,
    named('norm1'),
    module(`${id}.attn`, 'classAttention', { heads, weights: 'joint', qkvBias: false }),
  )
  const sum = sketch.join(module({ id: `${id}.add1`, key: '' }, 'addToFirst'), tokens, gathered)
  return sketch.residual(sum, `${id}.add2`, [named('norm2'), { ...mlp, id: `${id}.mlp` }])
}

// --- the models --------------------------------------------------------------------------------------------------

const d1 = { dims: [192, 384], heads: [6, 12], depths: [4, 4, 8, 2] } as const
const d2 = { dims: [256, 512], heads: [8, 16], depths: [6, 4, 10, 4] } as const
const d3 = { dims: [256, 512], heads: [8, 16], depths: [8, 8, 16, 4] } as const
const d4 = { dims: [384, 768], heads: [12, 16], depths: [8, 8, 16, 4] } as const
const d5 = { ...d4, depths: [12, 12, 20, 4], mlpRatio: 4, stem: 128 } as const
const whole = { preprocessing: imagenetPixels(1.15) }

export const volos: readonly Preset[] = presetsOf(
  {
    family: 'volo',
    paper: {
      title: 'VOLO: Vision Outlooker for Visual Recognition',
      authors: 'Yuan et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2106.13112',
    },
    preprocessing: imagenetPixels(0.96),
  },
  volo,
  [
    [
      'volo_d1_224',
      'VOLO-D1',
      d1,
      'Windows weighed by their centres on a map of 28×28, then attention on 14×14; patches vote at the end.',
    ],
    ['volo_d1_384', 'VOLO-D1 384', { ...d1, size: 384 }, 'VOLO-D1 on larger pictures.', whole],
    ['volo_d2_224', 'VOLO-D2', d2, 'Twenty-four blocks.'],
    ['volo_d2_384', 'VOLO-D2 384', { ...d2, size: 384 }, 'VOLO-D2 on larger pictures.', whole],
    ['volo_d3_224', 'VOLO-D3', d3, 'Thirty-six blocks.'],
    ['volo_d3_448', 'VOLO-D3 448', { ...d3, size: 448 }, 'VOLO-D3 on larger pictures.', whole],
    ['volo_d4_224', 'VOLO-D4', d4, 'Widths of 384 and 768 channels.'],
    ['volo_d4_448', 'VOLO-D4 448', { ...d4, size: 448 }, 'VOLO-D4 on larger pictures.', whole],
    ['volo_d5_224', 'VOLO-D5', d5, 'Forty-eight blocks, wider MLPs and a wider stem.'],
    ['volo_d5_448', 'VOLO-D5 448', { ...d5, size: 448 }, 'VOLO-D5 on larger pictures.', whole],
    ['volo_d5_512', 'VOLO-D5 512', { ...d5, size: 512 }, 'VOLO-D5 on pictures of 512 pixels.', whole],
  ],
)
