import { CircleAlert } from 'lucide-react'
import type { Diagnostic } from '../../../engine/index'
import { applyFix } from '../../commands/fixes'
import { Button } from '../../ui/Button'

/** A problem where it is: a title, one sentence, and at most two ways to mend it, the smallest first. */
export function Problem({ problem }: { readonly problem: Diagnostic }) {
  return (
    <div className="inspector-problem" data-severity={problem.severity} role="alert">
      <div className="inspector-problem-title">
        <CircleAlert size={15} strokeWidth={1.6} aria-hidden="true" />
        {problem.title}
        <span className="inspector-problem-code mono">{problem.code}</span>
      </div>
      <p>{problem.message}</p>
      {problem.fixes.length > 0 && (
        <div className="inspector-fixes">
          {problem.fixes.slice(0, 2).map((fix, index) => (
            <Button key={fix.label} look={index === 0 ? 'filled' : 'outlined'} onClick={() => applyFix(fix)}>
              {fix.label}
            </Button>
          ))}
        </div>
      )}
    </div>
  )
}
