import { expect, test } from 'vitest'
import { parseDocument } from '../document/parse'
import { serializeDocument } from '../document/serialize'
import type { GraphBody, ModuleNode } from '../document/types'
import { elements, type Graph, type Node } from '../graph/graph'
import { lower } from '../lower/lower'
import { modules } from '../modules'
import type { ParamRole } from '../ops/attributes'
import { macKinds, nodeCost } from '../ops/cost'
import { completeAttributes } from '../schema/schema'
import { hashOfName } from '../weights/procedural'
import { findPreset, type Preset, presets } from '.'
import { preset } from './preset'
import { chain, design } from './sketch'
import { golden } from './testing/golden'

const rows = presets.map((preset) => [preset.id, preset] as const)

test('no two presets have one name, and most have golden facts', () => {
  const ids = presets.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const name of golden.keys()) expect(ids).toContain(name.replace(/@.*/, ''))
  expect(ids.filter((id) => golden.has(id)).length).toBeGreaterThan(690)
})

test('the list is written without its documents', () => {
  const written: string[] = []
  const lazy = preset({ ...(presets[0] as Preset), title: 'Lazy' }, (title) => {
    written.push(title)
    return chainOfNothing(title)
  })
  expect(written).toEqual([])
  expect(lazy.document).toBe(lazy.document)
  expect(written).toEqual(['Lazy'])
})

test.each(rows)('%s is built without a complaint', (_, preset) => {
  expect(lowered(preset).diagnostics).toEqual([])
  expect(preset.document.name).toBe(preset.title)
})

test.each(rows.filter(([id]) => golden.get(id)?.macs))(
  '%s has the parameters and MACs of the reference',
  (id, preset) => {
    expect(figures(lowered(preset).graph)).toEqual(reference(id))
    expect(preset.document.input.height).toBe(golden.get(id)?.size)
  },
)

test.each([...golden.keys()].filter((name) => name.includes('@')))(
  '%s has the parameters and MACs of the reference',
  (name) => {
    const [id = ''] = name.split('@')
    const document = findPreset(id)?.document
    const size = golden.get(name)?.size ?? 0
    if (!document) throw new Error(`no preset ${id}`)
    const resized = { ...document, input: { ...document.input, height: size, width: size } }
    expect(figures(lower(resized).graph)).toEqual(reference(name))
  },
)

test.each(rows.filter(([id]) => golden.get(id)?.keys))(
  '%s names its weights as the reference does, in its shapes',
  (id, preset) => {
    const keys = lowered(preset)
      .graph.nodes.flatMap((node) =>
        node.op === 'param' ? [`${node.attrs.name} ${node.shape.join('x')}`] : [],
      )
      .sort()
    expect({ count: keys.length, hash: hashOfName(keys.join('\n')) }).toEqual(golden.get(id)?.keys)
  },
)

test.each(rows)('%s is a document like any other', (_, { document }) => {
  expect(parseDocument(serializeDocument(document))).toEqual(document)
})

test.each(rows)('%s states only what is not the default', (_, { document }) => {
  for (const { module, attrs } of moduleNodes([document.graph, ...Object.values(document.definitions)])) {
    const schema = modules.find(({ id }) => id === module)?.attrs ?? {}
    expect(() => completeAttributes(schema, attrs)).not.toThrow()
    for (const [name, value] of Object.entries(attrs)) expect(value).not.toEqual(schema[name]?.default)
  }
})

test.each(rows)('%s says who reported its accuracy', (_, preset) => {
  expect(preset.summary).toMatch(/^[A-Z].*\.$/)
  if (preset.published === null) return
  expect(preset.published.top1).toBeGreaterThan(50)
  expect(preset.published.source).toMatch(/et al\. \d{4}\), (Table|text|abstract|README)/)
})

function* moduleNodes(bodies: readonly GraphBody[]): Generator<ModuleNode> {
  for (const node of bodies.flatMap((body) => body.nodes)) {
    if (node.type === 'module') yield node
    else if (node.body) yield* moduleNodes([node.body])
  }
}

const graphs = new Map<string, ReturnType<typeof lower>>()

/** Lowered once for all tests. */
function lowered({ id, document }: Preset): ReturnType<typeof lower> {
  const known = graphs.get(id) ?? lower(document)
  graphs.set(id, known)
  return known
}

const chainOfNothing = (title: string) => design(title, chain())

function reference(name: string) {
  const facts = golden.get(name)
  return { params: facts?.params, frozen: facts?.frozen, macs: facts?.macs }
}

const figures = (graph: Graph) => ({
  params: count(graph, 'trainable'),
  frozen: count(graph, 'frozen'),
  macs: macs(graph),
})

function count(graph: Graph, role: ParamRole): number {
  return graph.nodes.reduce((sum, node) => (roleOf(node) === role ? sum + elements(node.shape) : sum), 0)
}

/** Tables that a formula gives stand among the weights, as they do in the reference. */
function roleOf(node: Node): ParamRole | undefined {
  if (node.op === 'param') return node.attrs.role
  return node.op === 'constant' ? node.attrs.table?.role : undefined
}

function macs(graph: Graph) {
  const sums = { conv: 0, linear: 0, matmul: 0, total: 0 }
  for (const [id, kind] of macKinds(graph)) {
    const node = graph.nodes[id]
    if (!node) continue
    const cost = nodeCost(graph, node).macs
    sums[kind] += cost
    sums.total += cost
  }
  return sums
}
