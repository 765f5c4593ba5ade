import { Circle, CircleCheck, X } from 'lucide-react'
import { closeFirstRun, firstSteps, useFirstRunStore } from '../state/firstRun'
import { useSessionStore } from '../state/sessionStore'
import { useWidthClass } from '../state/widthClass'
import { IconButton } from '../ui/IconButton'
import './FirstRun.css'

/** One strip of four steps over the lens: no modal, ticked by doing, closable, back under `?`. */
export function FirstRun() {
  const { isOpen, done } = useFirstRunStore()
  const hasSelection = useSessionStore((state) => state.selection.length > 0)
  // Where space is short, the bar of the selected node lies here.
  const isCovered = useWidthClass() === 'medium' && hasSelection
  const isDockMaximised = useSessionStore((state) => state.isDockMaximised && state.panels.dock)
  if (!isOpen || isCovered || isDockMaximised || done.length === firstSteps.length) return null
  const next = firstSteps.find((step) => !done.includes(step.id))
  return (
    <aside className="first-run" aria-label="First steps">
      <ol className="first-run-steps">
        {firstSteps.map((step) => {
          const isDone = done.includes(step.id)
          const isNext = step === next
          return (
            <li
              key={step.id}
              className="first-run-step"
              data-state={isDone ? 'done' : isNext ? 'next' : 'later'}
            >
              {isDone ? (
                <CircleCheck size={15} strokeWidth={1.6} aria-label="Done" />
              ) : (
                <Circle size={15} strokeWidth={1.6} aria-label="To do" />
              )}
              <span>
                <span className="first-run-title">{step.title}</span>
                {(isNext || isDone) && <span className="first-run-hint">{isDone ? 'done' : step.hint}</span>}
              </span>
            </li>
          )
        })}
      </ol>
      <IconButton label="Close the first steps" side="top" onClick={closeFirstRun}>
        <X size={14} strokeWidth={1.6} aria-hidden="true" />
      </IconButton>
    </aside>
  )
}
