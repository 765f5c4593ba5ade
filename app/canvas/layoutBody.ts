/**
 * Places the nodes of one graph, with the line from IN to OUT at y = 0 and IN at x = 0.
 *
 * A nest of splits is drawn as a residual stream: what carries the stream lies on the line, ribs hang below it. Anything
 * else is laid in layers. Where a person has put a node, it stays.
 */
import { type Edge, type GraphBody, IN, OUT } from '../../engine/index'
import type { Point, Rect } from './geometry'
import { bottom, right } from './geometry'
import { arrange } from './layers'
import { type Stream, streamsOf } from './streams'

/** The room that a node takes. `axis` is where edges enter and leave, from its top; margins are a socket around it. */
export interface Box {
  readonly width: number
  readonly height: number
  readonly axis: number
  readonly margin?: { readonly x: number; readonly top: number; readonly bottom: number }
}

/** How an edge is drawn; `x` is where a rib leaves the stream. */
export type Route =
  | { readonly kind: 'spine' | 'line' | 'join' | 'free' }
  | { readonly kind: 'fork'; readonly x: number }

export interface BodyLayout {
  readonly nodes: ReadonlyMap<string, Rect>
  readonly routes: ReadonlyMap<Edge, Route>
  /** From IN to OUT. */
  readonly width: number
  /** Extent above (negative) and below the line. */
  readonly top: number
  readonly bottom: number
}

export interface LayoutOptions {
  readonly box: (id: string) => Box
  readonly weight: (id: string) => number
  readonly gap: number
  /** Before the first node, after the last one, and from a node to where a rib leaves. */
  readonly startGap: number
  readonly endGap: number
  readonly lead: number
  /** Ribs lie this far below the line, or more. */
  readonly ribDrop: number
  /** Extra room before each rib, to fill what is around. */
  readonly spread?: number
  /** Where the nodes were a moment ago; they stay there when the wiring tells nothing. */
  readonly previous?: ReadonlyMap<string, Point>
}

/** From a rib's end to the merge, and from the fork to the rib's first node. */
const ribIn = 18
const ribOut = 10
const ribClearance = 16
const looseGap = 40

export function layoutBody(body: GraphBody, options: LayoutOptions): BodyLayout {
  const { stream, loose } = streamsOf(body, options.weight)
  const laid = stream ? layStream(body, stream, options) : layFreely(body, loose, options)
  const placed = loose.length > 0 ? asBefore(body, loose, laid, options) : laid
  const nodes = new Map(placed.nodes)
  putLoose(loose, nodes, options)
  for (const node of body.nodes) {
    const rect = nodes.get(node.id)
    if (rect && node.position) nodes.set(node.id, { ...rect, x: node.position.x, y: node.position.y })
  }
  const boxes = [...nodes].map(([id, rect]) => withMargin(rect, options.box(id)))
  return {
    nodes,
    routes: placed.routes,
    width: placed.width,
    top: Math.min(0, ...boxes.map((box) => box.y)),
    bottom: Math.max(0, ...boxes.map(bottom)),
  }
}

/** A wire was cut: what it held together stays where it is, so that it can be wired again. */
function asBefore(
  body: GraphBody,
  loose: readonly string[],
  laid: Omit<BodyLayout, 'top' | 'bottom'>,
  { previous, box, endGap }: LayoutOptions,
): Omit<BodyLayout, 'top' | 'bottom'> {
  const core = body.nodes.filter((node) => !loose.includes(node.id))
  if (!previous || core.length === 0 || !core.every((node) => previous.has(node.id))) return laid
  const nodes = new Map(laid.nodes)
  for (const { id } of body.nodes) {
    const position = previous.get(id)
    if (position) nodes.set(id, rectAt(position, box(id)))
  }
  const ends = [...nodes].map(([id, rect]) => right(withMargin(rect, box(id))))
  return { ...laid, nodes, width: Math.max(0, ...ends) + endGap }
}

const withMargin = (rect: Rect, { margin }: Box): Rect =>
  margin
    ? {
        x: rect.x - margin.x,
        y: rect.y - margin.top,
        width: rect.width + 2 * margin.x,
        height: rect.height + margin.top + margin.bottom,
      }
    : rect

const outerWidth = ({ width, margin }: Box): number => width + 2 * (margin?.x ?? 0)

// ---- streams ----

interface Piece {
  readonly nodes: readonly (readonly [string, Rect])[]
  readonly routes: readonly (readonly [string, Route])[]
  readonly width: number
  readonly top: number
  readonly bottom: number
}

const wire = (from: string, to: string): string => `${from}>${to}`

function layStream(
  body: GraphBody,
  stream: Stream,
  options: LayoutOptions,
): Omit<BodyLayout, 'top' | 'bottom'> {
  const start = options.box(IN)
  const hasLead = stream[0]?.kind === 'split'
  const offset = start.width + (hasLead ? 0 : options.startGap)
  const piece = shifted(layLinks(stream, IN, OUT, true, options), offset, 0)
  const nodes = new Map(piece.nodes)
  if (start.width > 0) nodes.set(IN, { x: 0, y: -start.axis, width: start.width, height: start.height })
  const routes = new Map<Edge, Route>()
  const known = new Map(piece.routes)
  for (const edge of body.edges) {
    routes.set(edge, known.get(wire(edge.from, edge.to)) ?? { kind: 'free' })
    // A second edge between the same two nodes finds its own way.
    known.delete(wire(edge.from, edge.to))
  }
  return { nodes, routes, width: offset + piece.width + options.endGap }
}

function layLinks(stream: Stream, from: string, to: string, isSpine: boolean, options: LayoutOptions): Piece {
  const nodes: (readonly [string, Rect])[] = []
  const routes: (readonly [string, Route])[] = []
  const along: Route = { kind: isSpine ? 'spine' : 'line' }
  let x = 0
  let top = 0
  let lowest = 0
  let at = from
  let isAfterSplit = false
  for (const [index, link] of stream.entries()) {
    if (link.kind === 'split') {
      const split = shifted(laySplit(link, isSpine, options), x, 0)
      nodes.push(...split.nodes)
      routes.push(...split.routes)
      top = Math.min(top, split.top)
      lowest = Math.max(lowest, split.bottom)
      x += split.width
      isAfterSplit = true
      continue
    }
    const box = options.box(link.id)
    if (index > 0 && !isAfterSplit) x += options.gap
    if (!isAfterSplit) routes.push([wire(at, link.id), along])
    const rect = { x: x + (box.margin?.x ?? 0), y: -box.axis, width: box.width, height: box.height }
    nodes.push([link.id, rect])
    const outer = withMargin(rect, box)
    top = Math.min(top, outer.y)
    lowest = Math.max(lowest, bottom(outer))
    x += outerWidth(box)
    at = link.id
    isAfterSplit = false
  }
  if (!isAfterSplit) routes.push([wire(at, to), along])
  return { nodes, routes, width: x, top, bottom: lowest }
}

function laySplit(
  { from, to, branches }: Extract<Stream[number], { kind: 'split' }>,
  isSpine: boolean,
  options: LayoutOptions,
): Piece {
  const [carrier = [], ...ribs] = branches
  const forkX = options.lead + (isSpine ? (options.spread ?? 0) : 0)
  const middle = layLinks(carrier, from, to, isSpine, options)
  const nodes: (readonly [string, Rect])[] = []
  const routes: (readonly [string, Route])[] = []
  let width = forkX + (carrier.length > 0 ? middle.width + 2 * options.gap : 0)
  let lowest = middle.bottom
  let drop = 0
  for (const rib of ribs) {
    if (rib.length === 0) {
      routes.push([wire(from, to), { kind: 'free' }])
      continue
    }
    const piece = layLinks(rib, from, to, false, options)
    drop = Math.max(options.ribDrop, drop, lowest - piece.top + ribClearance)
    const laid = shifted(piece, forkX + ribIn, drop)
    const [first, last] = [rib[0], rib.at(-1)]
    nodes.push(...laid.nodes)
    routes.push(
      ...laid.routes.map(([key, route]) => {
        if (first?.kind === 'node' && key === wire(from, first.id))
          return [key, { kind: 'fork', x: forkX }] as const
        if (last?.kind === 'node' && key === wire(last.id, to)) return [key, { kind: 'join' }] as const
        return [key, route] as const
      }),
    )
    lowest = Math.max(lowest, drop + piece.bottom)
    width = Math.max(width, forkX + ribIn + piece.width + ribOut)
  }
  const slack = width - forkX - middle.width
  const laid = shifted(middle, forkX + slack / 2, 0)
  return {
    nodes: [...laid.nodes, ...nodes],
    routes: [...laid.routes, ...routes],
    width,
    top: middle.top,
    bottom: lowest,
  }
}

const shifted = (piece: Piece, dx: number, dy: number): Piece => ({
  nodes: piece.nodes.map(([id, rect]) => [id, { ...rect, x: rect.x + dx, y: rect.y + dy }] as const),
  routes: piece.routes.map(
    ([key, route]) => [key, route.kind === 'fork' ? { ...route, x: route.x + dx } : route] as const,
  ),
  width: piece.width,
  top: piece.top + dy,
  bottom: piece.bottom + dy,
})

// ---- anything else ----

function layFreely(
  body: GraphBody,
  loose: readonly string[],
  options: LayoutOptions,
): Omit<BodyLayout, 'top' | 'bottom'> {
  const core = body.nodes.filter((node) => !loose.includes(node.id))
  const routes = new Map(body.edges.map((edge) => [edge, { kind: 'free' } as Route]))
  const { previous } = options
  const start = options.box(IN)
  if (previous && core.every((node) => previous.has(node.id))) {
    const nodes = new Map<string, Rect>()
    if (start.width > 0) nodes.set(IN, { x: 0, y: -start.axis, width: start.width, height: start.height })
    for (const { id } of core) nodes.set(id, rectAt(previous.get(id) as Point, options.box(id)))
    const width = Math.max(start.width, ...[...nodes.values()].map(right)) + options.endGap
    return { nodes, routes, width }
  }
  const ids = [IN, ...core.map((node) => node.id), OUT]
  const outer = ids.map((id) => {
    const box = options.box(id)
    const { height } = withMargin(rectAt({ x: 0, y: 0 }, box), box)
    return { id, width: Math.max(1, outerWidth(box)), height: Math.max(1, height) }
  })
  const edges = body.edges.filter(({ from, to }) => ids.includes(from) && ids.includes(to) && from !== to)
  const centres = arrange(outer, edges, options.gap + 18)
  const centre = (id: string): Point => centres.get(id) ?? { x: 0, y: 0 }
  const origin = centre(IN)
  const nodes = new Map<string, Rect>()
  for (const id of ids) {
    const box = options.box(id)
    if (id === OUT || (id === IN && start.width === 0)) continue
    const { x, y } = centre(id)
    const left = x - origin.x + start.width / 2 - box.width / 2
    nodes.set(id, {
      x: id === IN ? 0 : left + (start.width === 0 ? options.startGap / 2 : 0),
      y: y - origin.y - box.axis,
      width: box.width,
      height: box.height,
    })
  }
  const width = Math.max(
    start.width,
    ...[...nodes].map(([id, rect]) => right(withMargin(rect, options.box(id)))),
  )
  return { nodes, routes, width: width + options.endGap }
}

const rectAt = ({ x, y }: Point, { width, height }: Box): Rect => ({ x, y, width, height })

/** What is wired to nothing waits in a row under the rest. */
function putLoose(loose: readonly string[], nodes: Map<string, Rect>, options: LayoutOptions): void {
  const lowest = Math.max(0, ...[...nodes].map(([id, rect]) => bottom(withMargin(rect, options.box(id)))))
  let x = options.startGap
  for (const id of loose) {
    const box = options.box(id)
    if (nodes.has(id)) continue
    const before = options.previous?.get(id)
    if (before && isFree(rectAt(before, box), nodes)) {
      nodes.set(id, rectAt(before, box))
      continue
    }
    nodes.set(id, rectAt({ x: x + (box.margin?.x ?? 0), y: lowest + looseGap + (box.margin?.top ?? 0) }, box))
    x += outerWidth(box) + options.gap
  }
}

const isFree = (rect: Rect, nodes: ReadonlyMap<string, Rect>): boolean =>
  [...nodes.values()].every(
    (other) =>
      right(rect) < other.x || right(other) < rect.x || bottom(rect) < other.y || bottom(other) < rect.y,
  )
