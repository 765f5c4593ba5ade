import { cloneElement, type ReactElement, Suspense } from 'react'
import type { ModuleDefinition } from '../../../engine/index'
import { laterComponent } from '../../later'
import { useSessionStore } from '../../state/sessionStore'
import { type HintHandlers, useHint } from '../../ui/hint'

const ModuleFacts = laterComponent(async () => (await import('./ModuleFacts')).ModuleFacts)

interface ModuleCardProps {
  readonly definition: ModuleDefinition
  /** What the card explains while the pointer or the focus is on it. */
  readonly children: ReactElement<HintHandlers>
}

/** Formula, meaning, cost and paper of a module, beside its tile; the inspector says the same of a node. */
export function ModuleCard({ definition, children }: ModuleCardProps) {
  const content = (
    <Suspense fallback={definition.title}>
      <ModuleFacts definition={definition} />
    </Suspense>
  )
  const hint = useHint(() => ({ content, look: 'card', side: 'right' }), children.props)
  return cloneElement(children, {
    ...hint,
    // What is in the hand needs no card.
    onPointerEnter: (event) => {
      if (useSessionStore.getState().drag === null) hint.onPointerEnter?.(event)
    },
  })
}
