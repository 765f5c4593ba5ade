/**
 * Checks of what comes from outside: a file, a link, the clipboard, another tab.
 *
 * Problems are sentences with the place: `At graph.nodes[3].attrs.heads: ...`. What is valid here can still be wrong as
 * a network (unknown modules, cycles, shapes): lowering says so on the node.
 */
import * as z from 'zod'
import { DocumentError } from '../errors'
import type { Attributes, AttributeValue } from '../schema/schema'
import { instanceNames } from './instances'
import { countInstances, idPattern, limits } from './limits'
import type { ModuleVersions } from './migrate'
import { DOCUMENT_VERSION, type Document, type GraphBody, type GroupNode, IN, OUT } from './types'

// The page's content policy forbids code from strings, and Zod's try at it would be reported as an error.
z.config({ jitless: true })

/** The document, if it is one. Fields that are not known are left out; unknown modules are kept. */
export function validateDocument(value: unknown): Document {
  const document = checkShape(documentSchema, value) as Document
  checkReferences(document)
  return document
}

/** The versions of the modules' attributes in a stored document. */
export function validateVersions(value: unknown): ModuleVersions {
  return (checkShape(versionsSchema, value) as { moduleVersions?: ModuleVersions }).moduleVersions ?? {}
}

/** Nodes and definitions from the clipboard, with the same checks. */
export function checkShape(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [first, ...more] = result.error.issues
  const others = more.length ? ` (and ${more.length} more)` : ''
  throw bad(printPath(first?.path ?? []), `${sentence(first)}${others}`)
}

/** Sizes, names and references that a schema cannot see. */
export function checkReferences(document: Document): void {
  let nodes = 0
  let edges = 0
  const check = (body: GraphBody, place: string) => {
    nodes += body.nodes.length
    edges += body.edges.length
    checkNames(body, place)
    checkEdges(body, place)
    for (const [index, node] of body.nodes.entries()) {
      if (node.type !== 'group') continue
      const here = `${place}.nodes[${index}]`
      checkGroup(document, node, here)
      if (node.body) check(node.body, `${here}.body`)
    }
  }
  check(document.graph, 'graph')
  for (const [name, body] of Object.entries(document.definitions)) check(body, `definitions.${name}`)
  if (nodes > limits.nodes) {
    throw tooLarge(`This design has ${nodes} nodes; up to ${limits.nodes} can be opened.`)
  }
  if (edges > limits.edges) {
    throw tooLarge(`This design has ${edges} edges; up to ${limits.edges} can be opened.`)
  }
  const instances = countInstances(document)
  if (instances > limits.instances) {
    throw tooLarge(
      `This design unrolls to ${instances === Infinity ? 'endlessly many' : instances} modules; up to ${limits.instances} can be opened.`,
    )
  }
}

function checkNames(body: GraphBody, place: string): void {
  const taken = new Map<string, string>()
  for (const [index, node] of body.nodes.entries()) {
    for (const name of instanceNames(node)) {
      const other = taken.get(name)
      if (other !== undefined) {
        const why =
          other === node.id
            ? `two nodes are called ${name}`
            : `${node.id} and ${other} both have an instance ${name}`
        throw bad(`${place}.nodes[${index}].id`, `${why}; names must differ within a graph`)
      }
      taken.set(name, node.id)
    }
  }
}

function checkEdges(body: GraphBody, place: string): void {
  const ids = new Set(body.nodes.map((node) => node.id))
  const wired = new Set<string>()
  for (const [index, edge] of body.edges.entries()) {
    const here = `${place}.edges[${index}]`
    if (edge.from !== IN && !ids.has(edge.from))
      throw bad(`${here}.from`, `there is no node ${edge.from} here`)
    if (edge.to !== OUT && !ids.has(edge.to)) throw bad(`${here}.to`, `there is no node ${edge.to} here`)
    const input = `${edge.to}:${edge.port ?? 0}`
    if (wired.has(input)) throw bad(here, `input ${edge.port ?? 0} of ${edge.to} is wired twice`)
    wired.add(input)
  }
}

function checkGroup(document: Document, group: GroupNode, place: string): void {
  if ((group.body === undefined) === (group.use === undefined)) {
    throw bad(place, 'a group has either a body or the name of a shared block, not both and not neither')
  }
  if (group.use !== undefined && !Object.hasOwn(document.definitions, group.use)) {
    throw bad(`${place}.use`, `there is no shared block ${group.use} in this design`)
  }
  for (const instance of Object.keys(group.overrides ?? {})) {
    if (Number(instance) >= group.repeat) {
      throw bad(`${place}.overrides.${instance}`, `this group has ${group.repeat} instances, counted from 0`)
    }
  }
}

const bad = (place: string, sentence: string): DocumentError =>
  new DocumentError('DOCUMENT_BAD', place ? `At ${place}: ${sentence}.` : `${capital(sentence)}.`)

const tooLarge = (sentence: string): DocumentError => new DocumentError('TOO_LARGE', sentence)

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** `graph.nodes[3].attrs.heads` */
function printPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index ? '.' : ''}${String(part)}`))
    .join('')
}

function sentence(issue: z.core.$ZodIssue | undefined): string {
  if (!issue) return 'this is not a design'
  if (issue.code === 'invalid_key' || issue.code === 'invalid_element') return sentence(issue.issues[0])
  if (issue.code === 'invalid_union' && issue.errors.length) {
    const closest = issue.errors.reduce((a, b) => (b.length < a.length ? b : a))
    return issue.message || sentence(closest[0])
  }
  return issue.message
}

/* The shape of the JSON. Every message completes "At <path>: ". */

const text = (what: string, most: number) =>
  z.string(`${what} is a text`).max(most, `${what} has at most ${most} letters`)
const whole = (what: string, low: number, high: number) =>
  z
    .int(`${what} is a whole number`)
    .min(low, `${what} is at least ${low}`)
    .max(high, `${what} is at most ${high}`)

// Where keys are free, zod leaves `__proto__` out: it would not be a key but a change of the object.
const key = (what: string, pattern: RegExp) => z.string().regex(pattern, `this is not the name of ${what}`)

const id = z
  .string('an id is a text')
  .regex(idPattern, 'an id has 1 to 64 letters, digits, dots, dashes or underscores')
  .refine((name) => name !== '__proto__', '__proto__ cannot be an id')
const endpoint = (reserved: string) =>
  z.union([z.literal(reserved), id], `an edge joins two ids, or ${reserved}`)

const attributeName = key('an attribute', /^[A-Za-z_][A-Za-z0-9_]{0,63}$/)
const moduleName = z
  .string('a module is named by a text')
  .regex(
    /^[A-Za-z0-9_.-]{1,64}$/,
    'the name of a module has 1 to 64 letters, digits, dots, dashes or underscores',
  )

const attributeValue: z.ZodType<AttributeValue> = z.lazy(() =>
  z.union(
    [
      z.number(),
      z.string().max(500),
      z.boolean(),
      z.null(),
      z.object({ module: moduleName, attrs: attributes }),
    ],
    'an attribute is a finite number, a short text, true, false, null or a module with its attributes',
  ),
)
const attributes: z.ZodType<Attributes> = z.lazy(() =>
  z.record(attributeName, attributeValue, 'attributes are a set of names and values'),
)

const position = z.object(
  {
    x: z.number('a position is two finite numbers'),
    y: z.number('a position is two finite numbers'),
  },
  'a position is { x, y }',
)

const stateKey = z
  .string('a key is a text')
  .regex(/^[A-Za-z0-9_.-]{0,128}$/, 'a key has up to 128 letters, digits, dots, dashes or underscores')

/** Behind a stroke it is the whole key, not relative to the node: a weight that several modules share. */
const weightKey = z
  .string('a key is a text')
  .regex(
    /^\/?[A-Za-z0-9_.-]{0,128}$/,
    'a key has up to 128 letters, digits, dots, dashes or underscores, and a stroke before them when it is the whole key',
  )

const nodeBase = {
  id,
  title: text('a title', 200).exactOptional(),
  key: stateKey.exactOptional(),
  position: position.exactOptional(),
  bypassed: z.boolean('bypassed is true or false').exactOptional(),
  frozen: z.boolean('frozen is true or false').exactOptional(),
}

const moduleNode = z.object({
  type: z.literal('module'),
  ...nodeBase,
  module: moduleName,
  attrs: attributes,
  keys: z.record(key('a weight', /^[A-Za-z0-9_.-]{0,128}$/), weightKey).exactOptional(),
})

const override = z.object({
  attrs: attributes.exactOptional(),
  module: moduleName.exactOptional(),
})
const instanceNumber = z.string().regex(/^(0|[1-9]\d{0,3})$/, 'an instance is numbered from 0')
const innerPath = key('a node inside the group', /^[A-Za-z0-9_./-]{1,1024}$/)

const groupNode = z.object({
  type: z.literal('group'),
  ...nodeBase,
  repeat: whole('repeat', 1, limits.repeat),
  get body() {
    return bodySchema.exactOptional()
  },
  use: text('the name of a shared block', 100).exactOptional(),
  overrides: z.record(instanceNumber, z.record(innerPath, override)).exactOptional(),
})

const nodeSchema = z.discriminatedUnion(
  'type',
  [moduleNode, groupNode],
  "a node has type 'module' or 'group'",
)

const edge = z.object(
  {
    from: endpoint(IN),
    to: endpoint(OUT),
    port: whole('a port', 0, limits.ports - 1).exactOptional(),
  },
  'an edge is { from, to, port }',
)

export const bodySchema: z.ZodType<GraphBody> = z.lazy(() =>
  z.object(
    {
      nodes: z
        .array(nodeSchema, 'nodes are a list')
        .max(limits.nodes, `a graph has at most ${limits.nodes} nodes`),
      edges: z.array(edge, 'edges are a list').max(limits.edges, `a graph has at most ${limits.edges} edges`),
    },
    'a graph has nodes and edges',
  ),
)

const definitionName = key('a shared block', /^[^/:]{1,100}$/u)
export const definitionsSchema = z.record(definitionName, bodySchema, 'definitions are shared blocks by name')

const versionsSchema = z.object({
  moduleVersions: z
    .record(key('a module', /^[A-Za-z0-9_.-]{1,64}$/), whole('a version', 1, 1000))
    .exactOptional(),
})

const documentSchema = z.object(
  {
    format: z.literal('vertebra', "a design has format: 'vertebra'"),
    version: z.literal(DOCUMENT_VERSION),
    name: text('the name', 200),
    input: z.object(
      {
        height: whole('the height', 1, limits.side),
        width: whole('the width', 1, limits.side),
        channels: whole('the number of channels', 1, 64),
      },
      'the input is { height, width, channels }',
    ),
    graph: bodySchema,
    definitions: definitionsSchema,
  },
  'a design is an object',
)
