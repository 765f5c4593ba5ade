import { beforeAll, beforeEach, expect, test } from 'vitest'
import { findBody, IN, OUT } from '../../engine/index'
import { modules } from '../../engine/parts'
import { loadCatalogue } from '../state/catalogue'
import { analysisOf, errorsOf } from '../state/derived'
import { useDocumentStore } from '../state/documentStore'
import { figuresOf } from '../state/figures'
import { edgeKey, pathOf } from '../state/paths'
import { useSessionStore } from '../state/sessionStore'
import { presetDocument } from '../testing/presetDocument'
import { legalTargets, place, placeAfterSelection, trial } from './place'
import { templates } from './templates'

beforeAll(loadCatalogue)

const caformer = presetDocument('caformer_s18')
const mixer = 'stages.2/blocks.0/token_mixer'
const pooling = { kind: 'module', module: 'pooling' } as const
const design = () => useDocumentStore.getState().document

beforeEach(() => {
  useDocumentStore.setState({ document: caformer, past: [], future: [], preview: null })
  useSessionStore.getState().select([])
  useSessionStore.getState().openLens(null)
})

test('a mixer can take the place of the four mixers of CAFormer and of nothing else', () => {
  const { replace } = legalTargets(caformer, pooling)
  expect([...replace].sort()).toEqual([0, 1, 2, 3].map((stage) => `stages.${stage}/blocks.0/token_mixer`))
})

test('a merge needs two inputs, so no edge takes it', () => {
  expect(legalTargets(caformer, { kind: 'module', module: 'add' }).insert.size).toBe(0)
})

test('replacing the mixer of stage 3 gives the analysed figures and keeps the wiring', () => {
  const edges = findBody(caformer, pathOf('stages.2/blocks.0'))?.edges
  expect(place(pooling, { kind: 'replace', path: mixer })).toBe(true)
  expect(figuresOf(design()).params).toBe(26_341_656 - 9 * 409_600)
  expect(findBody(design(), pathOf('stages.2/blocks.0'))?.edges).toEqual(edges)
  expect(useSessionStore.getState().selection).toEqual([mixer])
})

test('an override replaces the mixer in one block only', () => {
  place(pooling, { kind: 'replace', path: mixer }, { group: 'stages.2/blocks.0', index: 4 })
  expect(figuresOf(design()).params).toBe(26_341_656 - 409_600)
})

test('what is put on an edge stands between its ends', () => {
  const edge = findBody(caformer, pathOf('stages.2'))?.edges.find((candidate) => candidate.to === OUT)
  expect(edge).toBeDefined()
  if (!edge) return
  place({ kind: 'module', module: 'layerNorm' }, { kind: 'insert', graph: 'stages.2', edge })
  const edges = findBody(design(), pathOf('stages.2'))?.edges ?? []
  const into = edges.find((candidate) => candidate.to === OUT)
  expect(into?.from).not.toBe(edge.from)
  expect(edges.find((candidate) => candidate.to === into?.from)?.from).toBe(edge.from)
  expect(errorsOf(analysisOf(design()))).toEqual([])
})

test('a trial says what would not fit, and changes nothing', () => {
  const edge = findBody(caformer, [])?.edges.find((candidate) => candidate.from === IN)
  expect(edge).toBeDefined()
  if (!edge) return
  const tried = trial(caformer, { kind: 'module', module: 'poolHead' }, { kind: 'insert', graph: '', edge })
  expect(tried.kind).not.toBe('fits')
  expect(design()).toBe(caformer)
})

test('without a selection, what is taken from the palette goes to the end', () => {
  useSessionStore.getState().openLens('stages.3')
  placeAfterSelection({ kind: 'module', module: 'identity' })
  const [path] = useSessionStore.getState().selection
  expect(path).toMatch(/^stages\.3\//)
  expect(figuresOf(design()).isComplete).toBe(true)
})

test('after a selected node, its followers follow the new one', () => {
  useSessionStore.getState().select(['stages.2/blocks.0/norm1'])
  placeAfterSelection({ kind: 'module', module: 'identity' })
  const body = findBody(design(), pathOf('stages.2/blocks.0'))
  const added = useSessionStore.getState().selection[0]?.split('/').at(-1)
  expect(body?.edges).toContainEqual({ from: 'norm1', to: added })
  expect(body?.edges).toContainEqual({ from: added, to: 'token_mixer' })
})

test.each(templates.map((template) => [template.id, template] as const))(
  'the block %s is in its preset',
  (_, template) => {
    expect(JSON.stringify(template.fragment()).length).toBeGreaterThan(100)
  },
)

test('a MetaFormer block put on an edge of a stage runs at that stage’s width', () => {
  const edge = findBody(caformer, pathOf('stages.1'))?.edges.find((candidate) => candidate.to === OUT)
  if (!edge) throw new Error('stage 2 has no output')
  const isPlaced = place(
    { kind: 'template', template: 'metaformer' },
    { kind: 'insert', graph: 'stages.1', edge },
  )
  expect(isPlaced).toBe(true)
  expect(errorsOf(analysisOf(design()))).toEqual([])
  expect(figuresOf(design()).isComplete).toBe(true)
})

test('every module that can stand on an edge is offered edges', () => {
  for (const definition of modules) {
    const { insert } = legalTargets(caformer, { kind: 'module', module: definition.id })
    expect(insert.size > 0).toBe(definition.inputs.length === 1 && !definition.inputs[0]?.endsWith('…'))
  }
})

test('an edge is known by its ends and its port', () => {
  expect(edgeKey({ graph: 'a', edge: { from: 'x', to: 'y', port: 1 } })).not.toBe(
    edgeKey({ graph: 'a', edge: { from: 'x', to: 'y' } }),
  )
})
