/** How the intervals along one axis of a tensor go on beyond its ends. */
import type { Span } from './span'

/** Elements of a span at base, base + step ... */
export interface Line {
  readonly span: Span
  readonly base: number
  readonly step: number
  readonly size: number
}

/** What lies `period` elements further reads what lies `shift` pixels further. */
interface Law {
  readonly period: number
  readonly shift: number
  /** How much of the line follows it, 0..1. */
  readonly share: number
}

const known = new WeakMap<Line, Law>()

/** Whose interval, moved by how many pixels, an element outside of the line would have. */
export function beyond(line: Line, index: number): { readonly index: number; readonly shift: number } {
  const { period, shift } = continuation(line)
  const turns = index < 0 ? Math.floor(index / period) : Math.ceil((index - line.size + 1) / period)
  return { index: index - turns * period, shift: turns * shift }
}

/**
 * The law that all elements follow: 1 element for convolutions, a window's side for windows. Where borders break it (they
 * are turned inwards, or clamped), the one that most follow.
 */
export function continuation(line: Line): Law {
  let law = known.get(line)
  if (!law) {
    law = lawOf(line)
    known.set(line, law)
  }
  return law
}

/** Longer periods than this are looked for only where they divide the line, as windows of long token lists do. */
const mostAnyPeriod = 64

function lawOf(line: Line): Law {
  const { span, size } = line
  if (size === 1) return { period: 1, shift: span.pitch, share: 1 }
  let best: Law = { period: 1, shift: 0, share: 0 }
  for (let period = 1; period <= Math.max(1, size / 2); period++) {
    if (period > mostAnyPeriod && size % period !== 0) continue
    const { shift, count } = commonestShift(line, period)
    const share = count / (size - period)
    if (share === 1) return { period, shift, share }
    if (share > best.share) best = { period, shift, share }
  }
  return best
}

function commonestShift({ span: { low, high }, base, step, size }: Line, period: number) {
  const counts = new Map<number, number>()
  let best = { shift: 0, count: 0 }
  for (let i = 0; i + period < size; i++) {
    const from = base + i * step
    const to = from + period * step
    const shift = low[to] - low[from]
    if (shift !== high[to] - high[from]) continue
    const count = (counts.get(shift) ?? 0) + 1
    counts.set(shift, count)
    if (count > best.count) best = { shift, count }
  }
  return best
}
