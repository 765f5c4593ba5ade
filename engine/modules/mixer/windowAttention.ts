import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { linear, linearBy } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { autoInt, choice, flag, int } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { channelsOf, mapSizes, onMap } from '../layout'
import { defineModule } from '../module'
import { keyBiasField, orderField, queriesKeysValues } from '../qkv'
import { cutPattern } from '../reading'
import { biasHiddenField, biasOptions, trainedWindowField, windowBias } from '../relativeBias'
import { ofLengthOne } from '../unitLength'
import { fromWindows, paddingMask, padToWindows, toWindows, type Window } from '../windows'

/**
 * Attention inside windows of m×m positions: Y = softmax(Q Kᵀ/√d + B) V per window, B by the offset of the pair.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. MACs 4tc² + 2tm²c: linear in t. Shifted windows are cut after
 * the map was rolled by half a window, and positions that are not neighbours in the picture are masked by −100. Maps
 * are padded by zeros to whole windows (these take part); a map smaller than a window is one window, unshifted.
 * Liu et al. 2021, https://arxiv.org/abs/2103.14030; without B: Twins, Chu et al. 2021, https://arxiv.org/abs/2104.13840;
 * B by an MLP, padding hidden: CrossFormer, Wang et al. 2021, https://arxiv.org/abs/2108.00154; cosines and a bounded
 * bias: Swin V2, Liu et al. 2021, https://arxiv.org/abs/2111.09883
 */
export const windowAttention = defineModule({
  id: 'windowAttention',
  title: 'Window attention',
  shortTitle: 'Windows',
  kind: 'mixer',
  summary: 'Attention inside small windows; every second block shifts them so that neighbours meet.',
  formula: 'Y = softmax(Q·Kᵀ/√d + B)·V·Wₒ per window',
  paper: {
    title: 'Swin Transformer: Hierarchical Vision Transformer using Shifted Windows',
    authors: 'Liu et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2103.14030',
  },
  keywords: ['shifted windows', 'Swin'],
  inputs: ['x'],
  attrs: {
    ...headFields(),
    windowSize: int({ label: 'Window', help: 'Side of a window.', default: 7, min: 1, max: 64 }),
    shifted: flag({ label: 'Shifted', help: 'Windows lie half a window further.', default: false }),
    padding: choice({
      label: 'Padding',
      help: 'Swin and CrossFormer fit the window to a smaller map; CrossFormer hides what it padded. Twins always pads and projects the map.',
      default: 'swin',
      options: [
        { value: 'swin', label: 'As Swin' },
        { value: 'twins', label: 'As Twins' },
        { value: 'masked', label: 'As CrossFormer' },
      ],
    }),
    position: choice({
      label: 'Positions',
      help: 'What attention knows about where two tokens lie.',
      default: 'table',
      options: [...biasOptions, { value: 'none', label: 'None' }],
    }),
    hidden: biasHiddenField(),
    trainedWindow: trainedWindowField(),
    factorAxes: int({
      label: 'Axes of the factors',
      help: 'Axes of size 1 that a checkpoint keeps after the heads; the computation is the same.',
      default: 2,
      min: 0,
      max: 2,
      when: { field: 'scores', is: 'cosine' },
    }),
    scores: choice({
      label: 'Scores',
      help: 'Cosines stay small however large the channels grow; a learned factor per head spreads them.',
      default: 'product',
      options: [
        { value: 'product', label: 'Products ÷ √d' },
        { value: 'cosine', label: 'Scaled cosines' },
      ],
    }),
    dim: autoInt({ label: 'Output channels', default: null, min: 1, max: 8192, auto: 'as the input' }),
    order: orderField(),
    joined: choice({
      label: 'Heads join',
      help: 'Before the projection; the order of its weights, which NesT’s code turns round.',
      default: 'heads',
      options: [
        { value: 'heads', label: 'Head by head' },
        { value: 'channels', label: 'Channel by channel' },
      ],
    }),
    qkvBias: flag({ label: 'Bias of Q, K, V', default: true }),
    keyBias: keyBiasField(),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  pattern: cutPattern(7),
  family: 'attention',
  subtitle: (attrs, dim) =>
    `${attrs.windowSize}×${attrs.windowSize}${attrs.shifted ? ' shifted' : ''}, ${headCount(attrs, dim)}`,
  build: (b, [x], attrs) =>
    onMap(b, 'windowAttention', x, (map) => {
      const { n, h, w, c } = mapSizes('windowAttention', map)
      const { heads, headDim } = splitHeads('windowAttention', c, attrs)
      const side = (size: number) =>
        attrs.padding === 'twins' ? attrs.windowSize : Math.min(size, attrs.windowSize)
      const window = { height: side(h), width: side(w) }
      const shift = attrs.shifted
        ? ([shiftOf(h, attrs.windowSize), shiftOf(w, attrs.windowSize)] as const)
        : none
      const padded = padToWindows(b, rolled(b, map, [-shift[0], -shift[1]]), window)
      const sides = [padded.shape[1] ?? 1, padded.shape[2] ?? 1] as const
      const tokens = toWindows(b, padded, window)
      const [all = 1, t = 1] = tokens.shape
      const width = heads * headDim
      const [queries, keys, v] = queriesKeysValues(b, tokens, {
        heads,
        headDim,
        bias: attrs.qkvBias,
        keyBias: attrs.keyBias,
        order: attrs.order,
      })
      const [q, k, scale] =
        attrs.scores === 'cosine'
          ? [cosineQueries(b, queries, attrs.factorAxes), ofLengthOne(b, keys, 3), 1]
          : [queries, keys, headDim ** -0.5]
      const { position, hidden, trainedWindow } = attrs
      const positions =
        position === 'none'
          ? undefined
          : windowBias(b, window, { kind: position, heads, dim: c, hidden, trainedWindow })
      const padding = attrs.padding === 'masked' ? paddingMask(b, window, [h, w]) : undefined
      const shifting = shift[0] + shift[1] > 0 ? shiftMask(b, window, sides, shift) : undefined
      const mask = padding && shifting ? b.add(padding, shifting) : (padding ?? shifting)
      const bias =
        positions && mask ? b.add(b.reshape(positions, [1, 1, heads, t, t]), mask) : (positions ?? mask)
      const mixed = b.part('softmax', () => attend(b, q, k, v, scale, bias))
      const out = attrs.dim ?? c
      const project = (y: Value) =>
        attrs.joined === 'heads'
          ? linear(b, y, { name: 'proj', out, bias: attrs.projBias })
          : projectTurned(b, y, { out, heads, bias: attrs.projBias })
      const crop = (y: Value) => {
        const laid = fromWindows(b, y, window, sides)
        return b.slice(laid, { start: [0, 0, 0, 0], size: [n, h, w, laid.shape[3] ?? 1] })
      }
      const y = b.reshape(mixed, [all, t, width])
      const whole = attrs.padding === 'twins' ? project(crop(y)) : crop(project(y))
      return rolled(b, whole, shift)
    }),
})

const none = [0, 0] as const

/** A projection whose weights count the channels of a head before the heads. */
function projectTurned(
  b: ModuleBuilder,
  y: Value,
  { out, heads, bias }: { readonly out: number; readonly heads: number; readonly bias: boolean },
): Value {
  const width = channelsOf(y)
  return b.part('proj', () => {
    const stored = b.reshape(b.weight('weight', [out, width], { init: 'weight' }), [
      out,
      width / heads,
      heads,
    ])
    const weight = b.reshape(b.transpose(stored, [0, 2, 1]), [out, width])
    return linearBy(b, y, weight, bias ? b.weight('bias', [out], { init: 'bias' }) : undefined)
  })
}

/** Cosines times e^s, one learned s per head, at most 100. */
function cosineQueries(b: ModuleBuilder, q: Value, axes: number): Value {
  const [, , heads = 1] = q.shape
  const scale = b.weight('logit_scale', [heads, 1, 1].slice(0, 1 + axes), {
    init: { a: Math.log(10), b: 0.1 },
  })
  const factor = b.exp(b.min(b.reshape(scale, [1, 1, heads, 1]), Math.log(100)))
  return b.mul(ofLengthOne(b, q, 3), factor)
}

/** A map that is one window along an axis has nothing to shift there. */
const shiftOf = (size: number, window: number): number => (size <= window ? 0 : Math.floor(window / 2))

/** −100 between positions of a rolled window that came from different sides: [1, windows, 1, t, t]. */
function shiftMask(
  b: ModuleBuilder,
  window: Window,
  sides: readonly [number, number],
  shift: readonly [number, number],
): Value {
  const rows = regions(sides[0], window.height, shift[0])
  const columns = regions(sides[1], window.width, shift[1])
  const regionOf = rows.flatMap((row) => columns.map((column) => 3 * row + column))
  const labels = toWindows(b, b.constant(regionOf, [1, sides[0], sides[1], 1]), window)
  const [count = 1, t = 1] = labels.shape
  const difference = b.sub(b.reshape(labels, [1, count, 1, t, 1]), b.reshape(labels, [1, count, 1, 1, t]))
  return b.mul(b.min(b.square(difference), 1), -100)
}

/** 0 where windows lie whole, 1 and 2 on both sides of the seam in the last one. */
const regions = (size: number, window: number, shift: number): number[] =>
  Array.from({ length: size }, (_, at) => (at < size - window ? 0 : shift > 0 && at >= size - shift ? 2 : 1))

const rolled = (b: ModuleBuilder, x: Value, [down, right]: readonly [number, number]): Value => {
  const turned = down === 0 ? x : b.roll(x, { axis: 1, shift: down })
  return right === 0 ? turned : b.roll(turned, { axis: 2, shift: right })
}
