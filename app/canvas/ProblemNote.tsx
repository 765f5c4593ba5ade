import { NodeToolbar, Position, useStore } from '@xyflow/react'
import { CircleAlert, X } from 'lucide-react'
import { edit } from '../commands/edit'
import { errorsOf, useAnalysis } from '../state/derived'
import { useSessionStore } from '../state/sessionStore'
import { Button } from '../ui/Button'
import { IconButton } from '../ui/IconButton'
import { useCanvasStore } from './canvasStore'
import { problemId } from './ProblemBadge'
import './ProblemNote.css'
import type { Scene } from './scene'

/** At the first wrong node in view: what is wrong in one sentence, and at most two ways out. */
export function ProblemNote({ scene }: { readonly scene: Scene }) {
  const analysis = useAnalysis()
  const dismissed = useCanvasStore((state) => state.dismissed)
  const dismiss = useCanvasStore((state) => state.dismiss)
  const isBusy = useSessionStore((state) => state.drag !== null || state.connecting !== null)
  const selection = useSessionStore((state) => state.selection)
  const shown = errorsOf(analysis).filter(
    (problem) => !dismissed.has(problemId(problem)) && scene.items.some((item) => item.id === problem.path),
  )
  const problem = shown.find((candidate) => selection.includes(candidate.path)) ?? shown[0]
  const rect = scene.items.find((item) => item.id === problem?.path)?.rect
  // Above there is room unless the node is at the top of the view.
  const isNearTop = useStore(({ transform: [, y, zoom] }) => (rect ? rect.y * zoom + y < 110 : false))
  if (!problem || !rect || isBusy) return null
  return (
    <NodeToolbar
      nodeId={problem.path}
      isVisible
      position={isNearTop ? Position.Bottom : Position.Top}
      offset={16}
    >
      <section className="problem-note" aria-label={`Problem: ${problem.title}`} data-problem={problem.code}>
        <header className="problem-head">
          <CircleAlert size={15} strokeWidth={1.8} aria-hidden="true" />
          <span className="problem-title">{problem.title}</span>
          <code className="problem-code">{problem.code}</code>
          <IconButton
            label="Close this note"
            className="problem-close"
            onClick={() => dismiss(problemId(problem), true)}
          >
            <X size={13} strokeWidth={1.6} aria-hidden="true" />
          </IconButton>
        </header>
        <p className="problem-message">{problem.message}</p>
        {problem.fixes.length > 0 && (
          <div className="problem-fixes">
            {problem.fixes.slice(0, 2).map((fix, index) => (
              <Button
                key={fix.label}
                look={index === 0 ? 'filled' : 'outlined'}
                onClick={() => edit(fix.label, fix.apply)}
              >
                {fix.label}
              </Button>
            ))}
          </div>
        )}
      </section>
    </NodeToolbar>
  )
}
