import { ShapeError } from '../../errors'
import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { conv2d } from '../../nn/conv2d'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { softmax } from '../../nn/softmax'
import { choice, flag, int } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'
import { aboveAll } from '../reading'
import { fromWindows, padToWindows, toWindows } from '../windows'

/**
 * Attention in two steps: regions choose the k regions whose mean key answers their mean query best, then every token attends to
 * all tokens of the chosen regions. Y = (softmax(Q Kᵀ/√c over the chosen) V + DW₅(V))·Wₒ.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. MACs 4tc² + s⁴c + 2t·k(t/s²)c for s×s regions. Maps are padded by zeros
 * until whole regions fit, and these take part. The choice itself has no gradient.
 * Zhu et al. 2023, BiFormer, https://arxiv.org/abs/2303.08810
 */
export const biLevelRouting = defineModule({
  id: 'biLevelRouting',
  title: 'Bi-level routing attention',
  shortTitle: 'Routing',
  kind: 'mixer',
  summary:
    'Each region first finds the few regions that matter to it; its tokens then attend to those alone.',
  formula: 'Y = (softmax(Q·K_Rᵀ/√c)·V_R + DW₅(V))·Wₒ,  R = topₖ(mean(Q)·mean(K)ᵀ)',
  paper: {
    title: 'BiFormer: Vision Transformer with Bi-Level Routing Attention',
    authors: 'Zhu et al.',
    year: 2023,
    url: 'https://arxiv.org/abs/2303.08810',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    regions: int({ label: 'Regions', help: 'Along each side of the map.', default: 7, min: 1, max: 64 }),
    topk: int({ label: 'Chosen', help: 'Regions that a region attends to.', default: 4, min: 1, max: 4096 }),
    kernelSize: int({
      label: 'Kernel',
      help: 'Of the depthwise convolution of the values.',
      default: 5,
      min: 1,
      max: 31,
      step: 2,
    }),
    scale: choice({
      label: 'Scale',
      help: 'What scores are divided by.',
      default: 'width',
      options: [
        { value: 'width', label: '√ of all channels' },
        { value: 'head', label: '√ of the head width' },
      ],
    }),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  // Regions of 2×2: the query's own, a neighbour, and two far ones.
  // Which regions are chosen is up to the picture.
  pattern: aboveAll((row, column) => {
    const region = `${Math.floor(row / 2)} ${Math.floor(column / 2)}`
    return ['2 2', '2 1', '0 3', '1 0'].includes(region) ? 1 : 0
  }),
  family: 'attention',
  subtitle: (attrs, dim) => `${attrs.topk} of ${attrs.regions ** 2} regions, ${headCount(attrs, dim)}`,
  build: (b, [x], attrs) =>
    onMap(b, 'biLevelRouting', x, (map) => {
      const { n, h, w, c } = mapSizes('biLevelRouting', map)
      const { heads, headDim } = splitHeads('biLevelRouting', c, attrs)
      const width = heads * headDim
      const { regions, topk, kernelSize } = attrs
      const count = regions * regions
      checkChoice(topk, count)
      const region = { height: Math.ceil(h / regions), width: Math.ceil(w / regions) }
      const padded = padToWindows(b, map, { height: regions, width: regions })
      const sides = [regions * region.height, regions * region.width] as const
      const qkv = linear(b, padded, { name: 'qkv', out: 3 * width, bias: attrs.qkvBias })
      const part = (start: number, size: number) =>
        b.slice(qkv, { start: [0, 0, 0, start], size: [n, ...sides, size] })
      const inRegions = (y: Value) => {
        const size = y.shape[3] ?? 1
        return b.reshape(toWindows(b, y, region), [n, count, region.height * region.width, size])
      }
      const scale = (attrs.scale === 'width' ? width : headDim) ** -0.5
      const q = inRegions(part(0, width))
      const kv = inRegions(part(width, 2 * width))
      const t = region.height * region.width
      const k = b.slice(kv, { start: [0, 0, 0, 0], size: [n, count, t, width] })
      const chosen = b.gather(kv, route(b, q, k, { topk, scale }), { axis: 1, batch: 1 })
      const split = (start: number) => {
        const half = b.slice(chosen, { start: [0, 0, 0, 0, start], size: [n, count, topk, t, width] })
        return b.reshape(half, [n * count, topk * t, heads, headDim])
      }
      const queries = b.reshape(q, [n * count, t, heads, headDim])
      const mixed = b.part('attn_act', () => attend(b, queries, split(0), split(width), scale))
      const laid = fromWindows(b, b.reshape(mixed, [n * count, t, width]), region, sides)
      const near = conv2d(b, part(2 * width, width), {
        name: 'lepe',
        out: width,
        kernel: kernelSize,
        padding: 'same',
        groups: width,
        bias: true,
      })
      const y = linear(b, b.add(laid, near), { name: 'wo', out: c, bias: attrs.projBias })
      return b.slice(y, { start: [0, 0, 0, 0], size: [n, h, w, c] })
    }),
})

/** Which regions every region attends to, [n, regions, k]; how sure it is of each is there to be looked at. */
function route(
  b: ModuleBuilder,
  q: Value,
  k: Value,
  { topk, scale }: { readonly topk: number; readonly scale: number },
): Value {
  const mean = (y: Value) => b.reshape(b.mean(y, [2]), [y.shape[0] ?? 1, y.shape[1] ?? 1, y.shape[3] ?? 1])
  const scores = b.dot(b.mul(mean(q), scale), mean(k), { batch: [[0], [0]], contract: [[2], [2]] })
  const chosen = b.topK(scores, topk)
  b.part('router', () =>
    b.part('routing_act', () =>
      b.tap('attention', softmax(b, b.gather(scores, chosen, { axis: 2, batch: 2 }))),
    ),
  )
  return chosen
}

function checkChoice(topk: number, regions: number): void {
  if (topk <= regions) return
  throw new ShapeError(
    'ATTRIBUTE',
    `biLevelRouting: ${topk} of ${regions} regions cannot be chosen; choose at most ${regions}`,
    [{ what: 'chosen', expected: `at most ${regions}`, got: `${topk}` }],
  )
}
