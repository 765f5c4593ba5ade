import type { Value } from '../../graph/graph'
import { conv2d } from '../../nn/conv2d'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { softmax } from '../../nn/softmax'
import { choice, flag, int } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'
import { windowPattern } from '../reading'

/**
 * Attention of every position to the k×k window around it, with relative positions asked by the query, in the place of
 * a convolution: y = Σ softmax(q·k + q·r) v. One half of a head's channels asks for the column, the other for the row;
 * 1/√d is not applied. Beyond the map lie zeros, which take part. Per channel, as a public version has it, each channel
 * has a softmax of its own and nothing is summed over the head.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. The products with keys and values are
 * element by element, as in the published code, and do not count as MACs; those are 3tc² + tck (per channel tck²).
 * Ramachandran et al. 2019, https://arxiv.org/abs/1906.05909
 */
export const standAloneAttention = defineModule({
  id: 'standAloneAttention',
  title: 'Stand-alone self-attention',
  shortTitle: 'SASA',
  kind: 'mixer',
  summary: 'Every position attends to the window around it, in the place of a convolution.',
  formula: 'yᵢⱼ = Σ softmax(q·k + q·r)·v over k×k',
  paper: {
    title: 'Stand-Alone Self-Attention in Vision Models',
    authors: 'Ramachandran et al.',
    year: 2019,
    url: 'https://arxiv.org/abs/1906.05909',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    kernelSize: int({ label: 'Window', help: 'Side of the window.', default: 7, min: 1, max: 31, step: 2 }),
    scores: choice({
      label: 'Scores',
      default: 'head',
      options: [
        { value: 'head', label: 'Per head' },
        { value: 'channel', label: 'Per channel' },
      ],
    }),
    bias: flag({ label: 'Bias', help: 'Added to the result.', default: false }),
  },
  pattern: windowPattern(7, (distance) => 1 - 0.5 * distance),
  family: 'attention',
  subtitle: ({ kernelSize, ...heads }, dim) => `${kernelSize}×${kernelSize}, ${headCount(heads, dim)}`,
  build: (b, [x], attrs) =>
    onMap(b, 'standAloneAttention', x, (map) => {
      const { n, h, w, c } = mapSizes('standAloneAttention', map)
      const { heads, headDim } = splitHeads('standAloneAttention', c, attrs)
      const { kernelSize: side, scores } = attrs
      const half = Math.floor(side / 2)
      const around = [0, half, half, 0]
      const padded = b.pad(map, { low: around, high: around })
      const project = (name: string, from: Value) =>
        conv2d(b, from, { name: `weight_${name}`, out: c, kernel: 1, bias: false })
      const near = (name: string) => {
        const windows = b.windows(project(name, padded), { kernel: [side, side], stride: [1, 1] })
        return b.reshape(windows, [n, h, w, side ** 2, heads, headDim])
      }
      // The published code asks the border as well and throws its answers away.
      const asked =
        scores === 'head'
          ? b.slice(project('query', padded), { start: [0, half, half, 0], size: [n, h, w, c] })
          : project('query', map)
      const q = b.reshape(asked, [n, h, w, heads, headDim])
      const look = scores === 'head' ? perHead : perChannel
      const y = b.reshape(look(b, q, near('key'), near('value'), side), [n, h, w, c])
      return attrs.bias ? b.add(y, b.reshape(b.weight('bias', [1, c, 1, 1], { init: 'bias' }), [c])) : y
    }),
})

/** q [n, h, w, heads, d], k and v [n, h, w, window, heads, d] → [n, h, w, heads, d]. */
function perHead(b: ModuleBuilder, q: Value, k: Value, v: Value, side: number): Value {
  const [n = 1, h = 1, w = 1, heads = 1, d = 1] = q.shape
  const alone = b.reshape(q, [n, h, w, 1, heads, d])
  const content = b.reshape(b.sum(b.mul(alone, k), [5]), [n, h, w, side ** 2, heads])
  const along = (name: string, start: number, size: number) => {
    const table = b.weight(name, [size, side], { init: { a: 0, b: Math.sqrt(3 / d) } })
    const half = b.slice(q, { start: [0, 0, 0, 0, start], size: [n, h, w, heads, size] })
    return b.dot(half, table, { contract: [[4], [0]] })
  }
  const split = Math.floor(d / 2)
  const columns = b.reshape(along('relative_x', 0, split), [n, h, w, heads, 1, side])
  const rows = b.reshape(along('relative_y', split, d - split), [n, h, w, heads, side, 1])
  const place = b.reshape(b.add(rows, columns), [n, h, w, heads, side ** 2])
  const logits = b.add(b.transpose(content, [0, 4, 1, 2, 3]), b.transpose(place, [0, 3, 1, 2, 4]))
  const shares = b.part('softmax', () => b.tap('attention', softmax(b, logits)))
  const weights = b.reshape(b.transpose(shares, [0, 2, 3, 4, 1]), [n, h, w, side ** 2, heads, 1])
  return b.sum(b.mul(weights, v), [3])
}

function perChannel(b: ModuleBuilder, q: Value, k: Value, v: Value, side: number): Value {
  const [n = 1, h = 1, w = 1, heads = 1, d = 1] = q.shape
  const c = heads * d
  const split = Math.floor(c / 2)
  const table = (name: string, size: number, shape: readonly [number, number]) =>
    b.weight(name, [size, 1, 1, ...shape], { init: { a: 0, b: 1 } })
  const spread = (values: Value) => {
    const size = values.shape[0] ?? 1
    const whole = b.broadcast(values, [size, 1, 1, side, side])
    return b.transpose(b.reshape(whole, [size, side ** 2]), [1, 0])
  }
  const rows = spread(table('rel_h', split, [side, 1]))
  const columns = spread(table('rel_w', c - split, [1, side]))
  const keys = b.add(b.reshape(k, [n, h, w, side ** 2, c]), b.concat([rows, columns], 1))
  const logits = b.transpose(b.mul(b.reshape(q, [n, h, w, 1, c]), keys), [0, 4, 1, 2, 3])
  const shares = b.tap('attention', softmax(b, logits))
  const values = b.reshape(v, [n, h, w, side ** 2, c])
  return b.dot(shares, values, {
    batch: [
      [0, 2, 3, 1],
      [0, 1, 2, 4],
    ],
    contract: [[4], [3]],
  })
}
