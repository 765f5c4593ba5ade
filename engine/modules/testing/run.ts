/** Runs single modules on numbers that a test can work out by hand. */
import type { Shape, Value } from '../../graph/graph'
import { ModuleBuilder } from '../../nn/moduleBuilder'
import { evaluate } from '../../ops/evaluate'
import { type Attributes, completeAttributes, slotAttributes, slotModule } from '../../schema/schema'
import { modules } from '..'

/** Values of a weight by its name and shape. */
export type Parameters = (node: {
  shape: readonly number[]
  attrs: { name: string; a: number }
}) => Float64Array

/** Weights that differ from each other and from 1, so that a mix-up shows. */
const someWeights: Parameters = ({ shape }) =>
  Float64Array.from(
    { length: shape.reduce((product, size) => product * size, 1) },
    (_, i) => 0.5 + 0.1 * Math.cos(i),
  )

/** One module at work, on inputs of these shapes and values. Its weights are called `x.…`. */
export function run(
  id: string,
  shapes: readonly Shape[],
  values: readonly (readonly number[])[],
  attrs: Attributes = {},
  grid: Value['grid'] = null,
  params: Parameters = someWeights,
): number[] {
  const b = new ModuleBuilder({
    buildModule: (b, slot, inputs) => buildOne(slotModule(slot), b, inputs, slotAttributes(slot)),
  })
  const inputs = shapes.map((shape, index) => b.input(`x${index}`, shape, grid))
  const output = b.instance('x', 'x', {}, () => buildOne(id, b, inputs, attrs))
  const graph = b.finish([output])
  const bindings = new Map(values.map((data, index) => [`x${index}`, Float64Array.from(data)]))
  return [...(evaluate(graph, { inputs: bindings, params }).get(output.id) ?? [])]
}

function buildOne(id: string, b: ModuleBuilder, inputs: readonly Value[], attrs: Attributes): Value {
  const module = modules.find((candidate) => candidate.id === id)
  if (!module) throw new Error(`no module ${id}`)
  return module.build(b, inputs, completeAttributes(module.attrs, attrs))
}
