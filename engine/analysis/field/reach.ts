/** What every element of a tensor is computed from, for both axes of the picture. */
import { isEndless, type Span, tidy } from './span'

export interface Reach {
  /** Along the height; an element reads the hull of what the spans say. */
  readonly y: readonly Span[]
  readonly x: readonly Span[]
  /** What only scales whole channels on the way, and is not followed: gates over pooled maps, and the norm's name. */
  readonly gate: boolean
  readonly norm: string | null
}

/** Null: nothing of the picture. */
export type MaybeReach = Reach | null

export function mapSpans(reach: Reach, change: (span: Span) => Span): Reach {
  const y = reach.y.map((span) => change(span))
  const x = reach.x.map((span) => change(span))
  const isSame = y.every((span, i) => span === reach.y[i]) && x.every((span, i) => span === reach.x[i])
  return isSame ? reach : { ...reach, y: tidy(y), x: tidy(x) }
}

/** Several values become one, element by element. */
export function met(reaches: readonly MaybeReach[]): MaybeReach {
  const [first, ...others] = reaches.filter((reach) => reach !== null)
  if (!first) return null
  return others.reduce(
    (a, b) =>
      a === b
        ? a
        : {
            y: tidy([...a.y, ...b.y]),
            x: tidy([...a.x, ...b.x]),
            gate: a.gate || b.gate,
            norm: a.norm ?? b.norm,
          },
    first,
  )
}

/** Whether every element reads everything. */
export const isGlobal = (spans: readonly Span[]): boolean => spans.length > 0 && spans.every(isEndless)
