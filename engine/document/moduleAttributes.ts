/** How documents keep attributes, and which of them two modules share. */
import { EditError } from '../errors'
import { type Attributes, type AttributeValue, fieldProblem } from '../schema/schema'
import { deepEqual } from './deepEqual'
import { findModule } from './findModule'

/** Attributes as documents keep them: no defaults, nothing undefined. */
export function tidyAttributes(
  module: string,
  attrs: { readonly [name: string]: AttributeValue | undefined },
): Attributes {
  const schema = findModule(module)?.attrs ?? {}
  const kept = Object.entries(attrs).flatMap(([name, value]): [string, AttributeValue][] => {
    if (value === undefined) return []
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw new EditError(`${name} must be a finite number.`)
    }
    const plain = plainSlot(value)
    const isDefault =
      Object.hasOwn(schema, name) && deepEqual(plain, plainSlot(schema[name]?.default ?? null))
    return isDefault ? [] : [[name, plain]]
  })
  return Object.fromEntries(kept)
}

/** A slot without attributes is written as the name alone. */
function plainSlot(value: AttributeValue): AttributeValue {
  if (typeof value !== 'object' || value === null) return value
  return Object.keys(value.attrs).length === 0 ? value.module : value
}

/** The attributes of one module that mean the same in another. */
export function sharedAttributes(from: string, attrs: Attributes, to: string): Attributes {
  const target = findModule(to)?.attrs ?? {}
  const source = findModule(from)?.attrs ?? {}
  return Object.fromEntries(
    Object.entries(attrs).filter(([name, value]) => {
      const field = Object.hasOwn(target, name) ? target[name] : undefined
      const old = Object.hasOwn(source, name) ? source[name] : undefined
      return field !== undefined && (!old || old.kind === field.kind) && fieldProblem(field, value) === null
    }),
  )
}
