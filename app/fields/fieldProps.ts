import type { ComponentType } from 'react'
import type { Attributes, AttributeValue, Field, Schema } from '../../engine/index'

/** What every control of a field gets. */
export interface FieldProps<F extends Field = Field> {
  readonly id: string
  readonly field: F
  readonly value: AttributeValue
  /** What an automatic value comes out as here. */
  readonly automatic: string | undefined
  readonly problem: string | null
  /** The form, for settings inside settings. */
  readonly form: ComponentType<AttributeFormProps>
  readonly onChange: (value: AttributeValue) => void
  readonly onGestureEnd: () => void
}

export interface AttributeFormProps {
  readonly schema: Schema
  /** Given values over the defaults. */
  readonly attrs: Attributes
  /** What an automatic value comes out as here, by attribute name: `320 / 32`. */
  readonly automatic?: { readonly [name: string]: string }
  readonly onChange: (name: string, value: AttributeValue, label: string) => void
  readonly onGestureEnd: () => void
}
