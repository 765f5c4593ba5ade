import { ArrowRight } from 'lucide-react'
import './Delta.css'

interface DeltaProps {
  /** Figure before, already printed; null when there is none to compare with. */
  readonly before: string | null
  readonly now: string
  readonly difference: string | null
  readonly name: string
  /** A measured figure, drawn beside its spread. */
  readonly note?: string
  /** `flash`: just changed. `preview`: would become. */
  readonly state?: 'rest' | 'flash' | 'preview'
}

/** `22.66 -> 26.34 M params +3.69 M`: old and new side by side, neutral in colour; bigger is not worse. */
export function Delta({ before, now, difference, name, note, state = 'rest' }: DeltaProps) {
  const isChanged = before !== null && state !== 'rest'
  return (
    <span className="delta" data-state={state}>
      {isChanged && (
        <span className="delta-before">
          {before}
          <ArrowRight size={11} strokeWidth={1.6} aria-label="to" />
        </span>
      )}
      <span className="delta-now">{now}</span>
      <span className="delta-name">{name}</span>
      {isChanged && difference !== null && <span className="delta-difference">{difference}</span>}
      {note !== undefined && <span className="delta-note">{note}</span>}
    </span>
  )
}
