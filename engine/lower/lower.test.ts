import { expect, test } from 'vitest'
import type { NodePath } from '../document/address'
import {
  addNode,
  rename,
  replaceModule,
  setAttributes,
  setBypassed,
  setInput,
  setKey,
  setRepeat,
} from '../document/nodes'
import { setOverride } from '../document/overrides'
import { emptyDocument } from '../document/serialize'
import { type Document, type DocumentNode, type Edge, type GroupNode, IN, OUT } from '../document/types'
import { connect, disconnect } from '../document/wiring'
import { findPreset } from '../presets'
import { chain, group, module, Sketch } from '../presets/sketch'
import { connectionProblem } from './connectionProblem'
import { lower } from './lower'
import type { Lowered } from './lowered'

const presetDocument = (id: string): Document => {
  const preset = findPreset(id)
  if (!preset) throw new Error(`no preset ${id}`)
  return preset.document
}

const documentOf = (graph: Document['graph'], size = 32): Document => ({
  ...emptyDocument(),
  input: { height: size, width: size, channels: 3 },
  graph,
})
const chained = (...nodes: readonly DocumentNode[]): Document => documentOf(chain(...nodes))
const withEdges = (nodes: readonly DocumentNode[], edges: readonly Edge[]): Document =>
  documentOf({ nodes, edges })

const stem = module('stem', 'patchStem', { dim: 8, patchSize: 4, flatten: false })
const attentionStage = 'stages.2/blocks.0/token_mixer'

const statusOf = (lowered: Lowered) =>
  Object.fromEntries(
    [...lowered.nodes].map(([path, facts]) => [
      path,
      facts.waitsFor ? `waits for ${facts.waitsFor}` : facts.status,
    ]),
  )
const problemsOf = (lowered: Lowered) =>
  lowered.diagnostics.map(({ code, path, message }) => `${code} ${path}: ${message}`)
const paramsOf = (lowered: Lowered) =>
  lowered.graph.nodes.flatMap((node) => (node.op === 'param' ? [node.attrs.name] : []))

function mend(document: Document, index = 0): Document {
  const [diagnostic] = lower(document).diagnostics
  const fix = diagnostic?.fixes[index]
  if (!fix) throw new Error('there is no such fix')
  return fix.apply(document)
}
const labelsOf = (document: Document) => lower(document).diagnostics[0]?.fixes.map(({ label }) => label)

// --- names ---------------------------------------------------------------------------------------------------------------

test('instances of a repeated group are numbered on, in paths and in weights', () => {
  const lowered = lower(presetDocument('caformer_s18'))
  expect(lowered.nodes.get(attentionStage)?.instancePaths).toEqual(
    Array.from({ length: 9 }, (_, index) => `stages.2/blocks.${index}/token_mixer`),
  )
  expect(paramsOf(lowered)).toContain('stages.2.blocks.8.token_mixer.qkv.weight')
  const scope = lowered.graph.scopes[lowered.scopes.get('stages.2/blocks.3/token_mixer') ?? -1]
  expect(scope?.key).toBe('stages.2.blocks.3.token_mixer')
  expect(lowered.graph.nodes[scope?.output ?? -1]?.shape).toEqual([1, 14, 14, 320])
})

test('a group without a number gets one per instance, and an empty key adds nothing', () => {
  const body = chain(module('norm', 'layerNorm'))
  const lowered = lower(
    chained(
      stem,
      group('layer', 2, body),
      group({ id: 'rest', key: '' }, 2, body),
      group({ id: 'one', key: '' }, 1, chain(module('last', 'layerNorm'))),
    ),
  )
  expect(lowered.diagnostics).toEqual([])
  expect(paramsOf(lowered).filter((name) => name.endsWith('.weight'))).toEqual([
    'stem.proj.weight',
    'layer.0.norm.weight',
    'layer.1.norm.weight',
    '0.norm.weight',
    '1.norm.weight',
    'last.weight',
  ])
})

test('renames inside a module reach its weights', () => {
  const lowered = lower(chained({ ...stem, key: 'patch', keys: { proj: '' } } as DocumentNode))
  expect(paramsOf(lowered)).toEqual(['patch.weight', 'patch.bias'])
})

test('values by name go to their weights', () => {
  const lowered = lower(chained(stem), { values: new Map([['stem.proj.bias', { a: 5, b: 0 }]]), batch: 2 })
  const bias = lowered.graph.nodes.find((node) => node.op === 'param' && node.attrs.name === 'stem.proj.bias')
  expect(bias?.attrs).toMatchObject({ a: 5, b: 0 })
  expect(lowered.nodes.get('stem')?.output).toEqual([2, 8, 8, 8])
})

test('two nodes that keep their weights under one name are told', () => {
  const document = chained(stem, module('a', 'layerNorm'), module({ id: 'b', key: 'a' }, 'layerNorm'))
  const lowered = lower(document)
  expect(problemsOf(lowered)).toEqual([
    'NAME_CLASH b: B and a both keep a weight called a.weight, so they share it; give one of them another name.',
  ])
  expect(lowered.output).not.toBeNull()
  expect(labelsOf(document)?.[0]).toBe('Name its weights b')
  expect(lower(mend(document)).diagnostics).toEqual([])
})

test('weights of one name and different shapes are an error', () => {
  const document = chained(
    stem,
    module('a', 'linear', { dim: 4 }),
    module({ id: 'b', key: 'a' }, 'linear', { dim: 5 }),
  )
  expect(lower(document).diagnostics[0]).toMatchObject({ code: 'NAME_CLASH', path: 'b', severity: 'error' })
  expect(lower(mend(document)).diagnostics).toEqual([])
})

// --- what follows an error -------------------------------------------------------------------------------------------------

test('what comes before an error keeps its shapes, what comes after waits', () => {
  const document = setAttributes(presetDocument('caformer_s18'), path(attentionStage), { heads: 7 })
  const lowered = lower(document)
  expect(problemsOf(lowered)).toEqual([
    `HEADS_DIVIDE ${attentionStage}: Attention: 320 channels do not split into 7 heads; choose 4, 5, 8 or 10 heads.`,
  ])
  expect(lowered.output).toBeNull()
  expect(statusOf(lowered)).toMatchObject({
    'stages.1': 'ok',
    'stages.2': 'error',
    'stages.2/downsample': 'ok',
    'stages.2/blocks.0': 'error',
    'stages.2/blocks.0/norm1': 'ok',
    [attentionStage]: 'error',
    'stages.2/blocks.0/add1': `waits for ${attentionStage}`,
    'stages.2/blocks.0/mlp': `waits for ${attentionStage}`,
    'stages.3': 'waits for stages.2',
    'stages.3/blocks.0/mlp': 'waits for stages.2',
    head: 'waits for stages.2',
  })
  expect(lowered.nodes.get('stages.2/blocks.0/norm1')?.output).toEqual([1, 14, 14, 320])
})

test('a problem in nine instances is said once', () => {
  const document = replaceModule(presetDocument('caformer_s18'), path(attentionStage), 'classTokenHead')
  expect(lower(document).diagnostics.map(({ code }) => code)).toEqual(['RANK'])
})

test('an override that breaks one instance leaves those before it', () => {
  const document = setOverride(presetDocument('caformer_s18'), ['stages.2', 'blocks.0'], 4, 'token_mixer', {
    attrs: { heads: 7 },
  })
  const lowered = lower(document)
  expect(lowered.diagnostics[0]).toMatchObject({
    path: attentionStage,
    instance: 'stages.2/blocks.4/token_mixer',
  })
  expect(lowered.nodes.get(attentionStage)?.instancePaths).toHaveLength(4)
  expect(lowered.nodes.get(attentionStage)?.status).toBe('error')
  expect(lowered.diagnostics[0]?.fixes[0]?.label).toBe('Let Self-attention of instance 4 follow the others')
})

test('only what is whole takes part', () => {
  const document = setAttributes(presetDocument('caformer_s18'), path(attentionStage), { heads: 7 })
  const { graph, isLive, scopes } = lower(document)
  expect(scopes.has('stages.2/blocks.0/token_mixer')).toBe(false)
  const half = graph.nodes.filter((node) =>
    graph.scopes[node.scope]?.path.startsWith('stages.2/blocks.0/token_mixer'),
  )
  expect(half.some((node) => isLive[node.id])).toBe(false)
  expect(
    graph.nodes.some(
      (node) => isLive[node.id] && graph.scopes[node.scope]?.path.startsWith('stages.2/downsample'),
    ),
  ).toBe(true)
})

// --- wiring ----------------------------------------------------------------------------------------------------------------

test('a loop is located and the rest is built', () => {
  const document = withEdges(
    [stem, module('a', 'add'), module('b', 'layerNorm'), module('c', 'layerNorm')],
    [
      { from: IN, to: 'stem' },
      { from: 'stem', to: 'a' },
      { from: 'c', to: 'a', port: 1 },
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' },
      { from: 'c', to: OUT },
    ],
  )
  const lowered = lower(document)
  expect(problemsOf(lowered)).toEqual([
    'CYCLE a: These links make a loop: Add, LayerNorm, LayerNorm wait for each other.',
  ])
  expect(statusOf(lowered)).toEqual({ stem: 'ok', a: 'error', b: 'waits for a', c: 'waits for a' })
  expect(lower(mend(document)).output).not.toBeNull()
})

test('a node that reads itself is a loop too', () => {
  const document = withEdges(
    [stem, module('a', 'add')],
    [
      { from: IN, to: 'stem' },
      { from: 'stem', to: 'a' },
      { from: 'a', to: 'a', port: 1 },
      { from: 'a', to: OUT },
    ],
  )
  expect(lower(document).diagnostics[0]?.message).toBe(
    'This link would make a loop: Add reads its own output.',
  )
})

test('a node that nothing is wired to is left out', () => {
  const { document } = addNode(presetDocument('resnet18'), [], { module: 'attention' })
  const lowered = lower(document)
  expect(lowered.output).not.toBeNull()
  expect(problemsOf(lowered)).toEqual([
    'DANGLING attention: Self-attention is not connected; it is left out of all totals.',
  ])
  expect(lowered.nodes.get('attention')?.status).toBe('unconnected')
  expect(lowered.diagnostics[0]?.severity).toBe('warning')
})

test('a loose end keeps its shape and is left out', () => {
  const { document } = addNode(chained(stem, module('norm', 'layerNorm')), [], {
    module: 'linear',
    attrs: { dim: 5 },
  })
  const lowered = lower(connect(document, [], { from: 'stem', to: 'linear' }))
  expect(problemsOf(lowered)).toEqual([
    'DANGLING linear: Nothing reads Linear; it is left out of all totals.',
  ])
  expect(lowered.nodes.get('linear')).toMatchObject({ status: 'unconnected', output: [1, 8, 8, 5] })
  const used = new Set(
    lowered.graph.nodes.flatMap((node) =>
      lowered.isLive[node.id] && node.op === 'param' ? [node.attrs.name] : [],
    ),
  )
  expect(used.has('linear.weight')).toBe(false)
})

test('a missing input is an error where something waits for it', () => {
  const document = disconnect(presetDocument('vit_tiny_patch16_224'), [], { from: IN, to: 'patch_embed' })
  const lowered = lower(document)
  expect(problemsOf(lowered)).toEqual([
    'DANGLING patch_embed: Patch embedding is not connected; everything after it waits.',
  ])
  expect(statusOf(lowered).head).toBe('waits for patch_embed')
  expect(labelsOf(document)?.[0]).toBe('Connect to the input')
  expect(lower(mend(document)).diagnostics).toEqual([])
})

test('an edge from nowhere leaves its input open', () => {
  const document = withEdges(
    [stem],
    [
      { from: 'gone', to: 'stem' },
      { from: 'stem', to: OUT },
    ],
  )
  expect(lower(document).diagnostics.map(({ code, path: at }) => `${code} ${at}`)).toEqual(['DANGLING stem'])
})

test('an open output is said, and everything before it counts', () => {
  const document = withEdges([stem], [{ from: IN, to: 'stem' }])
  const lowered = lower(document)
  expect(problemsOf(lowered)).toEqual(['DANGLING $out: Nothing is connected to the output.'])
  expect(lowered.nodes.get('stem')?.status).toBe('ok')
  expect(lowered.isLive.filter(Boolean).length).toBeGreaterThan(3)
  expect(labelsOf(document)?.[0]).toBe('Connect Patch embedding to the output')
})

test('a merge of one input is noted, and its branch is the first thing offered', () => {
  const document = disconnect(presetDocument('vit_tiny_patch16_224'), ['blocks.0'], {
    from: 'attn',
    to: 'add1',
    port: 1,
  })
  const merge = lower(document).diagnostics.find(({ path: at }) => at === 'blocks.0/add1')
  expect(merge?.message).toBe('Add has one input only and passes it on as it is.')
  expect(merge?.fixes[0]?.label).toBe('Connect to Self-attention')
})

test('an unknown module is kept, said, and can be gone around', () => {
  const document = chained(stem, module('x', 'holographicMixer', { beams: 3 }), module('norm', 'layerNorm'))
  const lowered = lower(document)
  expect(statusOf(lowered)).toEqual({ stem: 'ok', x: 'unknown', norm: 'waits for x' })
  expect(lowered.diagnostics[0]?.message).toMatch(
    /^This Vertebra does not know the module holographicMixer\./,
  )
  const mended = mend(document)
  expect(mended.graph.nodes[1]).toMatchObject({ module: 'holographicMixer', bypassed: true })
  expect(lower(mended).output).not.toBeNull()
})

test('a shared block that contains itself or is not there does not end in a crash', () => {
  const use = (name: string): GroupNode => ({ type: 'group', id: 'g', repeat: 1, use: name })
  const document = chained(stem, use('Loop'))
  expect(lower(document).diagnostics[0]?.code).toBe('UNKNOWN_MODULE')
  const endless = { ...document, definitions: { Loop: chain(use('Loop')) } }
  expect(lower(endless).output).toBeNull()
  expect(lower(endless).diagnostics.length).toBeGreaterThan(0)
})

// --- bypass, overrides, shared blocks ----------------------------------------------------------------------------------------

test('a bypassed node passes its first input on and costs nothing', () => {
  const document = setBypassed(presetDocument('caformer_s18'), [path(attentionStage)], true)
  const lowered = lower(document)
  expect(lowered.diagnostics).toEqual([])
  expect(lowered.nodes.get(attentionStage)).toMatchObject({
    instancePaths: [],
    output: [1, 14, 14, 320],
    status: 'ok',
  })
  expect(paramsOf(lowered).some((name) => name.includes('qkv') && name.startsWith('stages.2'))).toBe(false)
})

test('a bypassed group passes its input on', () => {
  const lowered = lower(setBypassed(presetDocument('caformer_s18'), [['stages.1']], true))
  expect(lowered.output).not.toBeNull()
  expect(lowered.nodes.get('stages.1')?.output).toEqual([1, 56, 56, 64])
})

test('an override changes one instance', () => {
  const blocks: NodePath = ['stages.2', 'blocks.0']
  const swapped = setOverride(presetDocument('caformer_s18'), blocks, 2, 'token_mixer', { module: 'pooling' })
  const document = setOverride(swapped, blocks, 3, 'mlp', { attrs: { mlpRatio: 2 } })
  const lowered = lower(document)
  expect(lowered.diagnostics).toEqual([])
  const names = paramsOf(lowered)
  expect(names.some((name) => name.startsWith('stages.2.blocks.2.token_mixer.qkv'))).toBe(false)
  expect(names.some((name) => name.startsWith('stages.2.blocks.1.token_mixer.qkv'))).toBe(true)
})

test('an outer override reaches through an inner group and wins over its own', () => {
  const inner: GroupNode = {
    ...group('inner.0', 2, chain(module('fc', 'linear', { dim: 8 }))),
    overrides: { '1': { fc: { attrs: { bias: false } } } },
  }
  const outer: GroupNode = {
    ...group('outer.0', 2, chain(inner)),
    overrides: { '1': { 'inner.0/fc': { attrs: { bias: true } } } },
  }
  const biases = paramsOf(lower(chained(stem, outer))).filter((name) => name.endsWith('fc.bias'))
  expect(biases).toEqual(['outer.0.inner.0.fc.bias', 'outer.1.inner.0.fc.bias', 'outer.1.inner.1.fc.bias'])
})

// --- fixes -----------------------------------------------------------------------------------------------------------------

test('widths that differ at an add: set the width, or project', () => {
  const sketch = new Sketch()
  const branch = sketch.chain(IN, module('a', 'patchStem', { dim: 8, patchSize: 4, flatten: false }))
  const other = sketch.chain(IN, module('b', 'patchStem', { dim: 12, patchSize: 4, flatten: false }))
  const document = documentOf(sketch.body(sketch.join(module('add', 'add'), branch, other)))
  const [diagnostic] = lower(document).diagnostics
  expect(diagnostic).toMatchObject({
    code: 'SHAPE_MISMATCH',
    path: 'add',
    message: 'Add needs shapes that fit together: 8×8×8 from Patch embedding, 8×8×12 from Patch embedding.',
    expected: [
      { what: 'Patch embedding', expected: '8×8×8', got: '8×8×8' },
      { what: 'Patch embedding', expected: '8×8×8', got: '8×8×12' },
    ],
  })
  expect(labelsOf(document)).toEqual([
    'Set dim of Patch embedding to 8',
    'Set dim of Patch embedding to 12',
    'Insert Linear 12 to 8',
  ])
  for (const index of [0, 1, 2]) expect(lower(mend(document, index)).diagnostics).toEqual([])
})

test('a block that widens its branch: the width is found inside, or a projection comes in', () => {
  const sketch = new Sketch()
  const out = sketch.residual(IN, 'add', [
    module('norm', 'layerNorm'),
    module('fc', 'linear', { dim: 24 }),
    module('act', 'gelu'),
  ])
  const document = chained(stem, group('blocks.0', 3, sketch.body(out)))
  expect(labelsOf(document)).toEqual([
    'Set dim of Linear to 8',
    'Set dim of Patch embedding to 24',
    'Insert Linear 24 to 8',
  ])
  expect(lower(mend(document)).diagnostics).toEqual([])
})

test('sides that differ at an add: bring the larger one down', () => {
  const sketch = new Sketch()
  const out = sketch.residual('stem', 'add', [module('down', 'convDownsample', { dim: 8 })])
  const document = documentOf({
    nodes: [stem, ...sketch.body(out).nodes],
    edges: [{ from: IN, to: 'stem' }, ...sketch.body(out).edges],
  })
  expect(labelsOf(document)?.slice(0, 2)).toEqual([
    'Insert Convolution 1×1, stride 2',
    'Insert Average pooling, stride 2',
  ])
  expect(lower(mend(document)).diagnostics).toEqual([])
})

test('tokens where a map is needed', () => {
  const document = chained(
    module('embed', 'patchStem', { dim: 8, patchSize: 4 }),
    module('conv', 'convolution', { dim: 8 }),
  )
  expect(lower(document).diagnostics[0]?.code).toBe('RANK')
  expect(labelsOf(document)?.[0]).toBe('Insert To map')
  expect(lower(mend(document)).diagnostics).toEqual([])
})

test('heads that do not divide: the nearest that do', () => {
  const document = chained(stem, module('mix', 'attention', { heads: 3 }))
  expect(labelsOf(document)).toEqual(['Set heads to 2', 'Set heads to 4', 'Set heads to 1'])
})

test('groups that do not divide', () => {
  const document = chained(stem, module('norm', 'groupNorm', { groups: 3 }))
  expect(lower(document).diagnostics[0]?.code).toBe('GROUPS_DIVIDE')
  expect(labelsOf(document)?.[0]).toMatch(/^Set groups to (2|4)$/)
})

test('a map that has become too small: without a downsampling, or with a larger picture', () => {
  const down = (index: number) => module(`down${index}`, 'averagePool')
  const document = chained(stem, ...[1, 2, 3, 4, 5].map(down))
  expect(lower(document).diagnostics[0]).toMatchObject({ code: 'TOO_SMALL', path: 'down4' })
  const labels = labelsOf(document)
  expect(labels?.[0]).toBe('Use a 128×128 picture')
  expect(lower(document).diagnostics[0]?.fixes.length).toBeGreaterThanOrEqual(2)
  expect(labelsOf(setInput(presetDocument('vit_tiny_patch16_224'), { height: 1, width: 1 }))?.[0]).toMatch(
    /^Use a \d+×\d+ picture$/,
  )
})

test('a fixed matrix at another size', () => {
  const document = chained(stem, module('mix', 'randomMixing', { tokens: 100 }))
  expect(lower(document).diagnostics[0]?.code).toBe('FIXED_SIZE')
  expect(labelsOf(document)?.slice(0, 2)).toEqual(['Set tokens to 64', 'Reset tokens'])
})

test('a setting out of range: the nearest value, or the default', () => {
  const document = chained(stem, module('mlp', 'mlp', { mlpRatio: 1000 }))
  expect(labelsOf(document)?.[0]).toMatch(/^Set .* to \d+$/)
  expect(labelsOf(chained(stem, module('mlp', 'mlp', { act: 'warp' })))?.[0]).toMatch(/^Reset /)
  expect(labelsOf(chained(stem, module('mlp', 'mlp', { sparkle: 2 })))?.[0]).toBe('Remove sparkle')
})

// --- connecting ------------------------------------------------------------------------------------------------------------

test('a link is refused for a loop, for a missing input, and for shapes that do not fit', () => {
  const document = presetDocument('vit_tiny_patch16_224')
  const block: NodePath = ['blocks.0']
  expect(connectionProblem(document, block, { from: 'mlp', to: 'norm1' })).toBe(
    'This link would make a loop.',
  )
  expect(connectionProblem(document, block, { from: 'norm1', to: 'mlp', port: 1 })).toBe(
    'MLP takes one input; there is no input 2.',
  )
  expect(connectionProblem(document, block, { from: 'norm1', to: 'mlp' })).toBeNull()
  expect(connectionProblem(document, [], { from: IN, to: 'head' })).toMatch(/needs tokens/)
  expect(connectionProblem(document, ['nowhere'], { from: IN, to: 'x' })).toBe(
    'There is no such group in this design.',
  )
})

// --- speed -----------------------------------------------------------------------------------------------------------------

test('edits of names and repeats are followed', () => {
  const renamed = rename(presetDocument('resnet18'), ['layer1'], { id: 'first' })
  expect([...lower(renamed).nodes.keys()]).toContain('first/0/conv1')
  expect(paramsOf(lower(setKey(renamed, ['first'], 'layer1')))).toEqual(
    paramsOf(lower(presetDocument('resnet18'))),
  )
  const deeper = setRepeat(presetDocument('vit_tiny_patch16_224'), ['blocks.0'], 20)
  expect(lower(deeper).nodes.get('blocks.0/attn')?.instancePaths).toHaveLength(20)
})

function path(text: string): NodePath {
  return text.split('/')
}

test('a bypassed merge passes its first input on, whatever became of the others', () => {
  const design = setBypassed(presetDocument('caformer_s18'), [['stages.3', 'blocks.0', 'add1']], true)
  const cut = disconnect(design, ['stages.3', 'blocks.0'], {
    from: 'token_mixer',
    to: 'add1',
    port: 1,
  })
  const { nodes, output } = lower(cut)
  expect(nodes.get('stages.3/blocks.0/add1')?.status).toBe('ok')
  expect(output).not.toBeNull()
})
