/** One module by itself as a graph. */
import type { Graph, Shape, Value } from '../../graph/graph'
import { ModuleBuilder } from '../../nn/moduleBuilder'
import { type Attributes, completeAttributes, slotAttributes, slotModule } from '../../schema/schema'
import { modules } from '..'
import type { ModuleDefinition } from '../module'

export function find(id: string): ModuleDefinition {
  const module = modules.find((module) => module.id === id)
  if (!module) throw new Error(`no module ${id}`)
  return module
}

export function build(
  module: ModuleDefinition,
  inputs: readonly Shape[],
  attrs: Attributes = {},
  grid: Value['grid'] = null,
): { graph: Graph; output: Value } {
  const b = new ModuleBuilder({
    buildModule: (b, slot, inputs) => {
      const inner = find(slotModule(slot))
      return inner.build(b, inputs, completeAttributes(inner.attrs, slotAttributes(slot)))
    },
  })
  const values = inputs.map((shape, index) => b.input(`x${index}`, shape, grid))
  const output = b.instance('x', 'x', {}, () =>
    module.build(b, values, completeAttributes(module.attrs, attrs)),
  )
  return { graph: b.finish([output]), output }
}
