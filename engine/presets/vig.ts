/**
 * ViG: pictures as graphs. Every patch is joined to those that resemble it most; an isotropic form and a pyramid.
 *
 * Han et al. 2022, https://arxiv.org/abs/2206.00272
 */
import { type Document, type DocumentNode, type GraphBody, type GroupNode, IN } from '../document/types'
import type { Attributes } from '../schema/schema'
import { convNorm, differing } from './block'
import { type Preset, type Published, presetsOf, symmetricPixels } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

interface VigSizes {
  readonly dim: number
  readonly depth: number
  readonly size?: number
}

interface PyramidVigSizes {
  readonly dims: readonly number[]
  readonly depths: readonly number[]
  readonly size?: number
}

/** Neighbours grow from nine to eighteen with the depth, and so does their dilation. */
function vig(name: string, { dim, depth, size = 224 }: VigSizes): Document {
  const graphs = Array.from({ length: depth }, (_, block) => ({
    neighbours: Math.floor(9 + (9 * block) / Math.max(1, depth - 1)),
    dilation: Math.min(Math.floor(block / 4) + 1, Math.floor(196 / 18)),
    ratio: 1,
  }))
  const stem = stemOf([dim / 8, dim / 4, dim / 2, dim])
  return design(name, chain(stem, positions, blocks('backbone.0', dim, graphs), ...head), size)
}

const ratios = [4, 2, 1, 1]

function pyramidVig(name: string, { dims, depths, size = 224 }: PyramidVigSizes): Document {
  const [first = 1] = dims
  const stages: DocumentNode[] = []
  // Blocks and the steps between stages are numbered in one list.
  let index = 0
  let done = 0
  for (const [stage, depth] of depths.entries()) {
    const dim = dims[stage] ?? 1
    if (stage > 0) {
      const step = convNorm('conv', { dim, stride: 2 }, ['0', '1'])
      stages.push(group({ id: `backbone.${index++}`, title: 'Downsample' }, 1, chain(...step)))
    }
    const before = done
    const graphs = Array.from({ length: depth }, (_, block) => ({
      dilation: Math.min(Math.floor((before + block) / 4) + 1, Math.floor(49 / 9)),
      ratio: ratios[stage] ?? 1,
      position: true,
    }))
    stages.push(blocks(`backbone.${index}`, dim, graphs))
    index += depth
    done += depth
  }
  return design(name, chain(stemOf([first / 2, first]), positions, ...stages, ...head), size)
}

const positions = module('pos_embed', 'positionEmbedding', { asMap: true, channelsFirst: true })

/** Strided 3×3 convolutions up to the last width, and one more. In its list, every third module is an activation. */
function stemOf(widths: readonly number[]): GroupNode {
  const nodes = [...widths, widths.at(-1) ?? 1].flatMap((dim, index, all) => {
    const stride = index < all.length - 1 ? { stride: 2 } : {}
    const names = [`${3 * index}`, `${3 * index + 1}`] as const
    const act = index < all.length - 1 ? [module(`convs.${3 * index + 2}`, 'gelu')] : []
    return [...convNorm('convs', { dim, ...stride }, names), ...act]
  })
  return group('stem', 1, chain(...nodes))
}

const usual = { neighbours: 9, dilation: 1, ratio: null, position: false }

/** x ← x + Graph(x); x ← x + MLP(x), with a BatchNorm after every layer. Blocks differ in their graphs alone. */
function blocks(id: string, dim: number, graphs: readonly Attributes[]): GroupNode {
  const sketch = new Sketch()
  const [first = {}] = graphs
  const graph = module('0', 'graphConv', differing(first, usual))
  const mixed = sketch.residual(IN, 'add1', [graph])
  const mlp: DocumentNode[] = [
    ...convNorm('1.fc1', { dim: 4 * dim, kernelSize: 1 }, ['0', '1']),
    module('1.act', 'gelu'),
    ...convNorm('1.fc2', { dim, kernelSize: 1 }, ['0', '1']),
  ]
  const body: GraphBody = sketch.body(sketch.residual(mixed, 'add2', mlp))
  const changed = graphs.flatMap((attrs, index) => {
    const attrsHere = differing(attrs, first)
    return Object.keys(attrsHere).length > 0 ? [[`${index}`, { '0': { attrs: attrsHere } }] as const] : []
  })
  const overrides = changed.length > 0 ? { overrides: Object.fromEntries(changed) } : {}
  return { ...group(id, graphs.length, body), ...overrides }
}

const head = [
  module('pool', 'globalPool', { asMap: true }),
  ...convNorm('prediction', { dim: 1024, kernelSize: 1 }, ['0', '1']),
  module('prediction.2', 'gelu'),
  module('prediction.4', 'convolution', { dim: 1000, kernelSize: 1 }),
  module('logits', 'flatten'),
]

// --- the models --------------------------------------------------------------------------------------------------

const readme = (top1: number): { published: Published } => ({
  published: { top1, source: 'ViG (Han et al. 2022), README' },
})

const common = {
  family: 'vig',
  paper: {
    title: 'Vision GNN: An Image is Worth Graph of Nodes',
    authors: 'Han et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2206.00272',
  },
}

export const vigs: readonly Preset[] = [
  ...presetsOf({ ...common, preprocessing: symmetricPixels(0.9) }, vig, [
    [
      'vig_ti_224_gelu',
      'ViG-Ti',
      { dim: 192, depth: 12 },
      'A graph of 196 patches, drawn anew in every block by who resembles whom.',
      readme(73.9),
    ],
    ['vig_s_224_gelu', 'ViG-S', { dim: 320, depth: 16 }, 'Sixteen blocks of 320 channels.', readme(80.4)],
    ['vig_b_224_gelu', 'ViG-B', { dim: 640, depth: 16 }, 'Sixteen blocks of 640 channels.', readme(82.3)],
  ]),
  ...presetsOf({ ...common, preprocessing: symmetricPixels(0.9) }, pyramidVig, [
    [
      'pvig_ti_224_gelu',
      'Pyramid ViG-Ti',
      { dims: [48, 96, 240, 384], depths: [2, 2, 6, 2] },
      'Graphs on four resolutions; on large maps neighbours are looked for among means.',
      readme(78.5),
    ],
    [
      'pvig_s_224_gelu',
      'Pyramid ViG-S',
      { dims: [80, 160, 400, 640], depths: [2, 2, 6, 2] },
      'Widths from 80 to 640 channels.',
      readme(82.1),
    ],
    [
      'pvig_m_224_gelu',
      'Pyramid ViG-M',
      { dims: [96, 192, 384, 768], depths: [2, 2, 16, 2] },
      'Sixteen blocks in the third stage.',
      readme(83.1),
    ],
    [
      'pvig_b_224_gelu',
      'Pyramid ViG-B',
      { dims: [128, 256, 512, 1024], depths: [2, 2, 18, 2] },
      'Eighteen blocks in the third stage, widths up to 1024.',
      { ...readme(83.7), preprocessing: symmetricPixels(0.95) },
    ],
  ]),
]
