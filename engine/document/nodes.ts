/** Edits that add, remove, move and change nodes. All pure: the old document is untouched and shared where nothing changed. */
import { EditError } from '../errors'
import type { Attributes, AttributeValue } from '../schema/schema'
import {
  bodyAddress,
  findNode,
  lastId,
  type NodePath,
  parentPath,
  pathText,
  requireBody,
  requireNode,
  updateBody,
  updateNode,
} from './address'
import { deepEqual } from './deepEqual'
import { findModule } from './findModule'
import { withFreshId } from './freshId'
import { instanceNames } from './instances'
import { countInstances, idPattern, limits } from './limits'
import { sharedAttributes, tidyAttributes } from './moduleAttributes'
import { changeOverridesOf, pruneOverrides, renameInOverrides, updateGroup } from './overrides'
import {
  type Document,
  type DocumentNode,
  type Edge,
  type GraphBody,
  type GroupNode,
  IN,
  type ModuleNode,
  type Position,
} from './types'
import { edgeTo, inputCount, isSameEdge, portOf } from './wiring'

/** A document and the nodes that the edit made. */
export interface Edited {
  readonly document: Document
  readonly paths: readonly NodePath[]
}

/** A module or a group in the making; without an id it is named after its module. */
export type NewNode =
  | (Omit<ModuleNode, 'id' | 'type' | 'attrs'> & { readonly id?: string; readonly attrs?: Attributes })
  | (Omit<GroupNode, 'id' | 'type' | 'repeat'> & { readonly id?: string; readonly repeat?: number })

/** Adds a node that nothing is wired to yet. */
export function addNode(document: Document, path: NodePath, node: NewNode): Edited {
  const made = makeNode(requireBody(document, path), node)
  const edited = updateBody(document, path, (body) => ({ ...body, nodes: [...body.nodes, made] }))
  checkSize(edited)
  return { document: edited, paths: [[...path, made.id]] }
}

/** Adds a node right after another one: it reads that node, and whoever read that node now reads the new one. */
export function addAfter(document: Document, path: NodePath, node: NewNode): Edited {
  requireNode(document, path)
  return addBehind(document, parentPath(path), lastId(path), node, () => true)
}

/** Puts a node in the middle of an edge. */
export function insertOnEdge(document: Document, path: NodePath, edge: Edge, node: NewNode): Edited {
  if (!requireBody(document, path).edges.some((other) => isSameEdge(other, edge))) {
    throw new EditError(`There is no edge from ${edge.from} to ${edge.to} here.`)
  }
  return addBehind(document, path, edge.from, node, (other) => isSameEdge(other, edge))
}

function addBehind(
  document: Document,
  path: NodePath,
  from: string,
  node: NewNode,
  isTaken: (edge: Edge) => boolean,
): Edited {
  const body = requireBody(document, path)
  const made = makeNode(body, node)
  if (inputCount(made).most === 0) {
    throw new EditError('A node that takes no input cannot stand between two others.')
  }
  const edges = body.edges.map((edge) =>
    edge.from === from && isTaken(edge) ? edgeTo(made.id, edge.to, portOf(edge)) : edge,
  )
  const index = from === IN ? 0 : body.nodes.findIndex((other) => other.id === from) + 1
  const edited = updateBody(document, path, () => ({
    nodes: body.nodes.toSpliced(index, 0, made),
    edges: [...edges, { from, to: made.id }],
  }))
  checkSize(edited)
  return { document: edited, paths: [[...path, made.id]] }
}

/** Removes nodes. The neighbours of a node that read exactly one other are wired to that one instead. */
export function removeNodes(document: Document, paths: readonly NodePath[]): Document {
  const removed = paths.reduce((edited, path) => {
    // A node inside a group that is removed too is already gone.
    if (!findNode(edited, path)) return edited
    return updateBody(edited, parentPath(path), (body) => withoutNode(body, lastId(path)))
  }, document)
  return removed === document ? document : pruneOverrides(removed)
}

function withoutNode(body: GraphBody, id: string): GraphBody {
  const incoming = body.edges.filter((edge) => edge.to === id)
  const source = incoming.length === 1 ? incoming[0]?.from : undefined
  const edges = body.edges.flatMap((edge) => {
    if (edge.to === id) return []
    if (edge.from !== id) return [edge]
    return source === undefined ? [] : [{ ...edge, from: source }]
  })
  return { nodes: body.nodes.filter((node) => node.id !== id), edges }
}

/**
 * Puts another module in a node's place: id, position, key and wiring stay, and so do the attributes that both modules
 * have and that are valid in the new one.
 */
export function replaceModule(
  document: Document,
  path: NodePath,
  module: string,
  attrs: Attributes = {},
): Document {
  const old = requireNode(document, path)
  if (old.type !== 'module')
    throw new EditError(`${pathText(path)} is a group; only a module can be replaced.`)
  const shared = sharedAttributes(old.module, old.attrs, module)
  const { title, keys: _, ...kept } = old
  const changed: ModuleNode = {
    ...kept,
    ...(title === undefined || title === findModule(old.module)?.title ? {} : { title }),
    module,
    attrs: tidyAttributes(module, { ...shared, ...attrs }),
  }
  const replaced = updateBody(document, parentPath(path), (body) => {
    const most = inputCount(changed).most
    return {
      nodes: body.nodes.map((node) => (node.id === old.id ? changed : node)),
      edges: body.edges.filter((edge) => edge.to !== old.id || portOf(edge) < most),
    }
  })
  return changeOverridesOf(replaced, bodyAddress(document, parentPath(path)), old.id, (override) => {
    if (override.module !== undefined) return override
    const own = sharedAttributes(old.module, override.attrs ?? {}, module)
    return Object.keys(own).length ? { attrs: own } : null
  })
}

/** Sets some attributes; undefined resets one. Values equal to the module's default are left out. */
export function setAttributes(
  document: Document,
  path: NodePath,
  attrs: { readonly [name: string]: AttributeValue | undefined },
): Document {
  return updateNode(document, path, (node) => {
    if (node.type !== 'module') throw new EditError(`${pathText(path)} is a group; it has no attributes.`)
    const tidy = tidyAttributes(node.module, { ...node.attrs, ...attrs })
    return deepEqual(tidy, node.attrs) ? node : { ...node, attrs: tidy }
  })
}

/** Sets how often a group is repeated. Later groups that count on from it are renumbered to make room. */
export function setRepeat(document: Document, path: NodePath, repeat: number): Document {
  if (!Number.isInteger(repeat) || repeat < 1 || repeat > limits.repeat) {
    throw new EditError(`A group can be repeated 1 to ${limits.repeat} times, not ${repeat}.`)
  }
  const group = requireNode(document, path)
  if (group.type === 'group' && group.repeat === repeat) return document
  const changed = updateGroup(document, path, (old) => ({ ...old, repeat }))
  checkSize(changed)
  return pruneOverrides(makeRoom(changed, parentPath(path), lastId(path)))
}

/** Gives new numbers to nodes whose names a group's instances have taken. */
function makeRoom(document: Document, path: NodePath, id: string): Document {
  const body = requireBody(document, path)
  const grown = body.nodes.find((node) => node.id === id)
  const taken = new Set(grown ? instanceNames(grown) : [])
  const other = body.nodes.find(
    (node) => node.id !== id && instanceNames(node).some((name) => taken.has(name)),
  )
  if (!other) return document
  const others = { ...body, nodes: body.nodes.filter((node) => node.id !== other.id) }
  const { id: fresh } = withFreshId(others, { ...other, key: other.id })
  return makeRoom(rename(document, [...path, other.id], { id: fresh }), path, id)
}

/** Switches nodes to "pass the input through", or back. */
export const setBypassed = (document: Document, paths: readonly NodePath[], isBypassed: boolean): Document =>
  setMark(document, paths, 'bypassed', isBypassed)

/** Takes the weights of nodes out of training, or back in. */
export const setFrozen = (document: Document, paths: readonly NodePath[], isFrozen: boolean): Document =>
  setMark(document, paths, 'frozen', isFrozen)

function setMark(
  document: Document,
  paths: readonly NodePath[],
  mark: 'bypassed' | 'frozen',
  isSet: boolean,
): Document {
  return paths.reduce(
    (edited, path) =>
      updateNode(edited, path, (node) => {
        if ((node[mark] ?? false) === isSet) return node
        const { [mark]: _, ...plain } = node
        return isSet ? { ...plain, [mark]: true } : plain
      }),
    document,
  )
}

/** Gives a node another id (its place in paths and in the state_dict) or another title ('' removes the title). */
export function rename(
  document: Document,
  path: NodePath,
  name: { readonly id?: string; readonly title?: string },
): Document {
  const old = requireNode(document, path)
  let edited = document
  if (name.title !== undefined && name.title !== (old.title ?? '')) {
    const { title } = name
    if (title.length > 200) throw new EditError('A title has at most 200 letters.')
    edited = updateNode(edited, path, ({ title: _, ...plain }) =>
      title === '' ? plain : { ...plain, title },
    )
  }
  if (name.id === undefined || name.id === old.id) return edited
  return renameId(edited, path, name.id)
}

function renameId(document: Document, path: NodePath, id: string): Document {
  const old = lastId(path)
  const node = requireNode(document, path)
  const body = requireBody(document, parentPath(path))
  if (!idPattern.test(id) || id === '__proto__') {
    throw new EditError(
      `${id || 'An empty text'} cannot be an id: use 1 to 64 letters, digits, dots, dashes or underscores.`,
    )
  }
  const names = new Set(instanceNames({ ...node, id }))
  const other = body.nodes.find((one) => one.id !== old && instanceNames(one).some((name) => names.has(name)))
  if (other) throw new EditError(`${other.id} already has this name here.`)
  const followed = renameInOverrides(document, bodyAddress(document, parentPath(path)), old, id)
  const swap = (end: string) => (end === old ? id : end)
  return updateBody(followed, parentPath(path), ({ nodes, edges }) => ({
    nodes: nodes.map((one) => (one.id === old ? { ...one, id } : one)),
    edges: edges.map((edge) =>
      edge.from === old || edge.to === old ? { ...edge, from: swap(edge.from), to: swap(edge.to) } : edge,
    ),
  }))
}

/** Sets the node's part of the state_dict key; undefined makes it the id again. */
export function setKey(document: Document, path: NodePath, key: string | undefined): Document {
  return updateNode(document, path, (node) => {
    if (node.key === key) return node
    const { key: _, ...plain } = node
    return key === undefined ? plain : { ...plain, key }
  })
}

/** Moves nodes of one graph to new places on the canvas. */
export function moveNodes(
  document: Document,
  path: NodePath,
  positions: { readonly [id: string]: Position },
): Document {
  return updateBody(document, path, (body) => {
    let isChanged = false
    const nodes = body.nodes.map((node) => {
      const position = Object.hasOwn(positions, node.id) ? positions[node.id] : undefined
      if (!position || (node.position && deepEqual(node.position, position))) return node
      if (!Number.isFinite(position.x) || !Number.isFinite(position.y)) return node
      isChanged = true
      return { ...node, position: { x: position.x, y: position.y } }
    })
    return isChanged ? { ...body, nodes } : body
  })
}

/** Sets the size of the picture. */
export function setInput(
  document: Document,
  input: { readonly height?: number; readonly width?: number },
): Document {
  const changed = { ...document.input, ...input }
  for (const side of [changed.height, changed.width]) {
    if (!Number.isInteger(side) || side < 1 || side > limits.side) {
      throw new EditError(`A picture has 1 to ${limits.side} pixels on a side, not ${side}.`)
    }
  }
  return deepEqual(changed, document.input) ? document : { ...document, input: changed }
}

export function setName(document: Document, name: string): Document {
  if (name.length > 200) throw new EditError('A name has at most 200 letters.')
  return name === document.name ? document : { ...document, name }
}

/** An edit must not make a design that could not be opened again. */
export function checkSize(document: Document): void {
  const instances = countInstances(document)
  if (instances === Number.POSITIVE_INFINITY) throw new EditError('A shared block cannot contain itself.')
  if (instances > limits.instances) {
    throw new EditError(
      `This would unroll to ${instances} modules; a design has at most ${limits.instances}.`,
    )
  }
}

function makeNode(body: GraphBody, node: NewNode): DocumentNode {
  if (node.id !== undefined && !idPattern.test(node.id)) {
    throw new EditError(
      `${node.id} cannot be an id: use 1 to 64 letters, digits, dots, dashes or underscores.`,
    )
  }
  if ('module' in node) {
    const { id, attrs, ...rest } = node
    return withFreshId(body, {
      type: 'module',
      ...rest,
      id: id ?? node.module,
      attrs: tidyAttributes(node.module, attrs ?? {}),
    })
  }
  const { id, repeat, ...rest } = node
  return withFreshId(body, { type: 'group', ...rest, id: id ?? 'block', repeat: repeat ?? 1 })
}
