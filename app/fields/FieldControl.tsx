import type { AttributeValue } from '../../engine/index'
import { Select } from '../ui/Select'
import { Stepper } from '../ui/Stepper'
import { Switch } from '../ui/Switch'
import { AutoIntField } from './AutoIntField'
import type { FieldProps } from './fieldProps'
import { SlotField } from './SlotField'

/** One control per kind of field. */
export function FieldControl(props: FieldProps) {
  const { id, field, value, problem, onChange, onGestureEnd } = props
  switch (field.kind) {
    case 'int':
      if (field.auto !== undefined) return <AutoIntField {...props} field={field} />
      return (
        <Stepper
          id={id}
          label={field.label}
          value={numberOf(value, field.default ?? field.min)}
          min={field.min}
          max={field.max}
          step={field.step ?? 1}
          problem={problem}
          onChange={onChange}
          onGestureEnd={onGestureEnd}
        />
      )
    case 'number':
      return (
        <Stepper
          id={id}
          label={field.label}
          value={numberOf(value, field.default)}
          min={field.min}
          max={field.max}
          step={stepOf(numberOf(value, field.default))}
          isFractional
          print={printNumber}
          problem={problem}
          onChange={onChange}
          onGestureEnd={onGestureEnd}
        />
      )
    case 'flag':
      return <Switch id={id} label={field.label} checked={value === true} onChange={onChange} />
    case 'choice':
      return (
        <Select
          id={id}
          label={field.label}
          value={String(value)}
          options={field.options}
          onChange={onChange}
        />
      )
    case 'slot':
      return <SlotField {...props} field={field} />
    default:
      return field satisfies never
  }
}

const numberOf = (value: AttributeValue, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise

/** Ratios go by halves, small factors by tenths, epsilons by themselves. */
const stepOf = (value: number): number =>
  Math.abs(value) >= 1 ? 0.5 : Math.abs(value) >= 0.05 ? 0.05 : Math.abs(value) || 0.05

const printNumber = (value: number): string =>
  value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential().replace('e-', 'e−') : String(value)
