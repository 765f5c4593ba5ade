/** The four first steps: ticked by doing them, in any order; the strip stays away once it was closed. */
import { create } from 'zustand'
import { useAttentionStore } from './attentionStore'
import { useDocumentStore } from './documentStore'
import { recall, remember } from './theme'

export type FirstStep = 'replace' | 'look' | 'repeat' | 'copy'

export const firstSteps: readonly {
  readonly id: FirstStep
  readonly title: string
  readonly hint: string
}[] = [
  { id: 'replace', title: 'Drop a mixer on the slot', hint: 'Or select it and press R' },
  { id: 'look', title: 'Hover the picture', hint: 'Each head answers for it' },
  { id: 'repeat', title: 'Change a repeat count', hint: '×9 above the block, or in the inspector' },
  { id: 'copy', title: 'Copy the link', hint: 'It holds the whole design' },
]

const storageKey = 'vertebra.firstRun'

interface FirstRunState {
  readonly isOpen: boolean
  readonly done: readonly FirstStep[]
}

export const useFirstRunStore = create<FirstRunState>()(() => ({
  isOpen: recall(storageKey) !== 'closed',
  done: [],
}))

export function completeStep(step: FirstStep): void {
  const { done } = useFirstRunStore.getState()
  if (!done.includes(step)) useFirstRunStore.setState({ done: [...done, step] })
}

export function closeFirstRun(): void {
  useFirstRunStore.setState({ isOpen: false })
  remember(storageKey, 'closed')
}

export const replayFirstRun = (): void => useFirstRunStore.setState({ isOpen: true, done: [] })

/** Returns a function that stops it. */
export function watchFirstSteps(): () => void {
  const stopDocument = useDocumentStore.subscribe(({ document, lastChange }, before) => {
    if (document === before.document || lastChange.kind !== 'edit') return
    if (lastChange.label.startsWith('Replace')) completeStep('replace')
    if (lastChange.label.startsWith('Repeat')) completeStep('repeat')
  })
  const stopLooking = useAttentionStore.subscribe(({ hovered, first }, before) => {
    if (hovered !== before.hovered || first !== before.first) completeStep('look')
  })
  return () => {
    stopDocument()
    stopLooking()
  }
}
