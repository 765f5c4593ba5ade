import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EditError } from '../errors'
import { lower } from '../lower/lower'
import { modules } from '../modules'
import { findPreset } from '../presets'
import { chain, group, module } from '../presets/sketch'
import { allBodies, findBody, findNode, mapBodies, type NodePath, pathOf } from './address'
import { copyNodes, duplicateNodes, pasteNodes, serializeFragment } from './clipboard'
import { groupNodes, makeShared, makeUnique, splitRepeat, ungroup, useShared } from './groups'
import {
  addAfter,
  addNode,
  insertOnEdge,
  moveNodes,
  removeNodes,
  rename,
  replaceModule,
  setAttributes,
  setBypassed,
  setInput,
  setKey,
  setName,
  setRepeat,
} from './nodes'
import { clearOverride, setOverride } from './overrides'
import { parseDocument, parseFragment } from './parse'
import { emptyDocument, serializeDocument } from './serialize'
import { type Document, type DocumentNode, type GroupNode, IN, OUT } from './types'
import { connect, disconnect } from './wiring'

const presetDocument = (id: string): Document => {
  const preset = findPreset(id)
  if (!preset) throw new Error(`no preset ${id}`)
  return preset.document
}
const caformer = presetDocument('caformer_s18')
const vit = presetDocument('vit_tiny_patch16_224')
const blocks: NodePath = ['stages.2', 'blocks.0']
const mixer: NodePath = [...blocks, 'token_mixer']

const designOf = (...nodes: readonly DocumentNode[]): Document => ({
  ...emptyDocument(),
  graph: chain(...nodes),
})
const idsOf = (document: Document, path: NodePath = []) => findBody(document, path)?.nodes.map(({ id }) => id)
const wiresOf = (document: Document, path: NodePath = []) =>
  findBody(document, path)?.edges.map(
    ({ from, to, port }) => `${from}>${to}${port === undefined ? '' : `.${port}`}`,
  )
const weightsOf = (document: Document) =>
  new Set(lower(document).graph.nodes.flatMap((node) => (node.op === 'param' ? [node.attrs.name] : [])))

describe('nodes', () => {
  test('a new node gets a free id and is wired to nothing', () => {
    const first = addNode(emptyDocument(), [], { module: 'layerNorm', attrs: { eps: 1e-6, bias: false } })
    expect(first.paths).toEqual([['layerNorm']])
    // Only what differs from the default is kept.
    expect(findNode(first.document, ['layerNorm'])).toEqual({
      type: 'module',
      id: 'layerNorm',
      module: 'layerNorm',
      attrs: { bias: false },
    })
    expect(addNode(first.document, [], { module: 'layerNorm' }).paths).toEqual([['layerNorm_2']])
    expect(wiresOf(first.document)).toEqual(['$in>$out'])
  })

  test('a node added after another is read instead of it', () => {
    const { document, paths } = addAfter(vit, ['blocks.0', 'attn'], { module: 'layerScale' })
    expect(paths).toEqual([['blocks.0', 'layerScale']])
    expect(wiresOf(document, ['blocks.0'])).toContain('attn>layerScale')
    expect(wiresOf(document, ['blocks.0'])).toContain('layerScale>add1.1')
    expect(idsOf(document, ['blocks.0'])?.indexOf('layerScale')).toBe(2)
  })

  test('a node on an edge takes that edge only', () => {
    const { document } = insertOnEdge(
      vit,
      ['blocks.0'],
      { from: 'add1', to: 'norm2' },
      { module: 'dropout', id: 'drop' },
    )
    expect(wiresOf(document, ['blocks.0'])).toContain('add1>drop')
    expect(wiresOf(document, ['blocks.0'])).toContain('drop>norm2')
    expect(wiresOf(document, ['blocks.0'])).toContain('add1>add2')
    expect(() => insertOnEdge(vit, [], { from: 'head', to: 'norm' }, { module: 'gelu' })).toThrow(
      'There is no edge from head to norm here.',
    )
  })

  test('removing a node joins its neighbours, ports included', () => {
    const document = removeNodes(vit, [
      ['blocks.0', 'norm1'],
      ['blocks.0', 'attn'],
    ])
    expect(wiresOf(document, ['blocks.0'])?.slice(0, 2)).toEqual(['$in>add1', '$in>add1.1'])
    expect(lower(document).diagnostics).toEqual([])
  })

  test('removing a merge leaves its readers open', () => {
    const document = removeNodes(vit, [['blocks.0', 'add1']])
    expect(wiresOf(document, ['blocks.0'])).not.toContain('$in>norm2')
    expect(lower(document).diagnostics[0]?.code).toBe('DANGLING')
  })

  test('replacing a module keeps id, key, wiring and shared attributes', () => {
    const named = setKey(caformer, mixer, 'attn')
    const document = replaceModule(named, mixer, 'pooling')
    expect(findNode(document, mixer)).toEqual({
      type: 'module',
      id: 'token_mixer',
      key: 'attn',
      module: 'pooling',
      attrs: {},
    })
    expect(wiresOf(document, blocks)).toEqual(wiresOf(caformer, blocks))
    expect(lower(document).diagnostics).toEqual([])
    const narrow = setAttributes(
      designOf(module('a', 'convDownsample', { dim: 96, kernelSize: 5 })),
      ['a'],
      {},
    )
    expect(findNode(replaceModule(narrow, ['a'], 'convolution'), ['a'])).toMatchObject({
      attrs: { dim: 96, kernelSize: 5 },
    })
    expect(findNode(replaceModule(narrow, ['a'], 'averagePool'), ['a'])).toMatchObject({
      attrs: { kernelSize: 5 },
    })
  })

  test('a replaced module loses the inputs that it cannot take', () => {
    const document = replaceModule(vit, ['blocks.0', 'add1'], 'layerNorm')
    expect(wiresOf(document, ['blocks.0'])).toContain('$in>add1')
    expect(wiresOf(document, ['blocks.0'])).not.toContain('attn>add1.1')
  })

  test('a value equal to the default is left out, and undefined resets one', () => {
    const set = setAttributes(vit, ['blocks.0', 'mlp'], { mlpRatio: 2, bias: false })
    expect(findNode(set, ['blocks.0', 'mlp'])).toMatchObject({ attrs: { mlpRatio: 2, bias: false } })
    const back = setAttributes(set, ['blocks.0', 'mlp'], { mlpRatio: 4, bias: undefined })
    expect(findNode(back, ['blocks.0', 'mlp'])).toEqual(findNode(vit, ['blocks.0', 'mlp']))
    expect(setAttributes(vit, ['blocks.0', 'mlp'], { mlpRatio: 4 })).toBe(vit)
    expect(() => setAttributes(vit, ['blocks.0', 'mlp'], { mlpRatio: Number.NaN })).toThrow(EditError)
  })

  test('a slot with default attributes is written as its name', () => {
    const document = setAttributes(vit, ['blocks.0', 'mlp'], { act: { module: 'relu', attrs: {} } })
    expect(findNode(document, ['blocks.0', 'mlp'])).toMatchObject({ attrs: { act: 'relu' } })
  })

  test('bypass, title and key come and go without a trace', () => {
    const changed = setKey(
      rename(setBypassed(vit, [['norm']], true), ['norm'], { title: 'Last norm' }),
      ['norm'],
      'final',
    )
    expect(findNode(changed, ['norm'])).toMatchObject({ bypassed: true, title: 'Last norm', key: 'final' })
    const back = setKey(
      rename(setBypassed(changed, [['norm']], false), ['norm'], { title: '' }),
      ['norm'],
      undefined,
    )
    expect(back).toEqual(vit)
  })

  test('an id is followed by edges and overrides', () => {
    const own = setOverride(caformer, blocks, 3, 'token_mixer', { attrs: { headDim: 64 } })
    const document = rename(own, mixer, { id: 'mixer' })
    expect(wiresOf(document, blocks)).toContain('mixer>add1.1')
    expect((findNode(document, blocks) as GroupNode).overrides).toEqual({
      '3': { mixer: { attrs: { headDim: 64 } } },
    })
    const outer = rename(document, ['stages.2'], { id: 'third' })
    expect(lower(outer).diagnostics).toEqual([])
    expect(() => rename(caformer, mixer, { id: 'norm1' })).toThrow('norm1 already has this name here.')
    expect(() => rename(caformer, mixer, { id: 'a b' })).toThrow(/cannot be an id/)
  })

  test('a repeat that grows renumbers what comes behind it', () => {
    const body = chain(module('norm', 'layerNorm'))
    const document = designOf(
      group('blocks.0', 2, body),
      group('blocks.2', 3, body),
      module('tail', 'identity'),
    )
    const grown = setRepeat(document, ['blocks.0'], 4)
    expect(idsOf(grown)).toEqual(['blocks.0', 'blocks.4', 'tail'])
    expect(wiresOf(grown)).toEqual(['$in>blocks.0', 'blocks.0>blocks.4', 'blocks.4>tail', 'tail>$out'])
    expect(() => setRepeat(document, ['blocks.0'], 0)).toThrow(
      'A group can be repeated 1 to 1000 times, not 0.',
    )
    expect(() => setRepeat(setRepeat(caformer, blocks, 900), ['stages.2'], 900)).toThrow(
      /^This would unroll to/,
    )
  })

  test('a shorter repeat drops the overrides beyond it', () => {
    const own = setOverride(caformer, blocks, 8, 'token_mixer', { module: 'pooling' })
    expect(setRepeat(own, blocks, 8)).toEqual(setRepeat(caformer, blocks, 8))
  })

  test('positions, name and input size', () => {
    const moved = moveNodes(vit, [], { norm: { x: 3, y: 4 }, nowhere: { x: 1, y: 1 } })
    expect(findNode(moved, ['norm'])?.position).toEqual({ x: 3, y: 4 })
    expect(moveNodes(moved, [], { norm: { x: 3, y: 4 } })).toBe(moved)
    expect(setInput(vit, { height: 384, width: 384 }).input).toEqual({ height: 384, width: 384, channels: 3 })
    expect(setInput(vit, { height: 224 })).toBe(vit)
    expect(() => setInput(vit, { width: 0 })).toThrow('A picture has 1 to 16384 pixels on a side, not 0.')
    expect(setName(vit, 'Mine').name).toBe('Mine')
  })
})

describe('edges', () => {
  test('a new edge replaces what was wired to that input', () => {
    const document = connect(vit, ['blocks.0'], { from: 'norm1', to: 'add1', port: 1 })
    expect(wiresOf(document, ['blocks.0'])).toContain('norm1>add1.1')
    expect(wiresOf(document, ['blocks.0'])).not.toContain('attn>add1.1')
  })

  test('loops, missing nodes and missing inputs are refused with a sentence', () => {
    expect(() => connect(vit, ['blocks.0'], { from: 'mlp', to: 'attn' })).toThrow(
      'This link would make a loop.',
    )
    expect(() => connect(vit, [], { from: 'ghost', to: 'head' })).toThrow(
      'There is no output called ghost here.',
    )
    expect(() => connect(vit, [], { from: 'norm', to: 'head', port: 3 })).toThrow(
      'Class-token head takes one input; there is no input 4.',
    )
    expect(() => connect(vit, ['nowhere'], { from: IN, to: OUT })).toThrow(
      'There is no group nowhere in this design.',
    )
  })

  test('an edge that is not there cannot be cut', () => {
    expect(disconnect(vit, [], { from: IN, to: 'head' })).toBe(vit)
    expect(wiresOf(disconnect(vit, [], { from: 'norm', to: 'head' }))).not.toContain('norm>head')
  })
})

describe('clipboard', () => {
  test('copies keep the edges among themselves under fresh ids', () => {
    const { document, paths } = duplicateNodes(vit, [
      ['blocks.0', 'norm1'],
      ['blocks.0', 'attn'],
    ])
    expect(paths).toEqual([
      ['blocks.0', 'norm3'],
      ['blocks.0', 'attn_2'],
    ])
    expect(wiresOf(document, ['blocks.0'])).toContain('norm3>attn_2')
    expect(wiresOf(document, ['blocks.0'])).toHaveLength((wiresOf(vit, ['blocks.0'])?.length ?? 0) + 1)
  })

  test('a fragment travels as text, to another design too', () => {
    const text = serializeFragment(copyNodes(caformer, [['stages.2']]))
    const { document, paths } = pasteNodes(vit, [], parseFragment(text), { x: 10, y: 20 })
    expect(paths).toEqual([['stages.2']])
    expect(findNode(document, ['stages.2'])).toEqual(findNode(caformer, ['stages.2']))
    expect(() => parseFragment('{"nodes":[]}')).toThrow('The clipboard does not hold a piece of a design.')
    expect(() => parseFragment('hello')).toThrow(/not a piece of a design/)
  })

  test('the top left corner comes to lie where it was asked for', () => {
    const placed = moveNodes(designOf(module('a', 'gelu'), module('b', 'relu')), [], {
      a: { x: 5, y: 50 },
      b: { x: 100, y: 7 },
    })
    const { document } = pasteNodes(placed, [], copyNodes(placed, [['a'], ['b']]), { x: 0, y: 0 })
    expect(findNode(document, ['a_2'])?.position).toEqual({ x: 0, y: 43 })
    expect(findNode(document, ['b_2'])?.position).toEqual({ x: 95, y: 0 })
  })

  test('shared blocks come along, under another name where the name is taken', () => {
    const shared = makeShared(caformer, blocks, 'Block')
    const fragment = copyNodes(shared, [['stages.2']])
    expect(Object.keys(fragment.definitions)).toEqual(['Block'])
    expect(Object.keys(pasteNodes(shared, [], fragment).document.definitions)).toEqual(['Block'])
    const other = makeShared(vit, ['blocks.0'], 'Block')
    const { document, paths } = pasteNodes(other, [], fragment)
    expect(Object.keys(document.definitions)).toEqual(['Block', 'Block 2'])
    expect(findNode(document, [...(paths[0] ?? []), 'blocks.0'])).toMatchObject({ use: 'Block 2' })
    expect(findBody(document, [...(paths[0] ?? []), 'blocks.0'])).toEqual(findBody(caformer, blocks))
  })

  test('nodes of different groups cannot be copied together', () => {
    expect(() => copyNodes(vit, [['norm'], ['blocks.0', 'attn']])).toThrow(/lie in different groups/)
  })

  test('a shared block cannot be pasted into itself', () => {
    const shared = makeShared(vit, ['blocks.0'], 'Block')
    expect(() => pasteNodes(shared, ['blocks.0'], copyNodes(shared, [['blocks.0']]))).toThrow(
      'A shared block cannot contain itself.',
    )
  })
})

describe('groups', () => {
  test('grouping and ungrouping changes nothing about the network', () => {
    const { document, paths } = groupNodes(
      vit,
      [
        ['blocks.0', 'norm1'],
        ['blocks.0', 'attn'],
      ],
      { id: 'branch', title: 'Branch' },
    )
    expect(paths).toEqual([['blocks.0', 'branch']])
    expect(lower(document).diagnostics).toEqual([])
    expect(weightsOf(document)).toEqual(weightsOf(vit))
    const dissolved = ungroup(document, ['blocks.0', 'branch']).document
    expect(weightsOf(dissolved)).toEqual(weightsOf(vit))
    expect(new Set(wiresOf(dissolved, ['blocks.0']))).toEqual(new Set(wiresOf(vit, ['blocks.0'])))
  })

  test('a group needs one input and one output', () => {
    expect(() =>
      groupNodes(vit, [
        ['blocks.0', 'attn'],
        ['blocks.0', 'add1'],
      ]),
    ).toThrow(/^A group has one input, and these nodes read from/)
    expect(() =>
      groupNodes(vit, [
        ['blocks.0', 'norm1'],
        ['blocks.0', 'norm2'],
      ]),
    ).toThrow(/^A group has one/)
  })

  test('overrides follow a node into a group and out of it', () => {
    const own = setOverride(caformer, blocks, 2, 'token_mixer', { module: 'pooling' })
    const { document, paths } = groupNodes(own, [[...blocks, 'norm1'], mixer], { id: 'branch' })
    expect((findNode(document, blocks) as GroupNode).overrides).toEqual({
      '2': { 'branch/token_mixer': { module: 'pooling' } },
    })
    const back = ungroup(document, paths[0] ?? []).document
    expect((findNode(back, blocks) as GroupNode).overrides).toEqual({
      '2': { token_mixer: { module: 'pooling' } },
    })
  })

  test('a repeated group is split before it can be dissolved, and its weights keep their names', () => {
    const own = setOverride(caformer, blocks, 1, 'token_mixer', { module: 'pooling' })
    expect(() => ungroup(own, blocks)).toThrow(/repeated 9 times/)
    const { document, paths } = splitRepeat(own, blocks)
    expect(paths).toHaveLength(9)
    expect(weightsOf(document)).toEqual(weightsOf(own))
    const flat = ungroup(document, ['stages.2', 'blocks.1']).document
    expect(weightsOf(flat)).toEqual(weightsOf(own))
    expect(findNode(flat, ['stages.2', 'token_mixer'])).toMatchObject({
      module: 'pooling',
      key: 'blocks.1.token_mixer',
    })
  })

  test('editing a shared block edits every instance', () => {
    const shared = makeShared(caformer, ['stages.0', 'blocks.0'], 'Conv block')
    const both = useShared(shared, ['stages.1', 'blocks.0'], 'Conv block')
    const document = replaceModule(both, ['stages.1', 'blocks.0', 'token_mixer'], 'identity')
    expect(findNode(document, ['stages.0', 'blocks.0', 'token_mixer'])).toMatchObject({ module: 'identity' })
    expect([...weightsOf(document)].some((name) => name.startsWith('stages.0.blocks.2.token_mixer'))).toBe(
      false,
    )
    expect(weightsOf(both)).toEqual(weightsOf(caformer))
  })

  test('a unique copy no longer follows the others, and unused shared blocks go', () => {
    const shared = useShared(
      makeShared(caformer, ['stages.0', 'blocks.0'], 'Conv block'),
      ['stages.1', 'blocks.0'],
      'Conv block',
    )
    const { document } = makeUnique(shared, ['stages.1', 'blocks.0'])
    const edited = replaceModule(document, ['stages.1', 'blocks.0', 'token_mixer'], 'identity')
    expect(findNode(edited, ['stages.0', 'blocks.0', 'token_mixer'])).toMatchObject({
      module: 'separableConv',
    })
    expect(Object.keys(makeUnique(document, ['stages.0', 'blocks.0']).document.definitions)).toEqual([])
  })

  test('one instance of a repeat can be detached', () => {
    const own = setOverride(caformer, blocks, 6, 'token_mixer', { module: 'pooling' })
    const { document, paths } = makeUnique(own, blocks, 4)
    expect(idsOf(document, ['stages.2'])).toEqual(['downsample', 'blocks.0', 'blocks.4', 'blocks.5'])
    expect(paths).toEqual([['stages.2', 'blocks.4']])
    expect((findNode(document, ['stages.2', 'blocks.5']) as GroupNode).overrides).toEqual({
      '1': { token_mixer: { module: 'pooling' } },
    })
    expect(weightsOf(document)).toEqual(weightsOf(own))
  })
})

describe('overrides', () => {
  test('an override is added to, and taken back', () => {
    const one = setOverride(caformer, blocks, 3, 'token_mixer', { attrs: { headDim: 64 } })
    const two = setOverride(one, blocks, 3, 'token_mixer', { attrs: { qkvBias: true } })
    expect((findNode(two, blocks) as GroupNode).overrides).toEqual({
      '3': { token_mixer: { attrs: { headDim: 64, qkvBias: true } } },
    })
    expect(
      setOverride(two, blocks, 3, 'token_mixer', { attrs: { headDim: undefined, qkvBias: undefined } }),
    ).toEqual(caformer)
    expect(clearOverride(two, blocks, 3)).toEqual(caformer)
    expect(() => setOverride(caformer, blocks, 9, 'token_mixer', {})).toThrow(
      'blocks.0 has 9 instances, counted from 0; there is no 9.',
    )
    expect(() => setOverride(caformer, blocks, 0, 'ghost', {})).toThrow(/There is no module ghost/)
  })

  test('a module swapped in one instance keeps what both modules have', () => {
    const wide = setAttributes(caformer, [...blocks, 'mlp'], { mlpRatio: 2 })
    const document = setOverride(wide, blocks, 0, 'mlp', { module: 'spatialMlp' })
    expect((findNode(document, blocks) as GroupNode).overrides?.['0']?.mlp).toEqual({
      module: 'spatialMlp',
      attrs: { act: 'starRelu' },
    })
  })

  test('overrides go with the node or the module that they are about', () => {
    const own = setOverride(caformer, blocks, 3, 'token_mixer', { attrs: { headDim: 64 } })
    expect((findNode(removeNodes(own, [mixer]), blocks) as GroupNode).overrides).toBeUndefined()
    expect((findNode(replaceModule(own, mixer, 'pooling'), blocks) as GroupNode).overrides).toBeUndefined()
  })
})

/** One random edit; what cannot be done leaves the document as it is. */
type Edit = (document: Document, random: (count: number) => number) => Document

const nodePaths = (document: Document): NodePath[] => {
  const found: NodePath[] = []
  mapBodies(document, (body, { definition, inner }) => {
    if (definition === null) for (const node of body.nodes) found.push([...inner, node.id])
    return body
  })
  return found
}
const graphPaths = (document: Document): NodePath[] => [
  [],
  ...nodePaths(document).filter((path) => findNode(document, path)?.type === 'group'),
]

const edits: readonly Edit[] = [
  (document, random) =>
    addNode(document, pick(graphPaths(document), random), { module: pick(modules, random).id }).document,
  (document, random) =>
    addAfter(document, pick(nodePaths(document), random), { module: pick(modules, random).id }).document,
  (document, random) => {
    const path = pick(graphPaths(document), random)
    return insertOnEdge(document, path, pick(findBody(document, path)?.edges ?? [], random), {
      module: pick(modules, random).id,
    }).document
  },
  (document, random) => {
    const path = pick(graphPaths(document), random)
    const ids = idsOf(document, path) ?? []
    return connect(document, path, {
      from: pick([IN, ...ids], random),
      to: pick([...ids, OUT], random),
      port: random(3),
    })
  },
  (document, random) => {
    const path = pick(graphPaths(document), random)
    return disconnect(document, path, pick(findBody(document, path)?.edges ?? [], random))
  },
  (document, random) =>
    removeNodes(document, [pick(nodePaths(document), random), pick(nodePaths(document), random)]),
  (document, random) => replaceModule(document, pick(nodePaths(document), random), pick(modules, random).id),
  (document, random) =>
    setAttributes(document, pick(nodePaths(document), random), { dim: random(99), bias: random(2) === 0 }),
  (document, random) => setRepeat(document, pick(nodePaths(document), random), 1 + random(5)),
  (document, random) => setBypassed(document, [pick(nodePaths(document), random)], random(2) === 0),
  (document, random) =>
    rename(document, pick(nodePaths(document), random), {
      id: pick(['a', 'blocks.0', 'blocks.3', 'x_1'], random),
      title: 'T',
    }),
  (document, random) => duplicateNodes(document, [pick(nodePaths(document), random)]).document,
  (document, random) =>
    pasteNodes(
      document,
      pick(graphPaths(document), random),
      copyNodes(document, [pick(nodePaths(document), random)]),
      { x: 1, y: 2 },
    ).document,
  (document, random) => {
    const path = pick(graphPaths(document), random)
    const ids = (idsOf(document, path) ?? []).filter(() => random(2) === 0)
    return groupNodes(
      document,
      ids.map((id) => [...path, id]),
    ).document
  },
  (document, random) => ungroup(document, pick(nodePaths(document), random)).document,
  (document, random) => makeShared(document, pick(nodePaths(document), random)),
  (document, random) =>
    useShared(document, pick(nodePaths(document), random), pick(Object.keys(document.definitions), random)),
  (document, random) =>
    makeUnique(document, pick(nodePaths(document), random), random(2) === 0 ? undefined : random(4)).document,
  (document, random) => splitRepeat(document, pick(nodePaths(document), random)).document,
  (document, random) => {
    const group = pick(graphPaths(document).slice(1), random)
    const inner = pick(
      nodePaths(document).filter((path) => path.length > group.length),
      random,
    )
    return setOverride(document, group, random(3), inner.slice(group.length).join('/'), {
      attrs: { dim: random(9) },
      module: pick(modules, random).id,
    })
  },
  (document, random) => clearOverride(document, pick(graphPaths(document).slice(1), random), random(3)),
  (document, random) =>
    moveNodes(document, [], { [pick(idsOf(document) ?? [], random)]: { x: random(100), y: 0 } }),
  (document, random) =>
    setKey(document, pick(nodePaths(document), random), pick(['', 'k', undefined], random)),
]

function pick<T>(items: readonly T[], random: (count: number) => number): T {
  if (items.length === 0) throw new EditError('There is nothing to choose from.')
  return items[random(items.length)] as T
}

/** Freezes everything, so that an edit in place would throw. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(frozen)
  }
  return value
}

test('random edits keep a document valid, and never touch the old one', () => {
  const done = new Set<number>()
  const starts = [caformer, makeShared(vit, ['blocks.0'], 'Block'), presetDocument('resnet18')]
  fc.assert(
    fc.property(
      fc.constantFrom(...starts),
      fc.array(fc.tuple(fc.nat(edits.length - 1), fc.infiniteStream(fc.nat(0x7fffffff))), {
        minLength: 5,
        maxLength: 25,
      }),
      (start, steps) => {
        let document = frozen(start)
        for (const [which, numbers] of steps) {
          const random = (count: number) => numbers.next().value % Math.max(1, count)
          try {
            document = frozen((edits[which] as Edit)(document, random))
            done.add(which)
          } catch (error) {
            if (!(error instanceof EditError)) throw error
            expect(error.message).toMatch(/^\S.*[.]$/)
          }
        }
        expect(parseDocument(serializeDocument(document))).toEqual(document)
        expect([...allBodies(document)].length).toBeGreaterThan(0)
        expect(lower(document).diagnostics.filter(({ code }) => code === 'INTERNAL')).toEqual([])
      },
    ),
    { numRuns: 150 },
  )
  // Every edit went through at least once.
  expect(edits.map((_, index) => index).filter((index) => !done.has(index))).toEqual([])
})

test('a path is its text', () => {
  expect(pathOf('a/b')).toEqual(['a', 'b'])
  expect(pathOf('')).toEqual([])
})
