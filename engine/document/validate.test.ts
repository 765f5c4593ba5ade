import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DocumentError } from '../errors'
import type { ModuleDefinition } from '../modules/module'
import { presets } from '../presets'
import { countInstances } from './limits'
import { documentMigrations, migrateDocument, migrateModules, moduleVersions } from './migrate'
import { parseDocument } from './parse'
import { emptyDocument, serializeDocument } from './serialize'
import { arbitraryDocument } from './testing/arbitraryDocument'
import { DOCUMENT_VERSION, type Document } from './types'

function refusal(value: unknown): string {
  try {
    parseDocument(typeof value === 'string' ? value : JSON.stringify(value))
  } catch (error) {
    if (error instanceof DocumentError) return error.message
    throw error
  }
  throw new Error('the document was opened')
}

/** The empty document with another graph, or other fields. */
const withGraph = (graph: unknown, more: object = {}) => ({ ...emptyDocument(), graph, ...more })
const node = { type: 'module', id: 'a', module: 'attention', attrs: {} }

test('what is written is read again', () => {
  fc.assert(
    fc.property(arbitraryDocument, (document) => {
      expect(parseDocument(serializeDocument(document))).toEqual(document)
    }),
  )
  for (const { document } of presets) expect(parseDocument(serializeDocument(document))).toEqual(document)
})

test('errors name the place and what would be right', () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [
      withGraph({ nodes: [node, { ...node, id: 'b', attrs: { heads: [1] } }], edges: [] }),
      'At graph.nodes[1].attrs.heads: an attribute is a finite number, a short text, true, false, null or a module with its attributes.',
    ],
    [
      withGraph({ nodes: [{ ...node, id: 'a b' }], edges: [] }),
      'At graph.nodes[0].id: an id has 1 to 64 letters, digits, dots, dashes or underscores.',
    ],
    [
      withGraph({ nodes: [node, node], edges: [] }),
      'At graph.nodes[1].id: two nodes are called a; names must differ within a graph.',
    ],
    [
      withGraph({ nodes: [node], edges: [{ from: 'b', to: 'a' }] }),
      'At graph.edges[0].from: there is no node b here.',
    ],
    [
      withGraph({
        nodes: [node],
        edges: [
          { from: '$in', to: 'a' },
          { from: '$in', to: 'a', port: 0 },
        ],
      }),
      'At graph.edges[1]: input 0 of a is wired twice.',
    ],
    [
      withGraph({
        nodes: [{ type: 'group', id: 'g', repeat: 0, body: { nodes: [], edges: [] } }],
        edges: [],
      }),
      'At graph.nodes[0].repeat: repeat is at least 1.',
    ],
    [
      withGraph({ nodes: [{ type: 'group', id: 'g', repeat: 1 }], edges: [] }),
      'At graph.nodes[0]: a group has either a body or the name of a shared block, not both and not neither.',
    ],
    [
      withGraph({ nodes: [{ type: 'group', id: 'g', repeat: 1, use: 'X' }], edges: [] }),
      'At graph.nodes[0].use: there is no shared block X in this design.',
    ],
    [
      withGraph({
        nodes: [
          { type: 'group', id: 'b.0', repeat: 3, body: { nodes: [], edges: [] } },
          { ...node, id: 'b.2' },
        ],
        edges: [],
      }),
      'At graph.nodes[1].id: b.2 and b.0 both have an instance b.2; names must differ within a graph.',
    ],
    [
      withGraph({ nodes: [{ type: 'sheep', id: 'a' }], edges: [] }),
      "At graph.nodes[0].type: a node has type 'module' or 'group'.",
    ],
    [withGraph({ nodes: {}, edges: [] }), 'At graph.nodes: nodes are a list.'],
    [
      { ...emptyDocument(), input: { height: 0, width: 32, channels: 3 } },
      'At input.height: the height is at least 1.',
    ],
    [{ ...emptyDocument(), format: 'onnx' }, "At format: a design has format: 'vertebra'."],
    [{ ...emptyDocument(), name: 7 }, 'At name: the name is a text.'],
    [
      withGraph({ nodes: [{ ...node, attrs: { 'a b': 1 } }], edges: [] }),
      'At graph.nodes[0].attrs.a b: this is not the name of an attribute.',
    ],
    ['[]', 'A design is an object.'],
    ['null', 'A design is an object.'],
  ]
  for (const [value, message] of cases) expect(refusal(value)).toBe(message)
  expect(refusal('{"format":')).toMatch(/^This is not a design: the text is not JSON \(.*\)\.$/)
  expect(
    refusal(
      '{"format":"vertebra","version":1,"name":"","input":{"height":1e999,"width":1,"channels":1},"graph":{"nodes":[],"edges":[]},"definitions":{}}',
    ),
  ).toBe('At input.height: the height is a whole number.')
})

test('several problems are counted', () => {
  expect(refusal({ ...emptyDocument(), name: 7, graph: 3 })).toBe('At name: the name is a text (and 1 more).')
})

test('a newer document is refused with a sentence', () => {
  expect(refusal({ ...emptyDocument(), version: 3 })).toBe(
    'This design was made with a newer Vertebra (document version 3; this one reads up to 1). Reload the page to update.',
  )
})

test('unknown modules and attributes are kept, unknown fields are not', () => {
  const strange = withGraph({
    nodes: [{ ...node, module: 'notYetInvented', attrs: { sparkle: 3 }, colour: 'red' }],
    edges: [],
  })
  expect(parseDocument(JSON.stringify(strange)).graph.nodes).toEqual([
    { ...node, module: 'notYetInvented', attrs: { sparkle: 3 } },
  ])
})

test('__proto__ has no effect where keys are free and is refused as an id', () => {
  const text = (graph: string, definitions = '{}') =>
    `{"format":"vertebra","version":1,"name":"","input":{"height":1,"width":1,"channels":3},"graph":${graph},"definitions":${definitions},"__proto__":{"polluted":1}}`
  const graph = (attrs: string, id = 'a') =>
    `{"nodes":[{"type":"module","id":"${id}","module":"gelu","attrs":${attrs}}],"edges":[],"__proto__":{"polluted":1}}`
  const document = parseDocument(text(graph('{"__proto__":{"polluted":1}}'), `{"__proto__":${graph('{}')}}`))
  expect(document.graph.nodes).toEqual([{ type: 'module', id: 'a', module: 'gelu', attrs: {} }])
  expect(document.definitions).toEqual({})
  for (const value of [document, document.graph, document.graph.nodes[0], document.definitions]) {
    expect('polluted' in (value ?? {})).toBe(false)
  }
  expect(refusal(text(graph('{}', '__proto__')))).toBe('At graph.nodes[0].id: __proto__ cannot be an id.')
})

test('names of the language are plain names', () => {
  const ids = ['constructor', 'toString', 'hasOwnProperty', 'valueOf']
  const document = withGraph({
    nodes: ids.map((id) => ({ ...node, id, module: 'gelu' })),
    edges: ids.map((id, index) => ({ from: index ? ids[index - 1] : '$in', to: id })),
  })
  expect(parseDocument(JSON.stringify(document))).toEqual(document)
  expect(
    refusal(withGraph({ nodes: [{ type: 'group', id: 'g', repeat: 1, use: 'constructor' }], edges: [] })),
  ).toContain('there is no shared block constructor')
})

test('sizes are limited before anything is built', () => {
  expect(refusal(' '.repeat(2_000_001))).toBe('This design has 2.0 MB; up to 2 MB can be opened.')
  expect(refusal('['.repeat(100_000))).toBe('This design is nested more than 64 deep.')
  const many = Array.from({ length: 2001 }, (_, index) => ({ ...node, id: `n_${index}` }))
  expect(refusal(withGraph({ nodes: many, edges: [] }))).toBe(
    'At graph.nodes: a graph has at most 2000 nodes.',
  )
  const half = { type: 'group', id: 'g', repeat: 1, body: { nodes: many.slice(0, 1500), edges: [] } }
  expect(refusal(withGraph({ nodes: [half, { ...half, id: 'h' }], edges: [] }))).toBe(
    'This design has 3002 nodes; up to 2000 can be opened.',
  )
})

test('repeats that multiply beyond reason are refused', () => {
  const nest = (depth: number): object => ({
    nodes: [depth ? { type: 'group', id: 'g', repeat: 1000, body: nest(depth - 1) } : node],
    edges: [],
  })
  expect(refusal(withGraph(nest(2)))).toBe(
    'This design unrolls to 1000000 modules; up to 20000 can be opened.',
  )
  const use = (name: string) => ({ nodes: [{ type: 'group', id: 'g', repeat: 1, use: name }], edges: [] })
  expect(refusal(withGraph(use('A'), { definitions: { A: use('B'), B: use('A') } }))).toBe(
    'This design unrolls to endlessly many modules; up to 20000 can be opened.',
  )
  expect(
    countInstances({
      ...emptyDocument(),
      ...withGraph(use('A'), { definitions: { A: nest(1) } }),
    } as Document),
  ).toBe(1000)
})

test('any JSON is opened or refused with a sentence, and mutated documents too', () => {
  const open = (text: string) => {
    try {
      parseDocument(text)
    } catch (error) {
      expect(error).toBeInstanceOf(DocumentError)
      expect((error as Error).message).toMatch(/^[A-Z][\s\S]*\.$/)
    }
  }
  fc.assert(fc.property(fc.json(), open))
  fc.assert(
    fc.property(
      arbitraryDocument,
      fc.nat(),
      fc.nat(),
      fc.constantFrom('"', '{', '}', '[', '0', '-', 'null', ',', ''),
      (document, from, count, letter) => {
        const text = serializeDocument(document)
        const at = from % text.length
        open(text.slice(0, at) + letter + text.slice(at + (count % 8)))
      },
    ),
    { numRuns: 300 },
  )
})

// --- migrations ------------------------------------------------------------------------------------------------------------

test('there is one step per document version', () => {
  expect(documentMigrations.length).toBe(DOCUMENT_VERSION - 1)
})

test('every document migration runs once, in order', () => {
  const steps = [1, 2, 3].map((from) => (stored: { readonly [field: string]: unknown }) => ({
    ...stored,
    seen: [...((stored.seen as number[] | undefined) ?? []), from],
  }))
  expect(migrateDocument({ version: 1 }, steps)).toEqual({ version: 4, seen: [1, 2, 3] })
  expect(migrateDocument({ version: 3 }, steps)).toEqual({ version: 4, seen: [3] })
  expect(migrateDocument({ version: 4 }, steps)).toEqual({ version: 4 })
  expect(() => migrateDocument({ version: 5 }, steps)).toThrow(/document version 5; this one reads up to 4/)
  expect(migrateDocument({ version: 'x' }, steps)).toEqual({ version: 'x' })
})

/** A module at version 3: `width` became `dim`, then dim was doubled. */
const older = {
  id: 'older',
  migrations: [
    ({ width, ...rest }) => ({ ...rest, dim: width ?? 0 }),
    ({ dim, ...rest }) => ({ ...rest, dim: Number(dim) * 2 }),
  ],
} as Partial<ModuleDefinition> as ModuleDefinition
const find = (id: string) => (id === 'older' ? older : undefined)

test('attributes of modules migrate wherever they stand', () => {
  const stored: Document = {
    ...emptyDocument(),
    graph: {
      nodes: [
        { type: 'module', id: 'a', module: 'older', attrs: { width: 4 } },
        { type: 'module', id: 'b', module: 'mlp', attrs: { act: { module: 'older', attrs: { width: 5 } } } },
        {
          type: 'group',
          id: 'g',
          repeat: 2,
          use: 'D',
          overrides: { '0': { x: { attrs: { width: 7 } }, y: { module: 'older', attrs: { width: 8 } } } },
        },
      ],
      edges: [],
    },
    definitions: {
      D: {
        nodes: [
          { type: 'module', id: 'x', module: 'older', attrs: { width: 6 } },
          { type: 'module', id: 'y', module: 'mlp', attrs: { width: 1 } },
        ],
        edges: [],
      },
    },
  }
  const { graph, definitions } = migrateModules(stored, {}, find)
  expect(graph.nodes[0]).toMatchObject({ attrs: { dim: 8 } })
  expect(graph.nodes[1]).toMatchObject({ attrs: { act: { module: 'older', attrs: { dim: 10 } } } })
  expect(graph.nodes[2]).toMatchObject({
    overrides: { '0': { x: { attrs: { dim: 14 } }, y: { attrs: { dim: 16 } } } },
  })
  expect(definitions.D?.nodes.map((one) => (one.type === 'module' ? one.attrs : null))).toEqual([
    { dim: 12 },
    { width: 1 },
  ])
  const second = migrateModules(
    {
      ...stored,
      graph: { nodes: [{ type: 'module', id: 'a', module: 'older', attrs: { dim: 4 } }], edges: [] },
    },
    { older: 2 },
    find,
  )
  expect(second.graph.nodes[0]).toMatchObject({ attrs: { dim: 8 } })
  expect(() => migrateModules(stored, { older: 4 }, find)).toThrow(/older version 4; this one reads up to 3/)
})

test('a document says which versions it holds, and a current one is left alone', () => {
  const document: Document = {
    ...emptyDocument(),
    graph: {
      nodes: [{ type: 'module', id: 'b', module: 'mlp', attrs: { act: { module: 'older', attrs: {} } } }],
      edges: [],
    },
  }
  expect(moduleVersions(document, find)).toEqual({ older: 3 })
  expect(migrateModules(document, { older: 3 }, find)).toBe(document)
})
