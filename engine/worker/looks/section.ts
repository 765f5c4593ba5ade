/** A module, block, stage or the whole network as a function of what comes in: the part of the graph from its input to its output. */
import { cut } from '../../autodiff/cut'
import type { Document } from '../../document/types'
import type { Graph, Node } from '../../graph/graph'
import { dependents } from '../../graph/traverse'
import { lower } from '../../lower/lower'
import type { Lowered } from '../../lower/lowered'
import { DesignError } from '../designError'

export interface Section {
  /** Of the design itself. */
  readonly graph: Graph
  readonly input: Node
  readonly output: Node
  /** From its first input to its output; `part.nodes[start]` is the input. What comes in by others stays as it is. */
  readonly part: Graph
  readonly start: number
  /** The nodes of the design that the inputs of the part stand for. */
  readonly sources: ReadonlyMap<string, number>
}

/**
 * From what the instance `path` reads to what `through` gives, by default the same instance; '' is the network. Throws DesignError
 * when there is no such place, or the one does not depend on the other.
 */
export function sectionOf(
  document: Document,
  path: string,
  through: string | null = null,
  batch = 1,
): Section {
  const lowered = lower(document, { batch })
  const { graph } = lowered
  const [inputs, output] = [inputsOf(lowered, path), outputOf(lowered, through ?? path)]
  const [input] = inputs
  const pictures = graph.nodes.filter((node) => node.op === 'input')
  const varies = dependents(
    graph,
    pictures.map(({ id }) => id),
  )
  const names = new Map([...inputs.entries()].filter(([, id]) => varies[id]).map(([i, id]) => [id, `x${i}`]))
  names.set(input, 'x0')
  const part = cut(graph, { inputs: names, outputs: [output] })
  const start = part.nodes.findIndex(({ op, attrs }) => op === 'input' && attrs.name === 'x0')
  if (start < 0)
    throw new DesignError(
      `What ${through ?? (path || 'the network')} gives does not depend on what ${path || 'the network'} reads.`,
    )
  const sources = new Map([
    ...pictures.map(({ id, attrs }) => [attrs.name, id] as const),
    ...[...names].map(([id, name]) => [name, id] as const),
  ])
  return { graph, input: graph.nodes[input], output: graph.nodes[output], part, start, sources }
}

/** The nodes that it reads, its main input first. */
function inputsOf({ graph, inputs }: Lowered, path: string): readonly number[] {
  if (path === '') return graph.nodes.filter(({ op }) => op === 'input').map(({ id }) => id)
  return inputs.get(path) ?? missing(path)
}

function outputOf({ graph, output, scopes }: Lowered, path: string): number {
  return (path === '' ? output : graph.scopes[scopes.get(path) ?? -1]?.output) ?? missing(path)
}

function missing(path: string): never {
  throw new DesignError(`There is no ${path || 'network'} that reads and gives something in this design.`)
}
