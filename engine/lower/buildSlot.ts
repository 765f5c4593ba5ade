import { findModule } from '../document/findModule'
import { SchemaError } from '../errors'
import type { Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import { completeAttributes, type SlotValue, slotAttributes, slotModule } from '../schema/schema'

/** Builds the module of a slot: an activation inside an MLP, a norm inside a stem. */
export function buildSlot(b: ModuleBuilder, slot: SlotValue, inputs: readonly Value[]): Value {
  const module = findModule(slotModule(slot))
  if (!module) throw new SchemaError('', `there is no module ${slotModule(slot)} to put there`)
  return module.build(b, inputs, completeAttributes(module.attrs, slotAttributes(slot)))
}
