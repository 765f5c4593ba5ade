/** Copy, paste and duplicate: a fragment is plain JSON, so it also travels through the system's clipboard. */
import { EditError } from '../errors'
import { lastId, type NodePath, parentPath, pathText, requireBody, requireNode, updateBody } from './address'
import { deepEqual } from './deepEqual'
import { withFreshId } from './freshId'
import { checkSize, type Edited } from './nodes'
import { DOCUMENT_VERSION, type Document, type DocumentNode, type GraphBody, type Position } from './types'

/** Nodes of one graph with the edges between them, and the shared blocks that they use. */
export interface Fragment {
  readonly format: 'vertebra-fragment'
  readonly version: typeof DOCUMENT_VERSION
  readonly body: GraphBody
  readonly definitions: { readonly [name: string]: GraphBody }
}

/** Copies nodes that lie in one graph. */
export function copyNodes(document: Document, paths: readonly NodePath[]): Fragment {
  const path = commonGraph(paths)
  for (const one of paths) requireNode(document, one)
  const ids = new Set(paths.map(lastId))
  const { nodes, edges } = requireBody(document, path)
  const body = {
    nodes: nodes.filter((node) => ids.has(node.id)),
    edges: edges.filter((edge) => ids.has(edge.from) && ids.has(edge.to)),
  }
  return {
    format: 'vertebra-fragment',
    version: DOCUMENT_VERSION,
    body,
    definitions: definitionsOf(document, body),
  }
}

/**
 * Adds the nodes of a fragment under fresh ids. With `at`, their top left corner comes to lie there; otherwise they lie a
 * little beside the place they were copied from.
 */
export function pasteNodes(document: Document, path: NodePath, fragment: Fragment, at?: Position): Edited {
  const target = requireBody(document, path)
  const { document: extended, names } = addDefinitions(document, fragment)
  const corner = topLeft(fragment.body.nodes)
  const shift = at ? { x: at.x - (corner?.x ?? 0), y: at.y - (corner?.y ?? 0) } : { x: 32, y: 32 }
  const ids = new Map<string, string>()
  let body = target
  for (const node of renameUses(fragment.body, names).nodes) {
    const moved = node.position
      ? { ...node, position: { x: node.position.x + shift.x, y: node.position.y + shift.y } }
      : node
    const made = withFreshId(body, moved)
    ids.set(node.id, made.id)
    body = { ...body, nodes: [...body.nodes, made] }
  }
  const edges = fragment.body.edges.map((edge) => ({
    ...edge,
    from: ids.get(edge.from) ?? edge.from,
    to: ids.get(edge.to) ?? edge.to,
  }))
  const pasted = updateBody(extended, path, () => ({ ...body, edges: [...body.edges, ...edges] }))
  checkSize(pasted)
  return { document: pasted, paths: [...ids.values()].map((id) => [...path, id]) }
}

/** Copies nodes in place; the copies are wired among themselves only. */
export function duplicateNodes(document: Document, paths: readonly NodePath[]): Edited {
  return pasteNodes(document, commonGraph(paths), copyNodes(document, paths))
}

export const serializeFragment = (fragment: Fragment): string => JSON.stringify(fragment)

/** The graph that all paths lie in. */
export function commonGraph(paths: readonly NodePath[]): NodePath {
  const first = paths[0]
  if (!first || first.length === 0) throw new EditError('Nothing is selected.')
  const path = parentPath(first)
  if (paths.some((other) => pathText(parentPath(other)) !== pathText(path))) {
    throw new EditError('These nodes lie in different groups; choose nodes of one group.')
  }
  return path
}

/** The shared blocks that a graph uses, and those that they use. */
function definitionsOf(document: Document, body: GraphBody): { readonly [name: string]: GraphBody } {
  const found = new Map<string, GraphBody>()
  const visit = (inside: GraphBody) => {
    for (const node of inside.nodes) {
      if (node.type === 'module') continue
      if (node.body) visit(node.body)
      const { use } = node
      if (use === undefined || found.has(use) || !Object.hasOwn(document.definitions, use)) continue
      const definition = document.definitions[use] as GraphBody
      found.set(use, definition)
      visit(definition)
    }
  }
  visit(body)
  return Object.fromEntries(found)
}

/** Brings the fragment's shared blocks along: one that is here already is used, another one of that name gets a new name. */
function addDefinitions(
  document: Document,
  { definitions }: Fragment,
): { readonly document: Document; readonly names: ReadonlyMap<string, string> } {
  const names = new Map<string, string>()
  for (const [name, body] of Object.entries(definitions)) {
    const isHere = Object.hasOwn(document.definitions, name)
    const isSame = isHere && deepEqual(document.definitions[name], body)
    names.set(name, isHere && !isSame ? freshDefinition(document, name) : name)
  }
  const added = Object.entries(definitions).flatMap(([name, body]): [string, GraphBody][] => {
    const here = names.get(name) ?? name
    return Object.hasOwn(document.definitions, here) ? [] : [[here, renameUses(body, names)]]
  })
  if (added.length === 0) return { document, names }
  return {
    document: { ...document, definitions: { ...document.definitions, ...Object.fromEntries(added) } },
    names,
  }
}

/** `block` -> `block 2`, the first number that is free. */
export function freshDefinition(document: Document, name: string): string {
  if (!Object.hasOwn(document.definitions, name) && name !== '__proto__') return name
  const stem = name.replace(/ \d+$/, '').slice(0, 90)
  for (let number = 2; ; number++) {
    if (!Object.hasOwn(document.definitions, `${stem} ${number}`)) return `${stem} ${number}`
  }
}

function renameUses(body: GraphBody, names: ReadonlyMap<string, string>): GraphBody {
  const nodes = body.nodes.map((node): DocumentNode => {
    if (node.type === 'module') return node
    if (node.use !== undefined) return { ...node, use: names.get(node.use) ?? node.use }
    return node.body ? { ...node, body: renameUses(node.body, names) } : node
  })
  return { ...body, nodes }
}

function topLeft(nodes: readonly DocumentNode[]): Position | undefined {
  const positions = nodes.flatMap((node) => (node.position ? [node.position] : []))
  if (positions.length === 0) return undefined
  return {
    x: Math.min(...positions.map(({ x }) => x)),
    y: Math.min(...positions.map(({ y }) => y)),
  }
}
