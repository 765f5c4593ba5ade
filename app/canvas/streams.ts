/**
 * Reads a graph as streams: a line from IN to OUT that splits and comes together again. What splits off and returns at a
 * merge is a rib of the residual stream; what reaches nothing is loose.
 */
import { type GraphBody, IN, OUT } from '../../engine/index'

/** Nodes one after another. */
export type Stream = readonly Link[]
type Link =
  | { readonly kind: 'node'; readonly id: string }
  /** Branches from the link before to the link after; the first one carries the stream, the others are ribs. */
  | {
      readonly kind: 'split'
      readonly from: string
      readonly to: string
      readonly branches: readonly Stream[]
    }

export interface Streams {
  /** From IN to OUT; null when the wiring is no nest of splits. */
  readonly stream: Stream | null
  /** Nodes that lie on no way from IN to OUT, in document order. */
  readonly loose: readonly string[]
}

/** `weight` says how much a node works: the lightest branch of a split carries the stream (a scale weighs nothing). */
export function streamsOf(body: GraphBody, weight: (id: string) => number): Streams {
  const wires = wiresOf(body)
  const reached = reachable(IN, wires.after)
  const reaching = reachable(OUT, wires.before)
  const isCore = (id: string) => reached.has(id) && reaching.has(id)
  const core = body.nodes.map((node) => node.id).filter(isCore)
  const loose = body.nodes.map((node) => node.id).filter((id) => !isCore(id))
  if (!reached.has(OUT)) return { stream: null, loose }

  const after = (id: string) => (wires.after.get(id) ?? []).filter((next) => next === OUT || isCore(next))
  const later = meetingPoints([IN, ...core, OUT], after)
  if (!later) return { stream: null, loose }
  const placed: string[] = []

  const between = (from: string, to: string): Stream | null => {
    const links: Link[] = []
    let at = from
    while (true) {
      const next = after(at)
      const [only] = next
      if (only === undefined) return null
      let meeting = only
      if (next.length > 1) {
        const found = firstCommon(next, later)
        if (found === null) return null
        meeting = found
        const branches = next.map((start) => {
          if (start === meeting) return []
          placed.push(start)
          const rest = between(start, meeting)
          return rest && [{ kind: 'node' as const, id: start }, ...rest]
        })
        if (branches.includes(null)) return null
        links.push({
          kind: 'split',
          from: at,
          to: meeting,
          branches: lightestFirst(branches as Stream[], weight),
        })
      }
      if (meeting === to) return links
      if (placed.includes(meeting)) return null
      placed.push(meeting)
      links.push({ kind: 'node', id: meeting })
      at = meeting
    }
  }

  const stream = between(IN, OUT)
  const isComplete = placed.length === core.length && new Set(placed).size === placed.length
  return { stream: stream && isComplete ? stream : null, loose }
}

interface Wires {
  readonly after: ReadonlyMap<string, readonly string[]>
  readonly before: ReadonlyMap<string, readonly string[]>
}

function wiresOf(body: GraphBody): Wires {
  const after = new Map<string, string[]>()
  const before = new Map<string, string[]>()
  const add = (wires: Map<string, string[]>, from: string, to: string) => {
    const known = wires.get(from) ?? []
    if (!known.includes(to)) wires.set(from, [...known, to])
  }
  for (const { from, to } of body.edges) {
    add(after, from, to)
    add(before, to, from)
  }
  return { after, before }
}

function reachable(start: string, wires: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const seen = new Set([start])
  const waiting = [start]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    for (const next of wires.get(id) ?? []) {
      if (seen.has(next)) continue
      seen.add(next)
      waiting.push(next)
    }
  }
  return seen
}

/** For every node the nodes that each way from it to OUT passes (itself first); null when the wiring has a loop. */
function meetingPoints(
  ids: readonly string[],
  after: (id: string) => readonly string[],
): ReadonlyMap<string, ReadonlySet<string>> | null {
  const known = new Map<string, ReadonlySet<string>>()
  const open = new Set<string>()
  const visit = (id: string): ReadonlySet<string> | null => {
    const done = known.get(id)
    if (done) return done
    if (open.has(id)) return null
    open.add(id)
    const ways: ReadonlySet<string>[] = []
    for (const next of after(id)) {
      const points = visit(next)
      if (!points) return null
      ways.push(points)
    }
    open.delete(id)
    const [first, ...others] = ways
    const common = [...(first ?? [])].filter((point) => others.every((points) => points.has(point)))
    const points = new Set([id, ...common])
    known.set(id, points)
    return points
  }
  return ids.every((id) => visit(id)) ? known : null
}

/** Where several ways come together first: of the common points the one with the most others behind it. */
function firstCommon(
  starts: readonly string[],
  later: ReadonlyMap<string, ReadonlySet<string>>,
): string | null {
  const [first, ...others] = starts.map((id) => later.get(id) ?? new Set<string>())
  if (!first) return null
  const common = [...first].filter((id) => others.every((points) => points.has(id)))
  let best: string | null = null
  for (const id of common) {
    if (best === null || (later.get(id)?.size ?? 0) > (later.get(best)?.size ?? 0)) best = id
  }
  return best
}

function lightestFirst(branches: readonly Stream[], weight: (id: string) => number): readonly Stream[] {
  const weightOf = (stream: Stream): number =>
    stream.reduce(
      (sum, link) => sum + (link.kind === 'node' ? weight(link.id) : 1 + sumOf(link.branches.map(weightOf))),
      0,
    )
  const lightest = branches.reduce((best, branch) => (weightOf(branch) < weightOf(best) ? branch : best))
  return [lightest, ...branches.filter((branch) => branch !== lightest)]
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
