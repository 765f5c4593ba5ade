/** Edits of edges: all pure. */
import { EditError } from '../errors'
import { type NodePath, requireBody, updateBody } from './address'
import { findModule } from './findModule'
import { type Document, type DocumentNode, type Edge, type GraphBody, IN, OUT } from './types'

export const portOf = (edge: Edge): number => edge.port ?? 0
export const isSameEdge = (a: Edge, b: Edge): boolean =>
  a.from === b.from && a.to === b.to && portOf(a) === portOf(b)

/** Adds an edge; what was wired to that input before is replaced. Throws when wiringProblem finds one. */
export function connect(document: Document, path: NodePath, edge: Edge): Document {
  const problem = wiringProblem(requireBody(document, path), edge)
  if (problem !== null) throw new EditError(problem)
  return updateBody(document, path, (body) => withEdge(body, edge))
}

export function disconnect(document: Document, path: NodePath, edge: Edge): Document {
  return updateBody(document, path, (body) => {
    const edges = body.edges.filter((other) => !isSameEdge(other, edge))
    return edges.length === body.edges.length ? body : { ...body, edges }
  })
}

/** What is wrong with an edge by the wiring alone (shapes are not looked at), as a sentence; null when nothing is. */
export function wiringProblem(body: GraphBody, edge: Edge): string | null {
  const from = body.nodes.find((node) => node.id === edge.from)
  const to = body.nodes.find((node) => node.id === edge.to)
  if (edge.from === OUT || (edge.from !== IN && !from)) return `There is no output called ${edge.from} here.`
  if (edge.to === IN || (edge.to !== OUT && !to)) return `There is no input called ${edge.to} here.`
  const port = portOf(edge)
  const { least, most } = to ? inputCount(to) : { least: 1, most: 1 }
  if (most === 0) return `${nodeTitle(to)} takes no input.`
  if (port >= most) {
    return `${nodeTitle(to)} takes ${most === 1 ? 'one input' : `${least === most ? '' : 'up to '}${most} inputs`}; there is no input ${port + 1}.`
  }
  if (edge.from === edge.to || (from && to && reaches(body, to.id, from.id)))
    return 'This link would make a loop.'
  return null
}

/** How many inputs a node takes. A name that ends in … takes one or more. */
export function inputCount(node: DocumentNode): { readonly least: number; readonly most: number } {
  if (node.type === 'group') return { least: 1, most: 1 }
  const inputs = findModule(node.module)?.inputs
  // What an unknown module takes is not known: any wiring is kept.
  if (!inputs) return { least: 0, most: Number.POSITIVE_INFINITY }
  const isOpen = inputs[inputs.length - 1]?.endsWith('…') ?? false
  return { least: inputs.length, most: isOpen ? Number.POSITIVE_INFINITY : inputs.length }
}

/** The title that people see: the node's own, its module's, or its id. */
export function nodeTitle(node: DocumentNode | undefined): string {
  if (!node) return 'Output'
  return node.title ?? (node.type === 'module' ? (findModule(node.module)?.title ?? node.module) : node.id)
}

/** Whether a value can flow from node `start` to node `end`. */
function reaches(body: GraphBody, start: string, end: string): boolean {
  const followers = new Map<string, string[]>()
  for (const edge of body.edges) followers.set(edge.from, [...(followers.get(edge.from) ?? []), edge.to])
  const seen = new Set<string>()
  const open = [start]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === end) return true
    if (seen.has(id)) continue
    seen.add(id)
    open.push(...(followers.get(id) ?? []))
  }
  return false
}

/** The lowest input of a node that nothing is wired to, or null when it is full. */
export function freePort(body: GraphBody, id: string): number | null {
  const node = body.nodes.find((candidate) => candidate.id === id)
  const used = new Set(body.edges.filter((edge) => edge.to === id).map(portOf))
  const most = node ? inputCount(node).most : 1
  for (let port = 0; port < most; port++) if (!used.has(port)) return port
  return null
}

function withEdge(body: GraphBody, edge: Edge): GraphBody {
  const index = body.edges.findIndex((other) => other.to === edge.to && portOf(other) === portOf(edge))
  const old = body.edges[index]
  if (!old) return { ...body, edges: [...body.edges, edge] }
  return isSameEdge(old, edge) ? body : { ...body, edges: body.edges.with(index, edge) }
}

/** The edge with port 0 left out, as documents are written. */
export const edgeTo = (from: string, to: string, port: number): Edge =>
  port === 0 ? { from, to } : { from, to, port }
