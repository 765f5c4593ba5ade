import { Minus, Plus } from 'lucide-react'
import { useEffect, useId, useState } from 'react'
import './Stepper.css'

interface StepperProps {
  readonly id?: string
  readonly label: string
  readonly value: number
  readonly min: number
  readonly max: number
  readonly step?: number
  /** Fractions are allowed. */
  readonly isFractional?: boolean
  /** How the value is printed when it is not being typed: `×9`. */
  readonly print?: (value: number) => string
  /** A wrong value keeps its red text and says why; nothing is corrected silently. */
  readonly problem?: string | null
  readonly size?: 'regular' | 'small'
  readonly onChange: (value: number) => void
  /** The pointer was released or the key let go: what follows is a new gesture. */
  readonly onGestureEnd?: () => void
}

/** A number with two buttons, arrow keys and free typing. */
export function Stepper({
  id,
  label,
  value,
  min,
  max,
  step = 1,
  isFractional = false,
  print = String,
  problem = null,
  size = 'regular',
  onChange,
  onGestureEnd,
}: StepperProps) {
  const [typed, setTyped] = useState<string | null>(null)
  const problemId = useId()
  const moveBy = (steps: number) => {
    const moved = Math.min(max, Math.max(min, tidy(value + steps * step)))
    setTyped(null)
    if (moved !== value) onChange(moved)
  }
  const commit = () => {
    if (typed === null) return
    setTyped(null)
    const parsed = Number(typed.replace(',', '.').replace('−', '-'))
    if (typed.trim() === '' || !Number.isFinite(parsed)) return
    const rounded = isFractional ? parsed : Math.round(parsed)
    if (rounded !== value) onChange(rounded)
    onGestureEnd?.()
  }
  // A new value from outside (undo, another selection) wins over what was half typed.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the value is the trigger
  useEffect(() => setTyped(null), [value])

  return (
    <div className={`stepper stepper-${size}`} data-invalid={problem !== null || undefined}>
      <StepButton
        label={`${label}: less`}
        isDisabled={value <= min}
        onStep={() => moveBy(-1)}
        onEnd={onGestureEnd}
      >
        <Minus size={12} strokeWidth={1.6} aria-hidden="true" />
      </StepButton>
      <input
        id={id}
        className="stepper-value"
        role="spinbutton"
        inputMode={isFractional ? 'decimal' : 'numeric'}
        autoComplete="off"
        spellCheck={false}
        aria-label={label}
        aria-valuenow={value}
        aria-valuemin={min}
        aria-valuemax={max}
        aria-invalid={problem !== null || undefined}
        aria-describedby={problem === null ? undefined : problemId}
        value={typed ?? print(value)}
        onFocus={(event) => {
          setTyped(String(value))
          event.target.select()
        }}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          const steps = stepsOfKey[event.key]
          if (steps !== undefined) {
            event.preventDefault()
            moveBy(steps * (event.shiftKey ? 10 : 1))
          } else if (event.key === 'Enter') commit()
          else if (event.key === 'Escape' && typed !== null) {
            setTyped(null)
            event.currentTarget.blur()
          }
        }}
        onKeyUp={(event) => event.key in stepsOfKey && onGestureEnd?.()}
      />
      <StepButton
        label={`${label}: more`}
        isDisabled={value >= max}
        onStep={() => moveBy(1)}
        onEnd={onGestureEnd}
      >
        <Plus size={12} strokeWidth={1.6} aria-hidden="true" />
      </StepButton>
      {problem !== null && (
        <span id={problemId} className="spoken">
          {problem}
        </span>
      )}
    </div>
  )
}

const stepsOfKey: { readonly [key: string]: number } = {
  ArrowUp: 1,
  ArrowDown: -1,
  PageUp: 10,
  PageDown: -10,
}

/** Sums of 0.1 come out as people write them. */
const tidy = (value: number): number => Number(value.toFixed(6))

interface StepButtonProps {
  readonly label: string
  readonly isDisabled: boolean
  readonly onStep: () => void
  readonly onEnd: (() => void) | undefined
  readonly children: React.ReactNode
}

function StepButton({ label, isDisabled, onStep, onEnd, children }: StepButtonProps) {
  return (
    <button
      type="button"
      className="stepper-button"
      aria-label={label}
      tabIndex={-1}
      disabled={isDisabled}
      onClick={() => {
        onStep()
        onEnd?.()
      }}
    >
      {children}
    </button>
  )
}
