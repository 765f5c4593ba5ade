/**
 * What the rows and columns of tapped weights belong to, where no query and key tell: each weight takes from a value and puts
 * into a result. Both are read off the gradient of the mixer's output by the weights, δW = δY·Vᵀ: it reads the value and the
 * place in the output, and as a tensor program like any other it is followed by the same table of reads.
 */
import type { Origin, OriginBy } from '../analysis/attention/findPlaces'
import { PlaceTrace, type TraceOptions } from '../analysis/placeTrace'
import { gradient } from '../autodiff/gradient'
import type { Graph } from '../graph/graph'
import type { Contents } from '../ops/reads'
import type { Region } from '../ops/region'

/** Where the rows of a value are put, and what its columns take from. */
export interface Flow {
  /** The graph in which to follow, and the node to follow from: it has the value's shape. */
  readonly graph: Graph
  readonly node: number
  /** Places in the mixer's output. */
  readonly results: OriginBy
  /** Places in the sources. */
  readonly values: OriginBy
}

interface FlowOptions {
  readonly sources: ReadonlySet<number>
  readonly contents: Contents
}

/** The flow through a value inside a mixer; null where the mixer's output does not depend on it. */
export function flowThrough(
  graph: Graph,
  value: number,
  output: number,
  { sources, contents }: FlowOptions,
): Flow | null {
  const seedName = 'place in the result'
  const backward = gradient(graph, {
    output,
    seed: (b, { shape, grid }) => b.input(seedName, shape, grid),
    wrt: [value],
  })
  const [node] = backward.outputs
  const seed = backward.nodes.find(
    ({ op, attrs }) => op === 'input' && 'name' in attrs && attrs.name === seedName,
  )
  if (!seed) return null
  const traced = (from: ReadonlySet<number>) =>
    remembered(
      (follow) =>
        new PlaceTrace(backward, { sources: from, contents, follow, gradientFrom: graph.nodes.length }),
    )
  const results = traced(new Set([seed.id]))
  if (!results('places').reaches(node)) return null
  const toSources = traced(sources)
  const values = remembered((follow) => ({
    of: (from: number, region: Region) =>
      untilPartners(toSources(follow), from, region, (input) => results(follow).reaches(input)),
  }))
  return { graph: backward, node, results, values }
}

/** From a gradient on, along what depends on the seed, to the first product with something that does not. */
function untilPartners(
  trace: PlaceTrace,
  node: number,
  region: Region,
  hasSeed: (node: number) => boolean,
): ReturnType<Origin['of']> {
  const pending: (readonly [number, Region])[] = [[node, region]]
  const found = new Map<number, Region[]>()
  for (let next = pending.pop(); next; next = pending.pop()) {
    const [id, here] = next
    const steps = trace.stepsFrom(id, here)
    const partners = steps.filter(([input]) => !hasSeed(input) && trace.reaches(input))
    if (partners.length === 0) pending.push(...steps.filter(([input]) => hasSeed(input)))
    for (const [input, part] of partners) {
      for (const [source, regions] of trace.of(input, part))
        found.set(source, [...(found.get(source) ?? []), ...regions])
    }
  }
  return found
}

/**
 * Of scores that gather nothing by themselves: from the weights back to the product that they were computed by, and from there along
 * its first factor (queries) or its second (keys).
 */
export function scoreOrigin(graph: Graph, factor: 0 | 1, { sources, contents }: FlowOptions): OriginBy {
  return remembered((follow) => {
    const trace = new PlaceTrace(graph, { sources, contents, follow })
    return {
      of(node, region) {
        let here = [[node, region] as const]
        for (;;) {
          const steps = here
            .flatMap(([id, part]) => trace.stepsFrom(id, part))
            .filter(([input]) => trace.reaches(input))
          const [first, second] = steps
          if (!first) return new Map()
          if (second) {
            const [input, part] = factor === 0 ? first : second
            return trace.of(input, part)
          }
          here = [first]
        }
      },
    }
  })
}

function remembered<T>(make: (follow: TraceOptions['follow']) => T): (follow: TraceOptions['follow']) => T {
  const known = new Map<TraceOptions['follow'], T>()
  return (follow) => {
    const made = known.get(follow) ?? make(follow)
    known.set(follow, made)
    return made
  }
}
