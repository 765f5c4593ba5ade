/**
 * Places in a document as strings: node ids joined by `/` (`stages.2/blocks.0/token_mixer`), '' for the design itself.
 * A string compares with ===, which is what selectors and maps want; the engine's NodePath is the split form.
 */
import type { Edge, NodePath } from '../../engine/index'

export type PathKey = string

export const keyOf = (path: NodePath): PathKey => path.join('/')
export const pathOf = (key: PathKey): NodePath => (key === '' ? [] : key.split('/'))
export const parentOf = (key: PathKey): PathKey => key.slice(0, Math.max(0, key.lastIndexOf('/')))
export const idOf = (key: PathKey): string => key.slice(key.lastIndexOf('/') + 1)
export const childOf = (parent: PathKey, id: string): PathKey => (parent === '' ? id : `${parent}/${id}`)
export const isInside = (key: PathKey, ancestor: PathKey): boolean =>
  ancestor === '' || key === ancestor || key.startsWith(`${ancestor}/`)

/** Every place from the design down to `key`, itself included. */
export function ancestorsOf(key: PathKey): readonly PathKey[] {
  const ids = pathOf(key)
  return ['', ...ids.map((_, depth) => keyOf(ids.slice(0, depth + 1)))]
}

/** One edge of one graph of the document. */
export interface EdgeRef {
  readonly graph: PathKey
  readonly edge: Edge
}
export const edgeKey = ({ graph, edge }: EdgeRef): string =>
  `${graph}|${edge.from}>${edge.to}:${edge.port ?? 0}`
