/** Random documents that are valid as documents; as networks most of them are nonsense. */
import fc from 'fast-check'
import type { Attributes, AttributeValue } from '../../schema/schema'
import {
  DOCUMENT_VERSION,
  type Document,
  type DocumentNode,
  type Edge,
  type GraphBody,
  IN,
  type NodeOverride,
  OUT,
  type Position,
} from '../types'

const ids = [
  'stem',
  'a',
  'blocks.0',
  'stages.0',
  'norm_1',
  'token-mixer',
  'x9',
  '0',
  'head.fc',
  'add',
  'toString',
  'constructor',
]
const moduleIds = [
  'layerNorm',
  'attention',
  'identity',
  'pooling',
  'add',
  'convolution',
  'linear',
  'futureMixer',
]
const definitionNames = ['Block', 'Très joli 🦴', 'hasOwnProperty']

/** JSON has no negative zero. */
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)

const attributeValue: fc.Arbitrary<AttributeValue> = fc.oneof(
  { depthSize: 'small' },
  number,
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.string({ maxLength: 12, unit: 'grapheme' }),
  fc.record({
    module: fc.constantFrom(...moduleIds),
    attrs: fc.dictionary(fc.constantFrom('eps', 'bias'), number),
  }),
)
const attributes: fc.Arbitrary<Attributes> = fc.dictionary(
  fc.constantFrom('dim', 'heads', 'bias', 'act', 'kernelSize', 'unknownThing', 'constructor'),
  attributeValue,
  { maxKeys: 4 },
)
const position: fc.Arbitrary<Position> = fc.record({ x: number, y: number })

/** A record without the fields that were not drawn. */
function sparse<T extends object>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> {
  return fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>
}

const extras = sparse<{ title: string; key: string; position: Position; bypassed: boolean }>({
  title: fc.string({ maxLength: 20, unit: 'grapheme' }),
  key: fc.constantFrom('', 'stages.0.blocks.0', 'qkv'),
  position,
  bypassed: fc.boolean(),
})

const override: fc.Arbitrary<NodeOverride> = sparse<{ attrs: Attributes; module: string }>({
  attrs: attributes,
  module: fc.constantFrom(...moduleIds),
})
const overrides = fc.dictionary(
  fc.constantFrom('0', '1'),
  fc.dictionary(fc.constantFrom(...ids, 'blocks.0/norm_1'), override, { maxKeys: 2 }),
)

function node(id: string, depth: number, uses: readonly string[]): fc.Arbitrary<DocumentNode> {
  const module = fc
    .tuple(
      extras,
      fc.constantFrom(...moduleIds),
      attributes,
      sparse<{ keys: Record<string, string> }>({
        keys: fc.dictionary(fc.constantFrom('conv', 'norm', 'fc.1'), fc.constantFrom('', '0', 'proj.x'), {
          noNullPrototype: true,
        }),
      }),
    )
    .map(
      ([extra, name, attrs, more]) =>
        ({ type: 'module', id, ...extra, module: name, attrs, ...more }) as DocumentNode,
    )
  if (depth === 0) return module
  const inside = uses.length
    ? fc.oneof(
        graphBody(depth - 1, uses).map((body) => ({ body })),
        fc.constantFrom(...uses).map((use) => ({ use })),
      )
    : graphBody(depth - 1, uses).map((body) => ({ body }))
  const group = fc
    .tuple(extras, fc.integer({ min: 2, max: 3 }), inside, fc.option(overrides, { nil: undefined }))
    .map(
      ([extra, repeat, content, own]) =>
        ({
          type: 'group',
          id,
          ...extra,
          repeat,
          ...content,
          ...(own ? { overrides: own } : {}),
        }) as DocumentNode,
    )
  return fc.oneof({ arbitrary: module, weight: 3 }, { arbitrary: group, weight: 1 })
}

/** Any wiring that uses each input once; loops and gaps included. */
function graphBody(depth: number, uses: readonly string[]): fc.Arbitrary<GraphBody> {
  return fc.uniqueArray(fc.constantFrom(...ids), { maxLength: 5 }).chain((chosen) => {
    const edge: fc.Arbitrary<Edge> = fc
      .tuple(
        fc.constantFrom(IN, ...chosen),
        fc.constantFrom(OUT, ...chosen),
        fc.option(fc.nat(3), { nil: undefined }),
      )
      .map(([from, to, port]) => (port === undefined ? { from, to } : { from, to, port }))
    return fc.record({
      nodes: fc.tuple(...chosen.map((id) => node(id, depth, uses))) as fc.Arbitrary<DocumentNode[]>,
      edges: fc.oneof(
        fc.constant(chain(chosen)),
        fc.uniqueArray(edge, { maxLength: 8, selector: ({ to, port }) => `${to}:${port ?? 0}` }),
      ),
    })
  })
}

const chain = (chosen: readonly string[]): Edge[] =>
  [...chosen, OUT].map((to, index) => ({ from: index === 0 ? IN : (chosen[index - 1] as string), to }))

export const arbitraryDocument: fc.Arbitrary<Document> = fc
  .uniqueArray(fc.constantFrom(...definitionNames), { maxLength: 2 })
  .chain((names) =>
    fc.record({
      format: fc.constant('vertebra' as const),
      version: fc.constant(DOCUMENT_VERSION),
      name: fc.string({ maxLength: 30, unit: 'grapheme' }),
      input: fc.record({
        height: fc.integer({ min: 1, max: 512 }),
        width: fc.integer({ min: 1, max: 512 }),
        channels: fc.constantFrom(3, 3, 1, 4),
      }),
      graph: graphBody(2, names),
      // A definition may use the ones after it, so that none contains itself.
      definitions: fc
        .tuple(...names.map((_, index) => graphBody(1, names.slice(index + 1))))
        .map((bodies) => Object.fromEntries(bodies.map((body, index) => [names[index] as string, body]))),
    }),
  )
  // fast-check makes objects without a prototype; documents come from JSON.
  .map((document) => JSON.parse(JSON.stringify(document)) as Document)
