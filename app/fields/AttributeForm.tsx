import { useId } from 'react'
import {
  type Attributes,
  type AttributeValue,
  completeAttributes,
  type Field,
  fieldProblem,
  type Schema,
  SchemaError,
} from '../../engine/index'
import { FieldControl } from './FieldControl'
import type { AttributeFormProps } from './fieldProps'
import './AttributeForm.css'

/** A form made from a schema: one control per kind of field, in the order of the schema. */
export function AttributeForm({ schema, attrs, automatic = {}, onChange, onGestureEnd }: AttributeFormProps) {
  const values = valuesOf(schema, attrs)
  const fields = Object.entries(schema).filter(([, field]) => isShown(field, values))
  return (
    <div className="attribute-form">
      {fields.map(([name, field]) => (
        <FieldRow
          key={name}
          name={name}
          field={field}
          value={values[name] ?? null}
          automatic={automatic[name]}
          onChange={(value) => onChange(name, value, labelOf(field, value))}
          onGestureEnd={onGestureEnd}
        />
      ))}
    </div>
  )
}

interface FieldRowProps {
  readonly name: string
  readonly field: Field
  readonly value: AttributeValue
  readonly automatic: string | undefined
  readonly onChange: (value: AttributeValue) => void
  readonly onGestureEnd: () => void
}

function FieldRow({ name, field, value, automatic, onChange, onGestureEnd }: FieldRowProps) {
  const id = useId()
  const problem = fieldProblem(field, value)
  return (
    <div className="attribute-field" data-attribute={name}>
      <div className="attribute-row">
        <label className="attribute-label" htmlFor={id} title={field.help}>
          {field.label}
        </label>
        <FieldControl
          id={id}
          field={field}
          value={value}
          automatic={automatic}
          problem={problem}
          form={AttributeForm}
          onChange={onChange}
          onGestureEnd={onGestureEnd}
        />
      </div>
      {problem !== null ? (
        <p className="attribute-note attribute-problem">{problem}</p>
      ) : (
        <Note field={field} value={value} />
      )}
    </div>
  )
}

/** How an automatic value comes about; else what the setting means. */
function Note({ field, value }: { readonly field: Field; readonly value: AttributeValue }) {
  const isAuto = field.kind === 'int' && value === null
  const text = isAuto ? `automatic: ${field.auto}` : field.help
  return text === undefined ? null : (
    <p className={`attribute-note ${isAuto ? 'attribute-reason' : ''}`}>{text}</p>
  )
}

/** Defaults under what is given, even where a value is not valid: the form must show what is there. */
function valuesOf(schema: Schema, attrs: Attributes): Attributes {
  try {
    return completeAttributes(schema, attrs)
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error
    return Object.fromEntries(
      Object.entries(schema).map(([name, field]) => [
        name,
        name in attrs ? (attrs[name] ?? null) : field.default,
      ]),
    )
  }
}

const isShown = (field: Field, values: Attributes): boolean =>
  field.when === undefined || values[field.when.field] === field.when.is

/** How the history calls the edit: `Heads to 12`. */
function labelOf(field: Field, value: AttributeValue): string {
  if (field.kind === 'flag') return `${field.label} ${value === true ? 'on' : 'off'}`
  if (value === null) return `${field.label} to auto`
  if (field.kind === 'choice') {
    return `${field.label} to ${field.options.find((option) => option.value === value)?.label ?? String(value)}`
  }
  return `${field.label} to ${typeof value === 'object' ? value.module : String(value)}`
}
