import { beforeEach, expect, test, vi } from 'vitest'
import { type Document, findNode, setAttributes } from '../../engine/index'
import { analysisOf, errorsOf } from '../state/derived'
import { useDocumentStore } from '../state/documentStore'
import { figuresOf } from '../state/figures'
import { pathOf } from '../state/paths'
import { useSessionStore } from '../state/sessionStore'
import { presetDocument } from '../testing/presetDocument'
import { applyFix } from './fixes'
import { commandById, commands, run } from './index'

const caformer = presetDocument('caformer_s18')
const mixer = 'stages.2/blocks.0/token_mixer'
const design = () => useDocumentStore.getState().document
const trained = (document: Document) => analysisOf(document).totals.params.trainable
const select = (...keys: string[]) => useSessionStore.getState().select(keys)

// Node 20 has no navigator; pages that may not use the clipboard have none on theirs.
vi.stubGlobal('navigator', {})

beforeEach(() => {
  useDocumentStore.setState({ document: caformer, past: [], future: [], preview: null })
  useSessionStore.setState({
    drag: null,
    connecting: null,
    instance: null,
    lens: null,
    root: '',
    picker: null,
    dialog: null,
  })
  select()
})

test('command ids are unique', () => {
  expect(new Set(commands.map((command) => command.id)).size).toBe(commands.length)
})

test('no two commands share a shortcut', () => {
  const shortcuts = commands.flatMap((command) => command.shortcuts ?? [])
  expect(shortcuts.filter((shortcut, index) => shortcuts.indexOf(shortcut) !== index)).toEqual([])
})

test('what needs a selection is not offered without one', () => {
  const needing = [
    'delete',
    'duplicate',
    'copy',
    'cut',
    'replaceType',
    'bypass',
    'freeze',
    'group',
    'ungroup',
  ]
  expect(needing.filter((id) => commandById(id).enabled?.() ?? true)).toEqual([])
})

test('deleting a mixer reconnects its neighbours', () => {
  select(mixer)
  run('delete')
  expect(findNode(design(), pathOf(mixer))).toBeUndefined()
  expect(figuresOf(design()).isComplete).toBe(true)
  run('undo')
  expect(design()).toBe(caformer)
})

test('bypassing twice is where one began, figures included', () => {
  select(mixer)
  run('bypass')
  expect(figuresOf(design()).params).toBe(26_341_656 - 9 * 409_600)
  run('bypass')
  expect(figuresOf(design())).toEqual(figuresOf(caformer))
})

test('frozen weights are no longer trained, until they are trained again', () => {
  select('stages.3')
  run('freeze')
  expect(trained(design())).toBe(26_341_656 - 10_918_726)
  expect(figuresOf(design()).params).toBe(figuresOf(caformer).params)
  run('freeze')
  expect(design()).toEqual(caformer)
})

test('duplicating selects the copy', () => {
  select('stages.2/blocks.0/mlp')
  run('duplicate')
  const [copy] = useSessionStore.getState().selection
  expect(copy).not.toBe('stages.2/blocks.0/mlp')
  expect(copy && findNode(design(), pathOf(copy))).toBeDefined()
})

test('cut and paste through the menu brings nodes back under new wiring', () => {
  select('stages.2/blocks.0/mlp')
  run('copy')
  select()
  useSessionStore.getState().openLens('stages.3')
  run('paste')
  const [pasted] = useSessionStore.getState().selection
  expect(pasted).toMatch(/^stages\.3\//)
})

test('grouping two nodes in a row and ungrouping them changes no figure', () => {
  select('stages.2/blocks.0/norm1', mixer)
  run('group')
  expect(figuresOf(design())).toEqual(figuresOf(caformer))
  run('ungroup')
  expect(figuresOf(design())).toEqual(figuresOf(caformer))
})

test('R asks what to take instead', () => {
  select(mixer)
  run('replaceType')
  expect(useSessionStore.getState().picker).toEqual({ kind: 'replace', path: mixer })
})

test('hiding all panels and showing them again brings back those that were there', () => {
  useSessionStore.getState().setPanels({ left: true, right: false, dock: true })
  run('focusMode')
  expect(useSessionStore.getState().panels).toEqual({ left: false, right: false, dock: false })
  run('focusMode')
  expect(useSessionStore.getState().panels).toEqual({ left: true, right: false, dock: true })
})

test('Esc lets go of one thing at a time, the innermost first', () => {
  useSessionStore.getState().openLens('stages.2')
  select(mixer)
  useSessionStore.getState().arm({ kind: 'module', module: 'pooling' })
  run('escape')
  expect(useSessionStore.getState()).toMatchObject({ drag: null, selection: [mixer], lens: 'stages.2' })
  run('escape')
  expect(useSessionStore.getState()).toMatchObject({ selection: [], lens: 'stages.2' })
  run('escape')
  expect(useSessionStore.getState().lens).toBeNull()
})

test('the first fix of a broken head count mends the design', () => {
  useDocumentStore
    .getState()
    .apply('Set heads to 12', (document) => setAttributes(document, pathOf(mixer), { heads: 12 }))
  const [problem] = errorsOf(analysisOf(design()))
  expect(problem?.code).toBe('HEADS_DIVIDE')
  const fix = problem?.fixes[0]
  expect(fix && applyFix(fix)).toBe(true)
  expect(errorsOf(analysisOf(design()))).toEqual([])
})
