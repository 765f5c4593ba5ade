/**
 * Finding and replacing things inside a document.
 *
 * A node is addressed by the ids that lead to it. A group with `use` leads into its definition, so that what is edited
 * through one instance is edited in all of them.
 */
import { EditError } from '../errors'
import type { Document, DocumentNode, GraphBody, GroupNode } from './types'

/** Ids through groups: `['stages.2', 'blocks.0', 'token_mixer']`. The empty path is the whole graph. */
export type NodePath = readonly string[]

/** `stages.2/blocks.0/token_mixer`, the form in which analysis names nodes. */
export const pathText = (path: NodePath): string => path.join('/')
export const pathOf = (text: string): NodePath => (text === '' ? [] : text.split('/'))
export const parentPath = (path: NodePath): NodePath => path.slice(0, -1)
export const lastId = (path: NodePath): string => path[path.length - 1] ?? ''

/** The graph inside the group at `path`, or undefined when there is no such group. */
export function findBody(document: Document, path: NodePath): GraphBody | undefined {
  let body: GraphBody | undefined = document.graph
  for (const id of path) {
    const node: DocumentNode | undefined = body?.nodes.find((candidate) => candidate.id === id)
    body = node?.type === 'group' ? bodyOf(document, node) : undefined
  }
  return body
}

export function findNode(document: Document, path: NodePath): DocumentNode | undefined {
  if (path.length === 0) return undefined
  return findBody(document, parentPath(path))?.nodes.find((node) => node.id === lastId(path))
}

/** A group's own body, or the body of the definition it uses. */
export function bodyOf(document: Document, group: GroupNode): GraphBody | undefined {
  if (group.use === undefined) return group.body
  return Object.hasOwn(document.definitions, group.use) ? document.definitions[group.use] : undefined
}

/** Like findBody, for edits: a path that leads nowhere is an EditError. */
export function requireBody(document: Document, path: NodePath): GraphBody {
  const body = findBody(document, path)
  if (!body) throw new EditError(`There is no group ${pathText(path)} in this design.`)
  return body
}

export function requireNode(document: Document, path: NodePath): DocumentNode {
  const node = findNode(document, path)
  if (!node) throw new EditError(`There is no node ${pathText(path)} in this design.`)
  return node
}

/** The document with the graph at `path` changed; what is not on the way there is shared with the old one. */
export function updateBody(
  document: Document,
  path: NodePath,
  change: (body: GraphBody) => GraphBody,
): Document {
  // The last group with `use` on the way decides where the change is written.
  const { definition, inner } = bodyAddress(document, path)
  const owner = definition === null ? document.graph : (document.definitions[definition] as GraphBody)
  const changed = updateInside(owner, inner, change)
  if (changed === owner) return document
  return definition === null
    ? { ...document, graph: changed }
    : { ...document, definitions: { ...document.definitions, [definition]: changed } }
}

export function updateNode(
  document: Document,
  path: NodePath,
  change: (node: DocumentNode) => DocumentNode,
): Document {
  requireNode(document, path)
  return updateBody(document, parentPath(path), (body) => replaceNode(body, lastId(path), change))
}

function replaceNode(body: GraphBody, id: string, change: (node: DocumentNode) => DocumentNode): GraphBody {
  const index = body.nodes.findIndex((node) => node.id === id)
  const old = body.nodes[index]
  if (!old) return body
  const changed = change(old)
  return changed === old ? body : { ...body, nodes: body.nodes.with(index, changed) }
}

/** Where a body is kept: in the graph (definition null) or in a definition, and the ids of own bodies from there. */
export interface BodyAddress {
  readonly definition: string | null
  readonly inner: NodePath
}

export function bodyAddress(document: Document, path: NodePath): BodyAddress {
  let address: BodyAddress = { definition: null, inner: [] }
  let body: GraphBody = document.graph
  for (const [depth, id] of path.entries()) {
    const node = body.nodes.find((candidate) => candidate.id === id)
    const inside = node?.type === 'group' ? bodyOf(document, node) : undefined
    if (node?.type !== 'group' || !inside) {
      throw new EditError(`There is no group ${pathText(path.slice(0, depth + 1))} in this design.`)
    }
    address =
      node.use === undefined
        ? { definition: address.definition, inner: [...address.inner, id] }
        : { definition: node.use, inner: [] }
    body = inside
  }
  return address
}

export const addressText = ({ definition, inner }: BodyAddress): string =>
  `${definition === null ? '' : definition}:${pathText(inner)}`

function updateInside(body: GraphBody, path: NodePath, change: (body: GraphBody) => GraphBody): GraphBody {
  const [id, ...rest] = path
  if (id === undefined) return change(body)
  return replaceNode(body, id, (node) => {
    if (node.type !== 'group' || !node.body) return node
    const changed = updateInside(node.body, rest, change)
    return changed === node.body ? node : { ...node, body: changed }
  })
}

/** Every graph of the document with the place where it is kept: the root, own bodies of groups, definitions. */
export function* allBodies(
  document: Document,
): Generator<{ readonly body: GraphBody; readonly address: BodyAddress }> {
  yield* bodiesInside(document.graph, { definition: null, inner: [] })
  for (const [definition, body] of Object.entries(document.definitions)) {
    yield* bodiesInside(body, { definition, inner: [] })
  }
}

function* bodiesInside(
  body: GraphBody,
  address: BodyAddress,
): Generator<{ readonly body: GraphBody; readonly address: BodyAddress }> {
  yield { body, address }
  for (const node of body.nodes) {
    if (node.type === 'group' && node.body) {
      yield* bodiesInside(node.body, { ...address, inner: [...address.inner, node.id] })
    }
  }
}

/** The document with every graph changed by `change`, inner graphs first. */
export function mapBodies(
  document: Document,
  change: (body: GraphBody, address: BodyAddress) => GraphBody,
): Document {
  const graph = mapInside(document.graph, { definition: null, inner: [] }, change)
  const definitions = mapValues(document.definitions, (body, definition) =>
    mapInside(body, { definition, inner: [] }, change),
  )
  if (graph === document.graph && definitions === document.definitions) return document
  return { ...document, graph, definitions }
}

function mapInside(
  body: GraphBody,
  address: BodyAddress,
  change: (body: GraphBody, address: BodyAddress) => GraphBody,
): GraphBody {
  const nodes = mapArray(body.nodes, (node) => {
    if (node.type !== 'group' || !node.body) return node
    const inside = mapInside(node.body, { ...address, inner: [...address.inner, node.id] }, change)
    return inside === node.body ? node : { ...node, body: inside }
  })
  return change(nodes === body.nodes ? body : { ...body, nodes }, address)
}

/** `map` that returns the same array when nothing changed. */
export function mapArray<T>(items: readonly T[], change: (item: T) => T): readonly T[] {
  const changed = items.map(change)
  return changed.every((item, index) => item === items[index]) ? items : changed
}

/** The same for the values of a record. */
export function mapValues<T>(
  record: { readonly [name: string]: T },
  change: (value: T, name: string) => T,
): { readonly [name: string]: T } {
  const entries = Object.entries(record)
  const changed = entries.map(([name, value]): [string, T] => [name, change(value, name)])
  return changed.every(([, value], index) => value === entries[index]?.[1])
    ? record
    : Object.fromEntries(changed)
}
