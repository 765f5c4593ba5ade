import { beforeEach, expect, test, vi } from 'vitest'
import { setName } from '../../engine/index'
import { presetDocument } from '../testing/presetDocument'
import { historyLength, isEdited, useDocumentStore } from './documentStore'

const store = () => useDocumentStore.getState()
const rename = (name: string, gesture?: string) =>
  store().apply(`Rename to ${name}`, (document) => setName(document, name), gesture)

beforeEach(() => {
  vi.useRealTimers()
  const document = presetDocument('vit_tiny_patch16_224')
  useDocumentStore.setState({ document, past: [], future: [], preview: null, opened: document })
  store().endGesture()
})

test('undo brings back the very document from before the edit', () => {
  const before = store().document
  rename('A')
  rename('B')
  store().undo()
  store().undo()
  expect(store().document).toBe(before)
})

test('redo makes the edits again, until another edit is made', () => {
  rename('A')
  store().undo()
  store().redo()
  expect(store().document.name).toBe('A')
  store().undo()
  rename('B')
  expect(store().future).toEqual([])
})

test('an edit that changes nothing makes no history', () => {
  store().apply('Nothing', (document) => document)
  expect(store().past).toEqual([])
})

test('an edit that fails changes nothing and tells its caller', () => {
  const before = store().document
  expect(() =>
    store().apply('Fail', () => {
      throw new Error('no')
    }),
  ).toThrow('no')
  expect(store().document).toBe(before)
  expect(store().past).toEqual([])
})

test('a gesture is one entry, named after what it did last', () => {
  const before = store().document
  for (const name of ['A', 'B', 'C']) rename(name, 'typing')
  expect(store().past.map((entry) => entry.label)).toEqual(['Rename to C'])
  store().undo()
  expect(store().document).toBe(before)
})

test('two gestures are two entries', () => {
  rename('A', 'typing')
  store().endGesture()
  rename('B', 'typing')
  rename('C', 'another')
  expect(store().past).toHaveLength(3)
})

test('a long pause ends a gesture by itself', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  rename('A', 'typing')
  vi.advanceTimersByTime(10_000)
  rename('B', 'typing')
  expect(store().past).toHaveLength(2)
})

test('opening a design keeps the one before one undo away', () => {
  const before = store().document
  store().open(presetDocument('resnet18'), 'Open ResNet-18', 'preset')
  expect(isEdited(store())).toBe(false)
  store().undo()
  expect(store().document).toBe(before)
})

test('a preview is shown without a trace in the history, and any edit ends it', () => {
  store().showPreview(presetDocument('resnet18'))
  expect(store().past).toEqual([])
  rename('A')
  expect(store().preview).toBeNull()
})

test('the history is bounded', () => {
  for (let index = 0; index < historyLength + 20; index++) rename(`Name ${index}`)
  expect(store().past).toHaveLength(historyLength)
})

test('a design is edited until it is again what was opened', () => {
  rename('A')
  expect(isEdited(store())).toBe(true)
  store().undo()
  expect(isEdited(store())).toBe(false)
})

test('undoing the opening of a shared design brings back whose design it was', () => {
  useDocumentStore.setState({ origin: 'own' })
  store().open(presetDocument('resnet18'), 'Open shared design', 'shared')
  expect(store().origin).toBe('shared')
  store().undo()
  expect(store().origin).toBe('own')
})
