/** The order in which the nodes of a graph can be computed, and the loops that have none. */
import { type Edge, type GraphBody, IN, OUT } from './types'
import { portOf } from './wiring'

export interface Order {
  /** Indices into `nodes`: inputs come first; otherwise as the document lists them. Nodes of loops and behind them are missing. */
  readonly sorted: readonly number[]
  /** Sets of nodes that feed each other, as indices in document order. */
  readonly loops: readonly (readonly number[])[]
  /** Nodes that are behind a loop, in document order. */
  readonly behind: readonly number[]
  /** Edges into each node, by input number. */
  readonly incoming: ReadonlyMap<string, readonly Edge[]>
  /** Ids of nodes whose value can reach the output. */
  readonly reachesOutput: ReadonlySet<string>
}

const known = new WeakMap<GraphBody, Order>()

/** Bodies never change, so the answer is kept with them: after an edit only the edited graphs are sorted again. */
export function orderOf(body: GraphBody): Order {
  const before = known.get(body)
  if (before) return before
  const order = sort(body)
  known.set(body, order)
  return order
}

function sort(body: GraphBody): Order {
  const index = new Map(body.nodes.map((node, position) => [node.id, position]))
  const incoming = new Map<string, Edge[]>()
  const outgoing = new Map<string, Edge[]>()
  for (const edge of body.edges) {
    // An edge from nowhere leaves its input open; lowering says so on the node.
    if (edge.from !== IN && !index.has(edge.from)) continue
    push(incoming, edge.to, edge)
    push(outgoing, edge.from, edge)
  }
  for (const edges of incoming.values()) edges.sort((a, b) => portOf(a) - portOf(b))

  const inner = body.nodes.map(
    (node) => (incoming.get(node.id) ?? []).filter((edge) => edge.from !== IN).length,
  )
  const ready = body.nodes.flatMap((_, position) => (inner[position] === 0 ? [position] : [])).reverse()
  const sorted: number[] = []
  for (let at = ready.pop(); at !== undefined; at = ready.pop()) {
    sorted.push(at)
    const next: number[] = []
    for (const edge of outgoing.get(body.nodes[at]?.id ?? '') ?? []) {
      const target = index.get(edge.to)
      if (target === undefined) continue
      inner[target] = (inner[target] ?? 0) - 1
      if (inner[target] === 0) next.push(target)
    }
    if (next.length) {
      ready.push(...next)
      // Among those that are ready, the one that the document lists first.
      ready.sort((a, b) => b - a)
    }
  }
  const left = new Set(body.nodes.keys())
  for (const position of sorted) left.delete(position)
  const loops = left.size ? loopsAmong(body, left, index, outgoing) : []
  const looped = new Set(loops.flat())
  return {
    sorted,
    loops,
    behind: [...left].filter((position) => !looped.has(position)),
    incoming,
    reachesOutput: upstream(incoming),
  }
}

function upstream(incoming: ReadonlyMap<string, readonly Edge[]>): ReadonlySet<string> {
  const found = new Set<string>()
  const open = [OUT]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const edge of incoming.get(id) ?? []) {
      if (found.has(edge.from)) continue
      found.add(edge.from)
      open.push(edge.from)
    }
  }
  return found
}

/** Strongly connected components with an edge inside (Tarjan 1972), iteratively: documents may be long chains. */
function loopsAmong(
  body: GraphBody,
  left: ReadonlySet<number>,
  index: ReadonlyMap<string, number>,
  outgoing: ReadonlyMap<string, readonly Edge[]>,
): number[][] {
  const followers = (position: number): number[] =>
    (outgoing.get(body.nodes[position]?.id ?? '') ?? []).flatMap((edge) => {
      const target = index.get(edge.to)
      return target !== undefined && left.has(target) ? [target] : []
    })
  const number = new Map<number, number>()
  const lowest = new Map<number, number>()
  const stack: number[] = []
  const onStack = new Set<number>()
  const loops: number[][] = []
  for (const root of left) {
    if (number.has(root)) continue
    const work: { readonly at: number; readonly open: number[] }[] = []
    const enter = (at: number) => {
      number.set(at, number.size)
      lowest.set(at, number.get(at) ?? 0)
      stack.push(at)
      onStack.add(at)
      work.push({ at, open: followers(at) })
    }
    const lower = (at: number, to: number | undefined) =>
      lowest.set(at, Math.min(lowest.get(at) ?? 0, to ?? Number.POSITIVE_INFINITY))
    enter(root)
    for (let top = work[work.length - 1]; top; top = work[work.length - 1]) {
      const next = top.open.pop()
      if (next !== undefined) {
        if (!number.has(next)) enter(next)
        else if (onStack.has(next)) lower(top.at, number.get(next))
        continue
      }
      work.pop()
      const above = work[work.length - 1]
      if (above) lower(above.at, lowest.get(top.at))
      if (lowest.get(top.at) !== number.get(top.at)) continue
      const loop = stack.splice(stack.indexOf(top.at))
      for (const member of loop) onStack.delete(member)
      if (loop.length > 1 || followers(top.at).includes(top.at)) loops.push(loop.sort((a, b) => a - b))
    }
  }
  return loops.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))
}

function push<K, V>(lists: Map<K, V[]>, name: K, value: V): void {
  const list = lists.get(name)
  if (list) list.push(value)
  else lists.set(name, [value])
}
