/**
 * Attribute schemas: one declaration gives the TypeScript type, the validation, the defaults and the form field.
 */
import { SchemaError } from '../errors'

interface FieldBase {
  readonly label: string
  /** One sentence, shown under the control. */
  readonly help?: string
  /** The field matters only when another field has this value; the form hides it otherwise. */
  readonly when?: { readonly field: string; readonly is: AttributeValue }
}

/** A whole number. With `auto`, null is allowed and means "decided by the input"; the text says how. */
export interface IntField<N extends boolean = boolean> extends FieldBase {
  readonly kind: 'int'
  readonly default: N extends true ? number | null : number
  readonly min: number
  readonly max: number
  readonly step?: number
  readonly auto?: string
}
export interface NumberField extends FieldBase {
  readonly kind: 'number'
  readonly default: number
  readonly min: number
  readonly max: number
}
export interface FlagField extends FieldBase {
  readonly kind: 'flag'
  readonly default: boolean
}
export interface ChoiceField<C extends string = string> extends FieldBase {
  readonly kind: 'choice'
  readonly default: C
  readonly options: readonly { readonly value: C; readonly label: string }[]
}
/** Another module in a slot (an activation in an MLP, a norm in a stem). Options are the modules of that kind. */
export interface SlotField extends FieldBase {
  readonly kind: 'slot'
  readonly of: 'activation' | 'norm'
  readonly default: SlotValue
}

/** A module id, or a module id with attributes that differ from its defaults. */
export type SlotValue = string | { readonly module: string; readonly attrs: Attributes }

export type Field = IntField | NumberField | FlagField | ChoiceField | SlotField
export type Schema = { readonly [name: string]: Field }
export type AttributeValue =
  | number
  | string
  | boolean
  | null
  | { readonly module: string; readonly attrs: Attributes }
export type Attributes = { readonly [name: string]: AttributeValue }

/** The attribute values that a schema describes. */
export type AttributesOf<S extends Schema> = { readonly [K in keyof S]: ValueOf<S[K]> }
type ValueOf<F> =
  F extends IntField<infer N>
    ? N extends true
      ? number | null
      : number
    : F extends NumberField
      ? number
      : F extends FlagField
        ? boolean
        : F extends ChoiceField<infer C>
          ? C
          : F extends SlotField
            ? SlotValue
            : never

type Spec<F extends Field> = Omit<F, 'kind'>

export const int = (spec: Spec<IntField<false>>): IntField<false> => ({ kind: 'int', ...spec })
/** A whole number or null; `auto` says what null means. */
export const autoInt = (spec: Spec<IntField<true>> & { readonly auto: string }): IntField<true> => ({
  kind: 'int',
  ...spec,
})
export const number = (spec: Spec<NumberField>): NumberField => ({ kind: 'number', ...spec })
export const flag = (spec: Spec<FlagField>): FlagField => ({ kind: 'flag', ...spec })
export const choice = <const C extends string>(spec: Spec<ChoiceField<C>>): ChoiceField<C> => ({
  kind: 'choice',
  ...spec,
})
export const slot = (spec: Spec<SlotField>): SlotField => ({ kind: 'slot', ...spec })

/** Every attribute of the schema, given ones over defaults. Unknown names and bad values throw SchemaError. */
export function completeAttributes<S extends Schema>(schema: S, given: Attributes): AttributesOf<S> {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(schema, name)) {
      throw new SchemaError(
        name,
        `${name} is not an attribute here; known: ${Object.keys(schema).join(', ') || 'none'}`,
      )
    }
  }
  const complete: Record<string, AttributeValue> = {}
  for (const [name, field] of Object.entries(schema)) {
    const value = Object.hasOwn(given, name) ? (given[name] as AttributeValue) : field.default
    const problem = fieldProblem(field, value)
    if (problem) throw new SchemaError(name, `${name}: ${problem}`)
    complete[name] = value
  }
  return complete as AttributesOf<S>
}

/** Why a value does not fit its field, as a sentence; null when it fits. */
export function fieldProblem(field: Field, value: AttributeValue): string | null {
  switch (field.kind) {
    case 'int':
      if (value === null) return field.auto ? null : 'a whole number is needed'
      if (typeof value !== 'number' || !Number.isInteger(value))
        return `${String(value)} is not a whole number`
      return outside(field, value)
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) return `${String(value)} is not a number`
      return outside(field, value)
    case 'flag':
      return typeof value === 'boolean' ? null : `${String(value)} is neither on nor off`
    case 'choice':
      return field.options.some((option) => option.value === value)
        ? null
        : `${String(value)} is not one of ${field.options.map((option) => option.value).join(', ')}`
    case 'slot':
      return typeof value === 'string' || (typeof value === 'object' && value !== null)
        ? null
        : `${String(value)} does not name a module`
    default:
      field satisfies never
      return null
  }
}

function outside(field: { readonly min: number; readonly max: number }, value: number): string | null {
  if (value < field.min) return `${value} is below the smallest value ${field.min}`
  if (value > field.max) return `${value} is above the largest value ${field.max}`
  return null
}

export const slotModule = (value: SlotValue): string => (typeof value === 'string' ? value : value.module)
export const slotAttributes = (value: SlotValue): Attributes => (typeof value === 'string' ? {} : value.attrs)
