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
 * `path`: of an instance, of a group with all its repeats, or '' for the network. Throws DesignError when there is no such place, or
 * it gives nothing.
 */
export function sectionOf(document: Document, path: string): Section {
  const lowered = lower(document, { batch: 1 })
  const { graph } = lowered
  const [inputs, output] = endsOf(lowered, path)
  const [input] = inputs
  if (input === undefined || output === null)
    throw new DesignError(`There is no ${path || 'network'} that reads and gives something in this design.`)
  const pictures = graph.nodes.filter(({ op }) => op === 'input')
  const varies = dependents(
    graph,
    pictures.map(({ id }) => id),
  )
  const names = new Map([...inputs.entries()].filter(([, id]) => varies[id]).map(([i, id]) => [id, `x${i}`]))
  names.set(input, 'x0')
  const part = cut(graph, { inputs: names, outputs: [output] })
  const start = part.nodes.findIndex(({ op, attrs }) => op === 'input' && attrs.name === 'x0')
  if (start < 0) throw new DesignError(`What ${path || 'the network'} gives does not depend on what it reads.`)
  const sources = new Map([
    ...pictures.map(({ id, attrs }) => [attrs.name, id] as const),
    ...[...names].map(([id, name]) => [name, id] as const),
  ])
  return { graph, input: graph.nodes[input], output: graph.nodes[output], part, start, sources }
}

/** What it reads, its main input first, and what it gives. */
function endsOf(lowered: Lowered, path: string): [inputs: readonly number[], output: number | null] {
  const { graph, inputs, nodes, output, scopes } = lowered
  if (path === '') return [graph.nodes.filter(({ op }) => op === 'input').map(({ id }) => id), output]
  const instances = scopes.has(path) ? [path] : (nodes.get(path)?.instancePaths ?? [])
  const [first = '', last = ''] = [instances[0], instances.at(-1)]
  return [inputs.get(first) ?? [], graph.scopes[scopes.get(last) ?? -1]?.output ?? null]
}
