import { CircleAlert, Info, TriangleAlert } from 'lucide-react'
import type { Diagnostic, Fix } from '../../../engine/index'
import { analysisOf, useAnalysis } from '../../state/derived'
import { useDocumentStore } from '../../state/documentStore'
import { useRunStore } from '../../state/runStore'
import { useSessionStore } from '../../state/sessionStore'
import { Button } from '../../ui/Button'
import './ProblemsPanel.css'
import { runProblemOf } from './problemCount'

const icon = { size: 14, strokeWidth: 1.6, 'aria-hidden': true } as const

export function ProblemsPanel() {
  const { lowered } = useAnalysis()
  const runProblem = useRunStore(runProblemOf)
  const waiting = [...lowered.nodes.values()].filter(({ status }) => status === 'waiting')
  if (lowered.diagnostics.length === 0 && runProblem === null) {
    return <p className="problems-none muted">No problems: every shape fits.</p>
  }
  return (
    <ul className="problems" aria-label="Problems">
      {runProblem !== null && (
        <li className="problem">
          <CircleAlert {...icon} className="problems-error" />
          <span className="problems-path mono">run</span>
          <span className="problems-message">{runProblem}</span>
        </li>
      )}
      {lowered.diagnostics.map((problem) => (
        <Problem key={`${problem.path} ${problem.code} ${problem.message}`} problem={problem} />
      ))}
      {waiting.length > 0 && (
        <li className="problem">
          <Info {...icon} className="problems-note" />
          <span className="problems-path mono">
            {waiting.length === 1 ? waiting[0]?.path : `${waiting.length} nodes`}
          </span>
          <span className="problems-message muted">
            {waiting.length === 1 ? 'Waits' : 'Wait'} for what is broken before; everything upstream keeps its
            numbers.
          </span>
        </li>
      )}
    </ul>
  )
}

function Problem({ problem }: { readonly problem: Diagnostic }) {
  const { select, wishCamera } = useSessionStore.getState()
  const Icon = problem.severity === 'error' ? CircleAlert : TriangleAlert
  const show = () => {
    select([problem.path])
    wishCamera('show', problem.path)
  }
  return (
    <li className="problem" data-code={problem.code}>
      <Icon {...icon} className={`problems-${problem.severity}`} />
      <button type="button" className="problems-path mono" onClick={show}>
        {problem.path.replaceAll('/', '.')}
      </button>
      <span className="problems-message">
        {problem.message}
        {problem.expected.length > 0 && <ExpectedTable problem={problem} />}
      </span>
      <span className="problems-fixes">
        {problem.fixes.map((fix) => (
          <FixButton key={fix.label} fix={fix} />
        ))}
      </span>
    </li>
  )
}

/** Pressing repairs; resting on it shows the numbers that would follow. */
function FixButton({ fix }: { readonly fix: Fix }) {
  const preview = () => {
    const { document, showPreview } = useDocumentStore.getState()
    const fixed = fix.apply(document)
    analysisOf(fixed)
    showPreview(fixed)
  }
  const endPreview = () => useDocumentStore.getState().showPreview(null)
  return (
    <Button
      onPointerEnter={preview}
      onFocus={preview}
      onPointerLeave={endPreview}
      onBlur={endPreview}
      onClick={() => {
        endPreview()
        useDocumentStore.getState().apply(fix.label, (document) => fix.apply(document))
      }}
    >
      {fix.label}
    </Button>
  )
}

function ExpectedTable({ problem }: { readonly problem: Diagnostic }) {
  return (
    <table className="problems-expected" aria-label="Expected and got">
      <thead>
        <tr>
          <th scope="col" />
          <th scope="col">expected</th>
          <th scope="col">got</th>
        </tr>
      </thead>
      <tbody>
        {problem.expected.map(({ what, expected, got }) => (
          <tr key={what}>
            <th scope="row">{what}</th>
            <td className="mono">{expected}</td>
            <td className="mono" data-wrong={expected !== got || undefined}>
              {got}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
