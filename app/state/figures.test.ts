import { expect, test } from 'vitest'
import { replaceModule, setAttributes } from '../../engine/index'
import { presetDocument } from '../testing/presetDocument'
import { announcementOf } from './announcements'
import { useDocumentStore } from './documentStore'
import { documentBefore, figuresOf } from './figures'
import { pathOf } from './paths'

const caformer = presetDocument('caformer_s18')
const attention = pathOf('stages.2/blocks.0/token_mixer')
const withPooling = replaceModule(caformer, attention, 'pooling')

test('figures are those of the golden table', () => {
  expect(figuresOf(caformer)).toMatchObject({ params: 26_341_656, isComplete: true, upTo: null })
})

test('a broken design has figures up to where it breaks', () => {
  const broken = setAttributes(caformer, attention, { heads: 12 })
  expect(figuresOf(broken)).toMatchObject({ isComplete: false, upTo: 'Stage 3' })
})

test('what an edit or an undo is compared with is the document on its other side', () => {
  const { open, apply, undo } = useDocumentStore.getState()
  open(caformer, 'Open', 'preset')
  apply('Replace', () => withPooling)
  expect(documentBefore(useDocumentStore.getState())).toBe(caformer)
  undo()
  expect(documentBefore(useDocumentStore.getState())).toBe(withPooling)
})

test('a change is announced in one sentence with its figures', () => {
  const { open, apply } = useDocumentStore.getState()
  open(caformer, 'Open', 'preset')
  apply('Replace Self-attention by Pooling', () => withPooling)
  expect(announcementOf(useDocumentStore.getState()).replaceAll('\u2009', ' ')).toBe(
    'Replace Self-attention by Pooling: 22.66 M parameters, −3.69 M; 3.16 G MACs, −943.8 M.',
  )
})
