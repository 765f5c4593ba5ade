/** Edits of groups: making and dissolving them, sharing one block between places, and taking an instance apart. */
import { EditError } from '../errors'
import type { Attributes } from '../schema/schema'
import {
  bodyAddress,
  bodyOf,
  findNode,
  lastId,
  mapBodies,
  type NodePath,
  parentPath,
  pathOf,
  pathText,
  requireBody,
  requireNode,
  updateBody,
  updateNode,
} from './address'
import { commonGraph, freshDefinition } from './clipboard'
import { withFreshId } from './freshId'
import { instanceName } from './instances'
import { checkSize, type Edited } from './nodes'
import { pruneOverrides, renameInOverrides, updateGroup, withOverrides } from './overrides'
import {
  type Document,
  type DocumentNode,
  type Edge,
  type GraphBody,
  type GroupNode,
  IN,
  type NodeOverride,
  OUT,
} from './types'
import { edgeTo, nodeTitle, portOf } from './wiring'

/**
 * Puts nodes of one graph into a new group that stands in their place. A group has one input and one output: the nodes
 * must read from one place outside, and one of them must feed all that lies behind.
 */
export function groupNodes(
  document: Document,
  paths: readonly NodePath[],
  name: { readonly id?: string; readonly title?: string } = {},
): Edited {
  const path = commonGraph(paths)
  const body = requireBody(document, path)
  for (const one of paths) requireNode(document, one)
  const ids = new Set(paths.map(lastId))
  const entering = body.edges.filter((edge) => !ids.has(edge.from) && ids.has(edge.to))
  const leaving = body.edges.filter((edge) => ids.has(edge.from) && !ids.has(edge.to))
  const source = single(entering.map((edge) => edge.from))
  const exit = single(leaving.map((edge) => edge.from))
  const titleOf = (id: string) =>
    id === IN ? 'the input' : nodeTitle(body.nodes.find((node) => node.id === id))
  if (source.others) {
    throw new EditError(
      `A group has one input, and these nodes read from ${source.all.map(titleOf).join(' and ')}.`,
    )
  }
  if (exit.others) {
    throw new EditError(
      `A group has one output, and ${exit.all.map(titleOf).join(' and ')} are all read outside.`,
    )
  }
  const inside: GraphBody = {
    nodes: body.nodes.filter((node) => ids.has(node.id)).map(withoutPosition),
    edges: [
      ...body.edges.filter((edge) => ids.has(edge.from) && ids.has(edge.to)),
      ...entering.map((edge) => ({ ...edge, from: IN })),
      ...(exit.first === undefined ? [] : [edgeTo(exit.first, OUT, 0)]),
    ],
  }
  const rest = body.nodes.filter((node) => !ids.has(node.id))
  const position = body.nodes.find((node) => ids.has(node.id) && node.position)?.position
  const group = withFreshId({ nodes: rest, edges: [] }, {
    type: 'group',
    id: name.id ?? 'block',
    // The weights keep their names: the group adds nothing to them.
    key: '',
    ...(name.title ? { title: name.title } : {}),
    ...(position ? { position } : {}),
    repeat: 1,
    body: inside,
  } satisfies GroupNode)
  const index = body.nodes.findIndex((node) => ids.has(node.id))
  const before = body.nodes.slice(0, index).length
  const edges: Edge[] = [
    ...body.edges.filter((edge) => !ids.has(edge.from) && !ids.has(edge.to)),
    ...(source.first === undefined ? [] : [edgeTo(source.first, group.id, 0)]),
    ...leaving.map((edge) => ({ ...edge, from: group.id })),
  ]
  const followed = [...ids].reduce(
    (edited, id) => renameInOverrides(edited, bodyAddress(edited, path), id, `${group.id}/${id}`),
    document,
  )
  const grouped = updateBody(followed, path, () => ({ nodes: rest.toSpliced(before, 0, group), edges }))
  return { document: pruneOverrides(grouped), paths: [[...path, group.id]] }
}

/** Puts what is inside a group in its place. A repeated group is first taken apart into its instances: see splitRepeat. */
export function ungroup(document: Document, path: NodePath): Edited {
  const group = requireGroup(document, path)
  if (group.repeat > 1) {
    throw new EditError(
      `${group.title ?? group.id} is repeated ${group.repeat} times; split it into single groups first.`,
    )
  }
  const inside = bodyWithOverrides(document, group, 0)
  const parent = parentPath(path)
  const outer = requireBody(document, parent)
  const taken: GraphBody = { nodes: outer.nodes.filter((node) => node.id !== group.id), edges: [] }
  const names = new Map<string, string>()
  const placed: DocumentNode[] = []
  for (const node of inside.nodes) {
    const keyed = prefixedKey(group, node)
    const made = withFreshId({ nodes: [...taken.nodes, ...placed], edges: [] }, keyed)
    names.set(node.id, made.id)
    placed.push(made)
  }
  const into = outer.edges.find((edge) => edge.to === group.id)?.from
  const end = inside.edges.find((edge) => edge.to === OUT)?.from
  const nameOf = (id: string) => names.get(id) ?? id
  const outOf = end === undefined ? undefined : end === IN ? into : nameOf(end)
  const edges = [
    ...outer.edges.flatMap((edge) => {
      if (edge.to === group.id) return []
      if (edge.from !== group.id) return [edge]
      return outOf === undefined ? [] : [{ ...edge, from: outOf }]
    }),
    ...inside.edges.flatMap((edge) => {
      if (edge.to === OUT) return []
      const from = edge.from === IN ? into : nameOf(edge.from)
      return from === undefined ? [] : [edgeTo(from, nameOf(edge.to), portOf(edge))]
    }),
  ]
  const address = bodyAddress(document, parent)
  const index = outer.nodes.findIndex((node) => node.id === group.id)
  const followed = renameInOverrides(document, address, group.id, null)
  const dissolved = updateBody(followed, parent, () => ({
    nodes: taken.nodes.toSpliced(index, 0, ...placed),
    edges,
  }))
  return { document: pruneOverrides(dissolved), paths: placed.map((node) => [...parent, node.id]) }
}

/** Turns a group's body into a shared block; other groups can then use it, and an edit in one is an edit in all. */
export function makeShared(document: Document, path: NodePath, name?: string): Document {
  const group = requireGroup(document, path)
  const { body } = group
  if (!body) return document
  const wanted = name ?? group.title ?? group.id
  if (wanted.length === 0 || wanted.length > 100 || /[/:]/.test(wanted)) {
    throw new EditError('The name of a shared block has 1 to 100 letters, without / and :.')
  }
  const fresh = freshDefinition(document, wanted)
  const shared = updateGroup(document, path, ({ body: _, ...plain }) => ({ ...plain, use: fresh }))
  return { ...shared, definitions: { ...shared.definitions, [fresh]: body } }
}

/** Another instance of a shared block, in place of the group at `path`. */
export function useShared(document: Document, path: NodePath, name: string): Document {
  if (!Object.hasOwn(document.definitions, name)) {
    throw new EditError(`There is no shared block ${name} in this design.`)
  }
  const used = updateGroup(document, path, ({ body: _, ...plain }) => ({ ...plain, use: name }))
  checkSize(used)
  return pruneOverrides(dropUnused(used))
}

/**
 * Detaches a group from its shared block: from now on its edits are its own. With `instance`, detaches one instance of a
 * repeated group: the group is split around it.
 */
export function makeUnique(document: Document, path: NodePath, instance?: number): Edited {
  const group = requireGroup(document, path)
  if (instance !== undefined && group.repeat > 1) {
    const ranges = [
      [0, instance],
      [instance, instance + 1],
      [instance + 1, group.repeat],
    ] as const
    const split = splitInto(
      document,
      path,
      ranges.filter(([start, end]) => end > start),
    )
    const alone = split.paths[instance === 0 ? 0 : 1] as NodePath
    return { document: dropUnused(withOwnBody(split.document, alone)), paths: [alone] }
  }
  return { document: dropUnused(withOwnBody(document, path)), paths: [path] }
}

/** Takes a repeated group apart into single groups, one per instance; the weights keep their names. */
export function splitRepeat(document: Document, path: NodePath): Edited {
  const group = requireGroup(document, path)
  return splitInto(
    document,
    path,
    Array.from({ length: group.repeat }, (_, index) => [index, index + 1] as const),
  )
}

/** Shared blocks that no group uses any more are left out. */
function dropUnused(document: Document): Document {
  const used = new Set<string>()
  mapBodies(document, (body) => {
    for (const node of body.nodes) if (node.type === 'group' && node.use !== undefined) used.add(node.use)
    return body
  })
  const entries = Object.entries(document.definitions)
  const kept = entries.filter(([name]) => used.has(name))
  if (kept.length === entries.length) return document
  return dropUnused({ ...document, definitions: Object.fromEntries(kept) })
}

function withOwnBody(document: Document, path: NodePath): Document {
  return updateGroup(document, path, (group) => {
    if (group.use === undefined) return group
    const { use: _, ...plain } = group
    const body = bodyOf(document, group)
    return body ? { ...plain, body } : group
  })
}

function splitInto(
  document: Document,
  path: NodePath,
  ranges: readonly (readonly [number, number])[],
): Edited {
  const group = requireGroup(document, path)
  const parent = parentPath(path)
  const outer = requireBody(document, parent)
  const others: GraphBody = { nodes: outer.nodes.filter((node) => node.id !== group.id), edges: [] }
  const parts: GroupNode[] = []
  for (const [start, end] of ranges) {
    const { overrides, key, position, ...plain } = group
    const id = instanceName(group.id, start, group.repeat)
    const partKey = instanceName(key ?? group.id, start, group.repeat)
    const part: GroupNode = {
      ...plain,
      id,
      ...(partKey === id ? {} : { key: partKey }),
      ...(position && start === 0 ? { position } : {}),
      repeat: end - start,
    }
    const own = Object.entries(overrides ?? {}).flatMap(([index, paths]) => {
      const number = Number(index)
      return number >= start && number < end ? [[String(number - start), paths] as const] : []
    })
    const made = withFreshId({ nodes: [...others.nodes, ...parts], edges: [] }, part)
    parts.push(withOverrides(made, Object.fromEntries(own)))
  }
  const first = parts[0] as GroupNode
  const last = parts[parts.length - 1] as GroupNode
  const edges = [
    ...outer.edges.map((edge) => ({
      ...edge,
      from: edge.from === group.id ? last.id : edge.from,
      to: edge.to === group.id ? first.id : edge.to,
    })),
    ...parts.slice(1).map((part, index) => edgeTo((parts[index] as GroupNode).id, part.id, 0)),
  ]
  const index = outer.nodes.findIndex((node) => node.id === group.id)
  const split = updateBody(document, parent, () => ({
    nodes: others.nodes.toSpliced(index, 0, ...parts),
    edges,
  }))
  return { document: pruneOverrides(split), paths: parts.map((part) => [...parent, part.id]) }
}

/** The group's body with the overrides of one instance written into its nodes. */
function bodyWithOverrides(document: Document, group: GroupNode, instance: number): GraphBody {
  const body = bodyOf(document, group) ?? { nodes: [], edges: [] }
  return Object.entries(group.overrides?.[instance] ?? {}).reduce((changed, [inner, override]) => {
    const inside: Document = { ...document, graph: changed }
    const path = pathOf(inner)
    // An override through a shared block cannot be written into it: the block belongs to others too.
    if (
      findNode(inside, path)?.type !== 'module' ||
      bodyAddress(inside, parentPath(path)).definition !== null
    )
      return changed
    return updateNode(inside, path, (node) => (node.type === 'module' ? applyOverride(node, override) : node))
      .graph
  }, body)
}

function applyOverride(
  node: Extract<DocumentNode, { type: 'module' }>,
  override: NodeOverride,
): DocumentNode {
  const attrs: Attributes =
    override.module === undefined ? { ...node.attrs, ...override.attrs } : (override.attrs ?? {})
  return { ...node, module: override.module ?? node.module, attrs }
}

/** A node that leaves its group takes the group's part of the state_dict key along. */
function prefixedKey(group: GroupNode, node: DocumentNode): DocumentNode {
  const prefix = group.key ?? group.id
  const key = [prefix, node.key ?? node.id].filter(Boolean).join('.')
  const { key: _, ...plain } = node
  return key === node.id ? (plain as DocumentNode) : ({ ...plain, key } as DocumentNode)
}

function withoutPosition(node: DocumentNode): DocumentNode {
  const { position: _, ...plain } = node
  return plain as DocumentNode
}

function requireGroup(document: Document, path: NodePath): GroupNode {
  const node = requireNode(document, path)
  if (node.type !== 'group') throw new EditError(`${pathText(path)} is a module, not a group.`)
  return node
}

function single(ids: readonly string[]): {
  readonly first: string | undefined
  readonly others: boolean
  readonly all: readonly string[]
} {
  const all = [...new Set(ids)]
  return { first: all[0], others: all.length > 1, all }
}
