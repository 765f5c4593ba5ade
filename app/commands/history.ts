import { Redo2, Undo2 } from 'lucide-react'
import { useDocumentStore } from '../state/documentStore'
import type { Command } from './command'

export const undo: Command = {
  id: 'undo',
  label: 'Undo',
  group: 'Edit',
  icon: Undo2,
  shortcuts: ['mod+z'],
  enabled: () => useDocumentStore.getState().past.length > 0,
  run: () => useDocumentStore.getState().undo(),
}

export const redo: Command = {
  id: 'redo',
  label: 'Redo',
  group: 'Edit',
  icon: Redo2,
  shortcuts: ['mod+shift+z', 'mod+y'],
  enabled: () => useDocumentStore.getState().future.length > 0,
  run: () => useDocumentStore.getState().redo(),
}
