import { expect, test } from 'vitest'
import { parseDocument, serializeDocument } from '../document/serialize'
import type { GraphBody } from '../document/types'
import { elements, type Graph } from '../graph/graph'
import { lower } from '../lower/lower'
import { modules } from '../modules'
import type { ParamRole } from '../ops/attributes'
import { macKinds, nodeCost } from '../ops/cost'
import { completeAttributes } from '../schema/schema'
import { hashOfName } from '../weights/procedural'
import { presets } from '.'
import { golden } from './testing/golden'

test('no two presets have one name, and every one has its golden facts', () => {
  expect(presets.map(({ id }) => id).sort()).toEqual(Object.keys(golden).sort())
})

test.each(presets.map((preset) => [preset.id, preset] as const))(
  '%s is built without a complaint',
  (_, { document }) => {
    expect(lower(document).diagnostics).toEqual([])
  },
)

test.each(presets.map((preset) => [preset.id, preset] as const))(
  '%s has the parameters and MACs of the reference',
  (id, { document }) => {
    const { graph } = lower(document)
    expect({
      params: count(graph, 'trainable'),
      frozen: count(graph, 'frozen'),
      macs: macs(graph),
    }).toEqual({ params: golden[id]?.params, frozen: golden[id]?.frozen, macs: golden[id]?.macs })
  },
)

test.each(presets.map((preset) => [preset.id, preset] as const))(
  '%s names its weights as the reference does, in its shapes',
  (id, { document }) => {
    const keys = lower(document)
      .graph.nodes.flatMap((node) =>
        node.op === 'param' ? [`${node.attrs.name} ${node.shape.join('x')}`] : [],
      )
      .sort()
    expect({ count: keys.length, hash: hashOfName(keys.join('\n')) }).toEqual(golden[id]?.keys)
  },
)

test.each(presets.map((preset) => [preset.id, preset] as const))(
  '%s is a document like any other',
  (_, { document }) => {
    expect(parseDocument(serializeDocument(document))).toEqual(document)
  },
)

test.each(presets.map((preset) => [preset.id, preset] as const))(
  '%s states only what is not the default',
  (_, { document }) => {
    for (const { module, attrs } of moduleNodes(document.graph)) {
      const schema = modules.find(({ id }) => id === module)?.attrs ?? {}
      expect(() => completeAttributes(schema, attrs)).not.toThrow()
      for (const [name, value] of Object.entries(attrs)) expect(value).not.toEqual(schema[name]?.default)
    }
  },
)

test.each(presets.map((preset) => [preset.id, preset] as const))(
  '%s says who reported its accuracy',
  (_, preset) => {
    expect(preset.summary).toMatch(/^[A-Z].*\.$/)
    if (preset.published === null) return
    expect(preset.published.top1).toBeGreaterThan(50)
    expect(preset.published.source).toMatch(/et al\. \d{4}\), Table/)
  },
)

function* moduleNodes(body: GraphBody): Generator<Extract<GraphBody['nodes'][number], { type: 'module' }>> {
  for (const node of body.nodes) {
    if (node.type === 'module') yield node
    else if (node.body) yield* moduleNodes(node.body)
  }
}

function count(graph: Graph, role: ParamRole): number {
  return graph.nodes.reduce(
    (sum, node) => (node.op === 'param' && node.attrs.role === role ? sum + elements(node.shape) : sum),
    0,
  )
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
