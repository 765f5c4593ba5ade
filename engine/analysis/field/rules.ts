/**
 * How the reach of a node's result follows from the reaches of its inputs, for every primitive. Element by element, so that
 * the hulls are exact for any graph.
 */
import type { Graph, NodeOf, Shape } from '../../graph/graph'
import { spread } from '../../ops/convolution'
import type { Rules } from '../../ops/rules'
import { freeAxes } from '../../ops/shape'
import type { Constants } from './constants'
import { isGlobal, type MaybeReach, mapSpans, met, type Reach } from './reach'
import {
  cumulated,
  fold,
  masked,
  permuted,
  pick,
  placed,
  reshaped,
  type Sources,
  type Span,
  selected,
  wholeSpan,
  withAxes,
} from './span'

export interface Surroundings {
  readonly graph: Graph
  readonly constants: Constants
  /**
   * Whether maps go on beyond their borders: then padding reads what would lie there, and what folds a whole map reads
   * without end. Otherwise padding is nothing.
   */
  readonly isOpen: boolean
}

type Arguments = [around: Surroundings, inputs: readonly MaybeReach[]]

export const reachRules: Rules<Arguments, MaybeReach> = {
  input: () => null,
  param: () => null,
  constant: () => null,
  iota: () => null,
  unary: (_node, _around, [x]) => x,
  binary: (node, around, inputs) => {
    if (node.attrs.fn !== 'mul') return met(inputs)
    const [x, y] = inputs
    if (x && y) return around.isOpen ? gated(around.graph, x, y) : met(inputs)
    const map = x ?? y
    return map ? withoutZeros(map, node.inputs[x ? 1 : 0], around) : null
  },
  select: (node, around, [condition, x, y]) => {
    const isThen = condition ? null : around.constants.table(node.inputs[0], (value) => value !== 0)
    const isElse = condition ? null : around.constants.table(node.inputs[0], (value) => value === 0)
    if (!isThen || !isElse) return met([condition, x, y])
    return met([
      x && mapSpans(x, (span) => masked(span, isThen)),
      y && mapSpans(y, (span) => masked(span, isElse)),
    ])
  },
  stopGradient: (_node, _around, [x]) => x,
  tap: (_node, _around, [x]) => x,
  reduce: (node, around, [x]) => x && gathered(x, node.attrs.axes, node.id, around),
  dot: (node, around, [x, y]) => {
    const { batch, contract } = node.attrs
    const [left, right] = node.inputs.map((id) => around.graph.nodes[id].shape)
    const [freeLeft, freeRight] = [
      freeAxes(left, batch[0], contract[0]),
      freeAxes(right, batch[1], contract[1]),
    ]
    const side = (reach: Reach, at: 0 | 1): Reach => {
      const order = [...batch[at], ...(at === 0 ? freeLeft : freeRight)]
      return mapSpans(gathered(reach, contract[at], node.id, around), (span) => {
        const moved = permuted(span, order)
        // The other side's free axes come after this side's (left) or before them (right).
        return at === 0
          ? withAxes(moved, order.length, freeRight.length)
          : withAxes(moved, batch[1].length, freeLeft.length)
      })
    }
    return met([x && side(x, 0), y && side(y, 1)])
  },
  conv: (node, around, [x, w]) => {
    const [map, weights] = node.inputs.map((id) => around.graph.nodes[id].shape)
    const read = x && mapSpans(x, (span) => convolved(node, span, map, weights, around.isOpen))
    // Weights that follow from the picture: every position reads what its channel's weights read.
    const made = w && mapSpans(w, (span) => permuted(fold(fold(fold(span, 1), 2), 3), [1, 2, 3, 0]))
    return met([read, made])
  },
  windows: (node, { graph }, [x]) => {
    if (!x) return null
    const { stride, dilation } = node.attrs
    const [n, rows, columns, kh, kw, c] = node.shape
    const over = (count: number, kernel: number, axis: 0 | 1): Sources =>
      counted(count * kernel).map((i) => [
        Math.floor(i / kernel) * stride[axis] + (i % kernel) * dilation[axis],
      ])
    return mapSpans(x, (span) => {
      const [, height, width] = graph.nodes[node.inputs[0]].shape
      const down = pick(span, 1, height, over(rows, kh, 0))
      const taken = pick(down, 2, width, over(columns, kw, 1))
      const split = reshaped(taken, [n, rows * kh, columns * kw, c], [n, rows, kh, columns, kw, c])
      const windows = permuted(split, [0, 1, 3, 2, 4, 5])
      return {
        ...windows,
        taps: [false, span.taps[1], span.taps[2], true, true, span.taps[3]],
        pitch: span.pitch * stride[span.own - 1],
      }
    })
  },
  overlapAdd: (node, around, [x]) => {
    if (!x) return null
    const { stride, dilation, height, width } = node.attrs
    const [n, rows, columns, kh, kw, c] = around.graph.nodes[node.inputs[0]].shape
    /** Windows at places that are not there count as well where the map goes on. */
    const over = (size: number, count: number, kernel: number, axis: 0 | 1): Sources =>
      counted(size).map((place) =>
        counted(kernel).flatMap((tap) => {
          const window = (place - tap * dilation[axis]) / stride[axis]
          const isThere = around.isOpen || (window >= 0 && window < count)
          return Number.isInteger(window) && isThere ? [window * kernel + tap] : []
        }),
      )
    return mapSpans(x, (span) => {
      const side = permuted(span, [0, 1, 3, 2, 4, 5])
      const flat = reshaped(side, [n, rows, kh, columns, kw, c], [n, rows * kh, columns * kw, c])
      const down = pick(flat, 1, rows * kh, over(height, rows, kh, 0), around.isOpen)
      const both = pick(down, 2, columns * kw, over(width, columns, kw, 1), around.isOpen)
      return {
        ...both,
        taps: both.taps.map(() => false),
        pitch: span.pitch / stride[span.own - 1],
      }
    })
  },
  reshape: (node, { graph }, [x]) => {
    const from = graph.nodes[node.inputs[0]].shape
    return x && mapSpans(x, (span) => reshaped(span, from, node.shape))
  },
  transpose: (node, _around, [x]) => x && mapSpans(x, (span) => permuted(span, node.attrs.axes)),
  // Copies read the same, and axes along which elements read the same are of one anyway.
  broadcast: (_node, _around, [x]) => x,
  slice: (node, { graph }, [x]) => {
    const from = graph.nodes[node.inputs[0]].shape
    const { start, step } = node.attrs
    return (
      x &&
      mapSpans(x, (span) => {
        const part = from.reduce((part, size, axis) => {
          const count = node.shape[axis]
          if (count === size && step[axis] === 1) return part
          return pick(
            part,
            axis,
            size,
            counted(count).map((i) => [start[axis] + i * step[axis]]),
          )
        }, span)
        return span.shape.length === 4 ? { ...part, pitch: part.pitch * step[span.own] } : part
      })
    )
  },
  pad: (node, { graph, isOpen }, [x]) => {
    const from = graph.nodes[node.inputs[0]].shape
    const { low, high } = node.attrs
    return (
      x &&
      mapSpans(x, (span) =>
        from.reduce((padded, size, axis) => {
          if (low[axis] === 0 && high[axis] === 0) return padded
          const goesOn = isOpen && isMapAxis(from, axis)
          if (!goesOn) return placed(padded, axis, low[axis], size, node.shape[axis])
          return pick(
            padded,
            axis,
            size,
            counted(node.shape[axis]).map((i) => [i - low[axis]]),
            true,
          )
        }, span),
      )
    )
  },
  concat: (node, { graph }, inputs) => {
    const { axis } = node.attrs
    let before = 0
    const parts = node.inputs.map((input, index) => {
      const at = before
      const size = graph.nodes[input].shape[axis]
      before += size
      const reach = inputs[index]
      return reach && mapSpans(reach, (span) => placed(span, axis, at, size, node.shape[axis]))
    })
    return met(parts)
  },
  reverse: (node, { graph }, [x]) => {
    const from = graph.nodes[node.inputs[0]].shape
    return (
      x &&
      mapSpans(x, (span) =>
        node.attrs.axes.reduce(
          (turned, axis) =>
            pick(
              turned,
              axis,
              from[axis],
              counted(from[axis]).map((i) => [from[axis] - 1 - i]),
            ),
          span,
        ),
      )
    )
  },
  gather: (node, around, [x, index]) => {
    const { axis, batch } = node.attrs
    const [from, places] = node.inputs.map((id) => around.graph.nodes[id].shape)
    const free = places.slice(batch)
    const between = axis - batch
    const chosen =
      index &&
      mapSpans(index, (span) =>
        withAxes(withAxes(span, batch, between), axis + free.length, from.length - axis - 1),
      )
    const numbers = index ? null : around.constants.values(node.inputs[1])
    const isShared = places.slice(0, batch).every((size) => size === 1)
    const taken =
      x &&
      (numbers && isShared
        ? mapSpans(x, (span) => {
            const parts = selected(span, axis, numbers)
            const flat = from.with(axis, numbers.length)
            const pitch =
              axis === span.own && free.length === 1 ? (span.pitch * from[axis]) / numbers.length : span.pitch
            return { ...reshaped(parts, flat, node.shape), pitch }
          })
        : mapSpans(gathered(x, [axis], node.id, around), (span) => {
            const rest = permuted(
              span,
              from.map((_size, at) => at).filter((at) => at !== axis),
            )
            return withAxes(rest, axis, free.length)
          }))
    return met([taken, chosen])
  },
  scatterAdd: (node, around, [dy, index]) => {
    const { axis, batch, size } = node.attrs
    const places = around.graph.nodes[node.inputs[1]].shape
    const free = places.slice(batch)
    const numbers = index ? null : around.constants.values(node.inputs[1])
    const isShared = places.slice(0, batch).every((size) => size === 1)
    const from = around.graph.nodes[node.inputs[0]].shape
    const count = free.reduce((a, b) => a * b, 1)
    const flat = [...from.slice(0, axis), count, ...from.slice(axis + free.length)]
    const summed =
      dy &&
      mapSpans(dy, (span) => {
        const parts = reshaped(span, from, flat)
        if (!numbers || !isShared) return gatheredSpan(parts, [axis], node.id, around)
        return pick(
          parts,
          axis,
          count,
          counted(size).map((part) => counted(count).filter((at) => numbers[at] === part)),
        )
      })
    const chosen =
      index &&
      mapSpans(
        gathered(
          index,
          free.map((_size, at) => batch + at),
          node.id,
          around,
        ),
        (span) => {
          const kept = permuted(span, counted(batch))
          return withAxes(kept, batch, node.shape.length - batch)
        },
      )
    return met([summed, chosen])
  },
  topK: (node, around, [x]) => x && gathered(x, [node.shape.length - 1], node.id, around),
  scan: (node, around, inputs) => {
    const { axis, reverse } = node.attrs
    const both = met([inputs[0] && withoutFirst(inputs[0], axis, reverse, node.shape), inputs[1]])
    if (!both) return null
    // Where the map goes on there is no first element.
    if (around.isOpen) return gathered(both, [axis], node.id, around)
    return mapSpans(both, (span) => cumulated(span, axis, reverse))
  },
}

const counted = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

const isMapAxis = (shape: Shape, axis: number): boolean => shape.length === 4 && (axis === 1 || axis === 2)

/** The factor of the first step multiplies zero. */
function withoutFirst(reach: Reach, axis: number, isReverse: boolean, shape: Shape): Reach {
  const size = shape[axis]
  const first = isReverse ? size - 1 : 0
  const sources = counted(size).map((i) => (i === first ? [] : [i]))
  return mapSpans(reach, (span) => pick(span, axis, size, sources))
}

/** All positions of some axes are read together. */
const gathered = (reach: Reach, axes: readonly number[], node: number, around: Surroundings): Reach =>
  mapSpans(reach, (span) => gatheredSpan(span, axes, node, around))

/** Where nothing is left that tells positions apart, that is everything. */
function gatheredSpan(span: Span, axes: readonly number[], by: number, { isOpen }: Surroundings): Span {
  const folded = axes.reduce((folded, axis) => fold(folded, axis), span)
  const isOfMap = axes.some((axis) => span.shape[axis] > 1 && !span.taps[axis])
  if (!isOpen || !isOfMap || isNested(span)) return folded
  if (!isNested(folded)) return { ...folded, by }
  return { ...wholeSpan(folded.shape.length, span.own, by), within: folded.within }
}

/** Branches that reach differently far around one place lie in each other; places of a map do not. */
function isNested({ low, high }: Span): boolean {
  const first = low.reduce((a, b) => Math.min(a, b))
  const end = high.reduce((a, b) => Math.max(a, b))
  return low.some((at, i) => at === first && high[i] === end)
}

/** A factor of zero that no picture changes cuts the connection; so does what only rounding keeps from being zero. */
function withoutZeros(reach: Reach, factor: number, { constants }: Surroundings): Reach {
  const mask = constants.table(factor, (value, largest) => Math.abs(value) > largest * 1e-9)
  if (!mask?.low.includes(0)) return reach
  return mapSpans(reach, (span) => masked(span, mask))
}

/** A product whose one side was folded from the whole map: the other side, with a note; per axis of the picture. */
function gated(graph: Graph, a: Reach, b: Reach): MaybeReach {
  const isGate = (spans: readonly Span[]) =>
    isGlobal(spans) && spans.every(({ by }) => graph.nodes[by]?.op === 'reduce')
  const along = (left: readonly Span[], right: readonly Span[]) => {
    if (isGate(left) && !isGlobal(right)) return right
    return isGate(right) && !isGlobal(left) ? left : null
  }
  const [y, x] = [along(a.y, b.y), along(a.x, b.x)]
  const plain = met([a, b])
  if (!plain || (!y && !x)) return plain
  return { ...plain, y: y ?? plain.y, x: x ?? plain.x, gate: true }
}

function convolved(
  { attrs, shape }: NodeOf<'conv'>,
  span: Span,
  map: Shape,
  weights: Shape,
  isOpen: boolean,
): Span {
  const { stride, padding, dilation, inputDilation, groups } = attrs
  const taps = (axis: 0 | 1): Sources => {
    const length = spread(map[axis + 1], inputDilation[axis])
    return counted(shape[axis + 1]).map((position) =>
      counted(weights[axis + 1]).flatMap((tap) => {
        const place = position * stride[axis] - padding[axis][0] + tap * dilation[axis]
        const isThere = (isOpen || (place >= 0 && place < length)) && place % inputDilation[axis] === 0
        return isThere ? [place / inputDilation[axis]] : []
      }),
    )
  }
  const channels = weights[3]
  const perGroup = weights[0] / groups
  const mixed =
    groups === 1 || (span.shape[3] === 1 && span.within?.axis !== 3)
      ? fold(span, 3)
      : pick(
          span,
          3,
          map[3],
          counted(weights[0]).map((channel) => {
            const first = Math.floor(channel / perGroup) * channels
            return counted(channels).map((i) => first + i)
          }),
        )
  const down = pick(mixed, 1, map[1], taps(0), isOpen)
  const both = pick(down, 2, map[2], taps(1), isOpen)
  return { ...both, pitch: (span.pitch * stride[span.own - 1]) / inputDilation[span.own - 1] }
}
