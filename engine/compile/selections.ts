/** Sums and choices by number as products and folds: deterministic, and no kernels of their own. */
import { elements, type Shape } from '../graph/graph'
import type { ProgramBuilder, Term, TermAttributes } from './program'

/**
 * scatterAdd as a product: a matrix that holds 1 where a part belongs to a place, times the parts. `dot` is that of the kernel forms.
 */
export function scatterAddAsDot(
  b: ProgramBuilder,
  { axis, batch, size }: TermAttributes['scatterAdd'],
  dy: Term,
  index: Term,
): {
  readonly attrs: TermAttributes['dot']
  readonly operands: readonly [Term, Term]
  finish(made: Term): Term
} {
  const batches = index.shape.slice(0, batch)
  const free = index.shape.length - batch
  const count = elements(index.shape.slice(batch))
  const table = [...batches, size, count]
  const numbers = b.broadcast(b.reshape(index, [...batches, 1, count]), table)
  const belongs = b.binary('equal', numbers, countedAlong(b, table, batch))
  const parts = b.reshape(dy, [...dy.shape.slice(0, axis), count, ...dy.shape.slice(axis + free)])
  const shared = range(0, batch)
  return {
    attrs: { batch: [shared, shared], contract: [[batch + 1], [axis]] },
    operands: [belongs, parts],
    // [batch axes, size, other axes]: the places belong where the parts were.
    finish(made) {
      const order = [...shared, ...range(batch + 1, axis + 1), batch, ...range(axis + 1, parts.shape.length)]
      return b.transpose(made, order)
    },
  }
}

/** topK by rank: how many elements of the row come before each one, and then which one has each rank. */
export function topK(b: ProgramBuilder, k: number, x: Term): Term {
  const length = x.shape[x.shape.length - 1]
  const rows = elements(x.shape) / length
  // [rows, other, own]
  const pairs = [rows, length, length]
  const own = b.broadcast(b.reshape(x, [rows, 1, length]), pairs)
  const other = b.broadcast(b.reshape(x, [rows, length, 1]), pairs)
  const isEarlier = b.binary('less', countedAlong(b, pairs, 1), countedAlong(b, pairs, 2))
  const isTie = b.binary('mul', b.binary('equal', own, other), isEarlier)
  const rank = b.term('fold', { fn: 'sum' }, [b.binary('add', b.binary('less', own, other), isTie)])
  const chosen = [rows, length, k]
  const ranks = b.broadcast(b.reshape(rank, [rows, length, 1]), chosen)
  const isWanted = b.binary('equal', ranks, countedAlong(b, chosen, 2))
  const places = b.term('fold', { fn: 'sum' }, [b.binary('mul', isWanted, countedAlong(b, chosen, 1))])
  return b.reshape(places, [...x.shape.slice(0, -1), k])
}

/** 0, 1, 2 ... along one axis. */
function countedAlong(b: ProgramBuilder, shape: Shape, axis: number): Term {
  const line = Float32Array.from({ length: shape[axis] }, (_, i) => i)
  const placed = shape.map((size, at) => (at === axis ? size : 1))
  return b.broadcast(b.constant(line, placed), shape)
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i)
}
