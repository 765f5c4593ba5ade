import type { Graph, Shape, Value } from '../graph/graph'
import { type Keys, ModuleBuilder, type Procedural } from '../nn/moduleBuilder'
import { buildSlot } from './buildSlot'
import { liveNodes } from './liveNodes'

interface Layer {
  readonly input: Shape
  readonly build: (b: ModuleBuilder, x: Value) => Value
  readonly keys?: Keys
  /** Keys of the scopes whose outputs are wanted too. */
  readonly outputs?: { readonly [name: string]: string }
}

interface LoweredLayer {
  readonly graph: Graph
  readonly output: number
  readonly isLive: readonly boolean[]
}

/** The tensor program of a single layer without a document around it; its input is called `input`. */
export function lowerLayer(
  { input, build, keys = {}, outputs = {} }: Layer,
  values: ReadonlyMap<string, Procedural>,
): LoweredLayer {
  const b = new ModuleBuilder({ buildModule: buildSlot, values })
  const x = b.input('input', input)
  const output = b.instance('layer', '', keys, () => build(b, x))
  const graph = b.finish([output])
  const asked = new Set(Object.values(outputs))
  const further = graph.scopes
    .filter(({ key }) => asked.has(key))
    .flatMap(({ output }) => graph.nodes[output ?? -1] ?? [])
  return { graph, output: output.id, isLive: liveNodes(graph, [output, ...further]) }
}
