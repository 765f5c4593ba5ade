/**
 * The short form of a document that links carry, version 1: arrays instead of objects, nothing that goes without saying.
 *
 *     document   [name, side | [height, width, channels], body, definitions?, moduleVersions?]
 *     body       [edges, node ...]
 *     module     [id, module, attrs?, extras?]          0 stands for no attributes
 *     group      [id, repeat, body | name, extras?]
 *     extras     { t: title, k: key, p: [x, y], b: 1 (bypassed) or 0, f: 1 (frozen) or 0, m: keys, o: overrides }
 *
 * Edges keep their order. Ends are counted: the input is -1, node i is i, the output is the number of nodes. After an edge
 * that ends in i the next one is expected to lead from i to i + 1 (at first: from the input to node 0); a number n stands for
 * n edges as expected, [from, to] or [from, to, port] for any other one. 0 alone stands for a chain from input to output.
 */
import { DocumentError } from '../errors'
import { limits } from './limits'
import type { ModuleVersions } from './migrate'
import { type Document, type DocumentNode, type Edge, type GraphBody, IN, OUT } from './types'

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

export interface CompactOptions {
  readonly positions: boolean
}

export function compact(document: Document, versions: ModuleVersions, options: CompactOptions): Json {
  const { height, width, channels } = document.input
  const input: Json = height === width && channels === 3 ? height : [height, width, channels]
  const definitions = Object.entries(document.definitions).map(
    ([name, body]) => [name, compactBody(body, options)] as const,
  )
  const hasVersions = Object.keys(versions).length > 0
  return [
    document.name,
    input,
    compactBody(document.graph, options),
    ...(definitions.length || hasVersions ? [Object.fromEntries(definitions)] : []),
    ...(hasVersions ? [{ ...versions }] : []),
  ]
}

/** The stored document again; still to be migrated and validated. */
export function expand(value: unknown): unknown {
  const [name, input, body, definitions, moduleVersions] = list(value)
  const [height, width, channels] = typeof input === 'number' ? [input, input, 3] : list(input)
  return {
    format: 'vertebra',
    version: 1,
    name,
    input: { height, width, channels },
    graph: expandBody(body),
    definitions: Object.fromEntries(
      Object.entries(record(definitions ?? {})).map(([key, inside]) => [key, expandBody(inside)]),
    ),
    ...(moduleVersions === undefined ? {} : { moduleVersions }),
  }
}

function compactBody({ nodes, edges }: GraphBody, options: CompactOptions): Json {
  return [compactEdges(nodes, edges), ...nodes.map((node) => compactNode(node, options))]
}

function expandBody(value: unknown): unknown {
  const [edges, ...nodes] = list(value)
  const ids = nodes.map((node) => String(list(node)[0]))
  return { nodes: nodes.map(expandNode), edges: expandEdges(ids, edges) }
}

function compactNode(node: DocumentNode, { positions }: CompactOptions): Json {
  const extras: Record<string, Json> = {}
  if (node.title !== undefined) extras.t = node.title
  if (node.key !== undefined) extras.k = node.key
  if (node.position !== undefined && positions) extras.p = [node.position.x, node.position.y]
  if (node.bypassed !== undefined) extras.b = node.bypassed ? 1 : 0
  if (node.frozen !== undefined) extras.f = node.frozen ? 1 : 0
  if (node.type === 'module' && node.keys !== undefined) extras.m = node.keys
  if (node.type === 'group' && node.overrides !== undefined) extras.o = plain(node.overrides)
  const tail = Object.keys(extras).length ? [extras] : []
  if (node.type === 'group') {
    return [
      node.id,
      node.repeat,
      node.body ? compactBody(node.body, { positions }) : (node.use ?? ''),
      ...tail,
    ]
  }
  if (Object.keys(node.attrs).length > 0) return [node.id, node.module, plain(node.attrs), ...tail]
  return tail.length ? [node.id, node.module, 0, ...tail] : [node.id, node.module]
}

function expandNode(value: unknown): unknown {
  const [id, what, third, extras] = list(value)
  const { t, k, p, b, f, m, o } = record(extras ?? {})
  const base = {
    id,
    ...(t === undefined ? {} : { title: t }),
    ...(k === undefined ? {} : { key: k }),
    ...(p === undefined ? {} : { position: { x: list(p)[0], y: list(p)[1] } }),
    ...(b === undefined ? {} : { bypassed: b === 1 }),
    ...(f === undefined ? {} : { frozen: f === 1 }),
  }
  if (typeof what === 'string') {
    const attrs = third === undefined || third === 0 ? {} : third
    return { type: 'module', ...base, module: what, attrs, ...(m === undefined ? {} : { keys: m }) }
  }
  const inside = typeof third === 'string' ? { use: third } : { body: expandBody(third) }
  return { type: 'group', ...base, repeat: what, ...inside, ...(o === undefined ? {} : { overrides: o }) }
}

function compactEdges(nodes: readonly DocumentNode[], edges: readonly Edge[]): Json {
  const index = new Map(nodes.map((node, at) => [node.id, at]))
  const numberOf = (id: string): number =>
    id === IN ? -1 : id === OUT ? nodes.length : (index.get(id) ?? -2)
  const items: Json[] = []
  let expected = -1
  let run = 0
  const endRun = () => {
    if (run > 0) items.push(run)
    run = 0
  }
  for (const edge of edges) {
    const from = numberOf(edge.from)
    const to = numberOf(edge.to)
    if (from === expected && to === expected + 1 && edge.port === undefined) run += 1
    else {
      endRun()
      items.push(edge.port === undefined ? [from, to] : [from, to, edge.port])
    }
    expected = to
  }
  endRun()
  const isChain = items.length === 1 && items[0] === nodes.length + 1
  return isChain ? 0 : items
}

function expandEdges(ids: readonly string[], value: unknown): unknown {
  const idOf = (number: unknown): unknown => {
    if (number === -1) return IN
    if (number === ids.length) return OUT
    return typeof number === 'number' ? ids[number] : undefined
  }
  const edges: unknown[] = []
  let expected = -1
  for (const item of value === 0 ? [ids.length + 1] : list(value)) {
    if (typeof item !== 'number') {
      const [from, to, port] = list(item)
      edges.push({ from: idOf(from), to: idOf(to), ...(port === undefined ? {} : { port }) })
      expected = typeof to === 'number' ? to : Number.NaN
      continue
    }
    if (edges.length + item > limits.edges) throw damaged()
    for (let count = 0; count < item; count++) {
      edges.push({ from: idOf(expected), to: idOf(expected + 1) })
      expected += 1
    }
  }
  return edges
}

// Attributes and overrides are JSON already; only their interfaces do not say so.
const plain = (value: object): Json => value as Json

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw damaged()
  return value
}

function record(value: unknown): { readonly [name: string]: unknown } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw damaged()
  return value as { readonly [name: string]: unknown }
}

const damaged = (): DocumentError =>
  new DocumentError('LINK_BAD', 'This link holds something else than a design.')
