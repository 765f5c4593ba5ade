import type { IntField } from '../../engine/index'
import { Stepper } from '../ui/Stepper'
import type { FieldProps } from './fieldProps'

/** A whole number that the input may decide: `auto`, or a number of one's own. */
export function AutoIntField({
  id,
  field,
  value,
  automatic,
  problem,
  onChange,
  onGestureEnd,
}: FieldProps<IntField>) {
  const isAuto = value === null
  const start = Number.parseInt(automatic ?? '', 10)
  const own = Number.isInteger(start) ? start : (field.default ?? field.min)
  return (
    <div className="attribute-auto">
      {isAuto ? (
        <span className="attribute-auto-value" title={field.auto}>
          {automatic ?? 'auto'}
        </span>
      ) : (
        <Stepper
          id={id}
          label={field.label}
          value={typeof value === 'number' ? value : own}
          min={field.min}
          max={field.max}
          step={field.step ?? 1}
          problem={problem}
          onChange={onChange}
          onGestureEnd={onGestureEnd}
        />
      )}
      <button
        {...(isAuto ? { id } : {})}
        type="button"
        className="attribute-auto-toggle"
        aria-pressed={isAuto}
        aria-label={`${field.label}: automatic`}
        title={field.auto}
        onClick={() => onChange(isAuto ? Math.min(field.max, Math.max(field.min, own)) : null)}
      >
        auto
      </button>
    </div>
  )
}
