/** Which place of the scene a point means, for something in the hand. */

import type { LegalTargets } from '../commands/place'
import { isInside, type PathKey } from '../state/paths'
import type { DropTarget } from '../state/sessionStore'
import { edgeLine } from './edgeLine'
import { contains, distanceToLine, distanceToRect, grown, type Point, type Rect } from './geometry'
import type { Item, Scene, SceneEdge } from './scene'
import { socketMargin } from './sizes'

const socketMagnet = 24
const edgeMagnet = 16

export interface Aimed {
  readonly target: DropTarget | null
  /** The node under the point that takes nothing of this kind. */
  readonly refuser: Item | null
}

/** `zoom` keeps the magnets the same size on screen. */
export function targetAt(scene: Scene, legal: LegalTargets, point: Point, zoom: number): Aimed {
  const direct = scene.items.find(
    (item) => isNode(item) && legal.replace.has(item.key) && contains(areaOf(item), point),
  )
  if (direct) return { target: { kind: 'replace', path: direct.key }, refuser: null }

  const edge = nearest(
    scene.edges.filter((candidate) => legal.insert.has(candidate.id)),
    (candidate) => distanceToLine(lineOf(scene, candidate), point),
  )
  const holder = scene.items.find(
    (item) => (item.kind === 'stage' || item.kind === 'folded') && contains(item.rect, point),
  )
  if (holder) {
    const slot = firstInside(legal.replace, holder.key)
    return slot === null
      ? { target: null, refuser: holder }
      : { target: { kind: 'replace', path: slot }, refuser: null }
  }
  const over = scene.items.find(
    (item) => isNode(item) && item.kind === 'module' && contains(item.rect, point),
  )
  if (!over && edge && edge.distance <= edgeMagnet / zoom) {
    return { target: { kind: 'insert', ...edge.item.ref }, refuser: null }
  }
  if (over) return { target: null, refuser: over }

  const socket = nearest(
    scene.items.filter((item) => isNode(item) && legal.replace.has(item.key)),
    (item) => distanceToRect(areaOf(item), point),
  )
  if (socket && socket.distance <= socketMagnet / zoom) {
    return { target: { kind: 'replace', path: socket.item.key }, refuser: null }
  }
  const graph = graphAt(scene, point)
  const origin = scene.origins.get(graph) ?? { x: 0, y: 0 }
  const position = { x: Math.round(point.x - origin.x - 56), y: Math.round(point.y - origin.y - 33) }
  return { target: { kind: 'add', graph, position }, refuser: null }
}

/** The innermost open graph that holds the point. */
function graphAt(scene: Scene, point: Point): PathKey {
  const holders = scene.items.filter(
    (item) => (item.kind === 'lens' || item.kind === 'block') && contains(item.rect, point),
  )
  return holders.reduce(
    (deepest, item) => (item.key.length > deepest.length ? item.key : deepest),
    rootOf(scene),
  )
}

const rootOf = (scene: Scene): PathKey => [...scene.origins.keys()][0] ?? ''

const isNode = (item: Item): boolean =>
  item.kind === 'module' || item.kind === 'stage' || item.kind === 'folded'

/** A node with the socket around it. */
const areaOf = ({ rect, hasSocket }: Item): Rect =>
  hasSocket
    ? {
        ...grown(rect, socketMargin.x),
        height: rect.height + socketMargin.top + socketMargin.bottom,
      }
    : rect

function lineOf(scene: Scene, edge: SceneEdge): readonly Point[] {
  const source = scene.items.find((item) => item.id === edge.source)?.rect ?? { x: 0, y: 0 }
  const target = scene.items.find((item) => item.id === edge.target)?.rect ?? { x: 0, y: 0 }
  const from = { x: source.x + edge.sourceOffset.x, y: source.y + edge.sourceOffset.y }
  const to = { x: target.x + edge.targetOffset.x, y: target.y + edge.targetOffset.y }
  return edgeLine(edge.kind, from, to, edge.forkBefore)
}

function nearest<T>(
  items: readonly T[],
  distance: (item: T) => number,
): { readonly item: T; readonly distance: number } | null {
  let best: { item: T; distance: number } | null = null
  for (const item of items) {
    const away = distance(item)
    if (!best || away < best.distance) best = { item, distance: away }
  }
  return best
}

const firstInside = (keys: ReadonlySet<PathKey>, group: PathKey): PathKey | null => {
  for (const key of keys) if (key !== group && isInside(key, group)) return key
  return null
}
