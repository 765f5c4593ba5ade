import type { Value } from '../../graph/graph'
import { conv2d } from '../../nn/conv2d'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { averagePool } from '../../nn/pool'
import { autoInt, flag, int, slot } from '../../schema/schema'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'
import { placeTable } from '../placeTable'
import { aboveAll } from '../reading'
import { ofLengthOne } from '../unitLength'
import { checkWindow } from '../window'

/**
 * Every position is joined to the k that resemble it most, wherever they lie, and learns what sets them apart most:
 * y = W₂ σ(W₁ [x, max over neighbours j of (x_j − x)]), between two linear layers. Neighbours are nearest by the distance of
 * their features at length 1; of every `dilation` of them one is taken. Near ties make neighbours flip by rounding.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. MACs 4tc² (+ tc² of four groups) + t²c/r². No gradient flows through
 * the choice of neighbours. Han et al. 2022, Vision GNN, https://arxiv.org/abs/2206.00272; max-relative graph
 * convolution: Li et al. 2019, https://arxiv.org/abs/1904.03751
 */
export const graphConv = defineModule({
  id: 'graphConv',
  title: 'Graph convolution',
  shortTitle: 'Graph',
  kind: 'mixer',
  summary: 'Joins every position to those that resemble it most and takes the largest difference to them.',
  formula: 'y = W·[x, maxⱼ (xⱼ − x)],  j ∈ kNN(x)',
  paper: {
    title: 'Vision GNN: An Image is Worth Graph of Nodes',
    authors: 'Han et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2206.00272',
  },
  keywords: ['graph network'],
  inputs: ['x'],
  attrs: {
    neighbours: int({ label: 'Neighbours', help: 'Of each position.', default: 9, min: 1, max: 64 }),
    dilation: int({
      label: 'Dilation',
      help: 'Takes one of so many on the list of the nearest.',
      default: 1,
      min: 1,
      max: 16,
    }),
    ratio: autoInt({
      label: 'Reduction',
      help: 'Side of the squares that are averaged before neighbours are looked for among them.',
      default: null,
      min: 1,
      max: 64,
      auto: 'what leaves 14×14 of them, or few more',
    }),
    position: flag({
      label: 'Positions',
      help: 'Near places count as more alike, by fixed sines.',
      default: false,
    }),
    norm: slot({ label: 'Norm', help: 'After every layer.', of: 'norm', default: 'batchNorm' }),
    act: slot({ label: 'Activation', of: 'activation', default: 'gelu' }),
  },
  // Which neighbours are nearest is up to the picture.
  pattern: aboveAll((row, column) =>
    [
      [4, 4],
      [3, 4],
      [4, 5],
      [5, 3],
      [1, 6],
      [0, 5],
      [6, 1],
      [2, 1],
      [7, 6],
    ].some(([y, x]) => y === row && x === column)
      ? 1
      : 0,
  ),
  family: 'attention',
  subtitle: ({ neighbours, dilation }) =>
    `${neighbours} neighbours${dilation > 1 ? `, 1 of ${dilation}` : ''}`,
  build: (b, [x], attrs) =>
    onMap(b, 'graphConv', x, (map) => {
      const { n, h, w, c } = mapSizes('graphConv', map)
      const { norm, act } = attrs
      const ratio = attrs.ratio ?? Math.max(1, Math.floor(Math.min(h, w) / 14))
      const layer = (name: string, y: Value, out: number, groups = 1) =>
        b.module(norm, `${name}.1`, conv2d(b, y, { name: `${name}.0`, out, kernel: 1, groups, bias: true }))
      const nodes = layer('fc1', map, c)
      if (ratio > 1) checkWindow('graphConv', nodes, ratio, 0)
      const others =
        ratio === 1
          ? nodes
          : averagePool(b, nodes, { kernel: ratio, stride: ratio, padding: 0, countIncludePad: true })
      const bias = attrs.position ? placeTable(b, nodes, others) : null
      const furthest = b.part('graph_conv', () => {
        const relative = b.sub(largestOfNeighbours(b, nodes, others, { ...attrs, bias }), nodes)
        // Channel by channel: the node's own, then the difference.
        const pairs = [nodes, relative].map((y) => b.reshape(y, [n, h, w, c, 1]))
        const both = b.reshape(b.concat(pairs, 4), [n, h, w, 2 * c])
        const groups = (2 * c) % 4 === 0 ? 4 : 1
        return b.part('gconv', () => b.module(act, 'nn.2', layer('nn', both, 2 * c, groups)))
      })
      return layer('fc2', furthest, c)
    }),
})

interface Search {
  readonly neighbours: number
  readonly dilation: number
  /** Added to the distances, for where nodes lie. */
  readonly bias: Value | null
}

/** Per channel the largest value of the neighbours that every node has among the others. */
function largestOfNeighbours(
  b: ModuleBuilder,
  nodes: Value,
  others: Value,
  { neighbours, dilation, bias }: Search,
): Value {
  const { n, h, w, c } = mapSizes('graphConv', nodes)
  const all = mapSizes('graphConv', others)
  const [t, s] = [h * w, all.h * all.w]
  const [x, y] = [b.reshape(nodes, [n, t, c]), b.reshape(others, [n, s, c])]
  const distance = squaredDistances(b, ofLengthOne(b, x, 2), ofLengthOne(b, y, 2))
  const placed = bias ? b.add(distance, bias) : distance
  const reach = Math.min(s, neighbours * dilation)
  const nearest = b.topK(b.neg(b.stopGradient(placed)), reach)
  const count = Math.ceil(reach / dilation)
  const chosen = b.slice(nearest, { start: [0, 0, 0], size: [n, t, count], step: [1, 1, dilation] })
  const values = b.gather(y, chosen, { axis: 1, batch: 1 })
  return b.reshape(b.reduce('max', values, [2]), [n, h, w, c])
}

/** |x|² − 2 x·y + |y|² for all pairs: [n, t, c], [n, s, c] → [n, t, s]. */
function squaredDistances(b: ModuleBuilder, x: Value, y: Value): Value {
  const [n = 1] = x.shape
  const s = y.shape[1] ?? 1
  const products = b.dot(x, y, { batch: [[0], [0]], contract: [[2], [2]] })
  const lengths = b.add(b.sum(b.square(x), [2]), b.mul(products, -2))
  return b.add(lengths, b.reshape(b.sum(b.square(y), [2]), [n, 1, s]))
}
