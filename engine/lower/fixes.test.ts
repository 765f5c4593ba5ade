import { expect, test } from 'vitest'
import { lastId, mapBodies, type NodePath, parentPath, updateBody, updateNode } from '../document/address'
import { findModule } from '../document/findModule'
import { replaceModule, setInput } from '../document/nodes'
import { type Document, type DocumentNode, type GraphBody, IN, OUT } from '../document/types'
import { modules } from '../modules'
import { findPreset } from '../presets'
import type { AttributeValue } from '../schema/schema'
import { lower } from './lower'

/** Repeatable random numbers (mulberry32). */
function randomness(seed: number) {
  let state = seed
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296
  }
  return {
    below: (count: number): number => Math.floor(next() * count),
    pick: <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)] as T,
  }
}
type Random = ReturnType<typeof randomness>

const nodesOf = (document: Document): { readonly path: NodePath; readonly node: DocumentNode }[] => {
  const found: { path: NodePath; node: DocumentNode }[] = []
  mapBodies(document, (body, { inner }) => {
    for (const node of body.nodes) found.push({ path: [...inner, node.id], node })
    return body
  })
  return found
}

/** Changes an attribute, an edge, a module or the picture; straight into the document, as a bad file would. */
const breaks: readonly ((document: Document, random: Random) => Document)[] = [
  (document, random) => {
    const { path, node } = random.pick(nodesOf(document).filter(({ node: one }) => one.type === 'module'))
    if (node.type !== 'module') return document
    const names = Object.keys(findModule(node.module)?.attrs ?? {})
    const name = names.length ? random.pick(names) : 'nonsense'
    const value = random.pick<AttributeValue>([7, 3, 0, -1, 13, 1000, 1.5, 'nonsense', true, null])
    return updateNode(document, path, () => ({ ...node, attrs: { ...node.attrs, [name]: value } }))
  },
  (document, random) =>
    inBody(document, random, (body) => ({
      ...body,
      edges: body.edges.toSpliced(random.below(body.edges.length), 1),
    })),
  (document, random) =>
    inBody(document, random, (body) => {
      const ids = body.nodes.map((node) => node.id)
      const edge = { from: random.pick([IN, ...ids]), to: random.pick([...ids, OUT]) }
      return {
        ...body,
        edges: [...body.edges.filter(({ to, port }) => to !== edge.to || (port ?? 0) !== 0), edge],
      }
    }),
  (document, random) => {
    const { path } = random.pick(nodesOf(document).filter(({ node: one }) => one.type === 'module'))
    return replaceModule(document, path, random.pick(modules).id)
  },
  (document, random) => {
    const { path } = random.pick(nodesOf(document))
    return updateBody(document, parentPath(path), (body) => ({
      ...body,
      nodes: body.nodes.filter((node) => node.id !== lastId(path)),
    }))
  },
  (document, random) =>
    setInput(document, { height: random.pick([1, 7, 16, 30, 100]), width: random.pick([1, 32, 224]) }),
  (document, random) => {
    const { path, node } = random.pick(nodesOf(document).filter(({ node: one }) => one.type === 'module'))
    return updateNode(
      document,
      path,
      () => ({ ...node, type: 'module', module: 'notYetInvented', attrs: { a: 1 } }) as DocumentNode,
    )
  },
  (document, random) => {
    const { path, node } = random.pick(nodesOf(document))
    return updateNode(document, path, () => ({ ...node, key: '' }))
  },
]

function inBody(document: Document, random: Random, change: (body: GraphBody) => GraphBody): Document {
  const { path } = random.pick(nodesOf(document))
  return updateBody(document, parentPath(path), change)
}

const families = [
  'caformer_s18',
  'poolformer_s12',
  'randformer_s12',
  'vit_tiny_patch16_224',
  'convnext_tiny',
  'mixer_s16_224',
  'resnet18',
]

test.each(families)(
  'whatever breaks %s is said in a sentence with a fix that mends it',
  (id) => {
    const preset = findPreset(id)
    if (!preset) throw new Error(`no preset ${id}`)
    const random = randomness(id.length)
    let broken = 0
    for (let round = 0; round < 24; round++) {
      const change = breaks[round % breaks.length] as (typeof breaks)[number]
      const document = change(preset.document, random)
      const { diagnostics, output } = lower(document)
      if (output === null) expect(diagnostics.some(({ severity }) => severity === 'error')).toBe(true)
      if (diagnostics.length) broken += 1
      for (const diagnostic of diagnostics.slice(0, 2)) {
        expect(diagnostic.code).not.toBe('INTERNAL')
        expect(diagnostic.message).toMatch(/^\S.{10,}[.!?]$/)
        expect(
          diagnostic.fixes.length,
          `${diagnostic.code} ${diagnostic.path}: ${diagnostic.message}`,
        ).toBeGreaterThan(0)
        const [first] = diagnostic.fixes
        const fixed = lower(first?.apply(document) ?? document)
        expect(
          fixed.diagnostics.some(({ code, path }) => code === diagnostic.code && path === diagnostic.path),
        ).toBe(false)
      }
    }
    expect(broken).toBeGreaterThanOrEqual(12)
  },
  120_000,
)
