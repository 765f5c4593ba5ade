/**
 * Which elements of some source values a part of a node stands for: backwards through the table of reads.
 *
 * To stand for is less than to read. What only scales whole channels (norms, softmax, channel gates) is not followed, and a row
 * of an attention stands for its query, not for all that it gathered.
 */
import type { Graph, Node, NodeOf } from '../graph/graph'
import { sameShape } from '../graph/graph'
import { users } from '../graph/traverse'
import { type Contents, reads } from '../ops/reads'
import { axisRegion, axisSize, indexSet, indicesOf, isWholeAxis, type Region, wholeAxis } from '../ops/region'

export interface TraceOptions {
  /** Where the trace ends. */
  readonly sources: ReadonlySet<number>
  /** Numbers of index nodes that are computed: which regions were chosen. */
  readonly contents: Contents
  /**
   * `places`: all that an element stands for; `centres`: of the taps of convolutions and pools the middle one; `all`: all that it
   * reads, norms and gathered rows included.
   */
  readonly follow: 'places' | 'centres' | 'all'
  /**
   * Nodes from here on are a gradient: there a result is spread over all that was summed up to it, and what is spread over places
   * is left out only where it comes from everywhere.
   */
  readonly gradientFrom?: number
}

/** Parts of the sources, several of one where paths differ. */
export type Found = ReadonlyMap<number, readonly Region[]>

/** Follows one graph; made once for many parts. */
export class PlaceTrace {
  private readonly graph: Graph
  private readonly options: TraceOptions
  private readonly isOnTheWay: readonly boolean[]
  private readonly shortcuts: ReadonlyMap<number, number>
  private readonly userCounts: readonly number[]
  private readonly memory = new Map<string, Found>()

  constructor(graph: Graph, options: TraceOptions) {
    this.graph = graph
    this.options = options
    const { sources } = options
    const isOnTheWay: boolean[] = []
    for (const { id, inputs } of graph.nodes)
      isOnTheWay.push(sources.has(id) || inputs.some((input) => isOnTheWay[input]))
    this.isOnTheWay = isOnTheWay
    const known = factsOf.get(graph) ?? {
      shortcuts: shortcutsOf(graph),
      userCounts: users(graph).map((list) => list.length),
    }
    factsOf.set(graph, known)
    this.shortcuts = options.follow === 'all' ? new Map() : known.shortcuts
    this.userCounts = known.userCounts
  }

  /** Whether a value is made from the sources at all. */
  reaches(node: number): boolean {
    return this.isOnTheWay[node] === true
  }

  of(node: number, region: Region): Found {
    const found = new Map<number, Map<string, Region>>()
    const pending: Step[] = [[node, region]]
    for (let next = pending.pop(); next; next = pending.pop()) {
      const [id, here] = next
      if (!this.isOnTheWay[id]) continue
      if (this.options.sources.has(id)) add(found, id, [here])
      else {
        // What many places read in common is followed once: a residual stream, the keys of overlapping windows.
        const isShared = repeats.has(this.graph.nodes[id].op)
        for (const step of this.stepsFrom(id, here)) {
          if (!isShared && this.userCounts[step[0]] < 2) pending.push(step)
          else for (const [source, regions] of this.remembered(...step)) add(found, source, regions)
        }
      }
    }
    return new Map([...found].map(([source, regions]) => [source, [...regions.values()]]))
  }

  private remembered(node: number, region: Region): Found {
    const key = `${node} ${keyOf(region)}`
    const known = this.memory.get(key) ?? this.of(node, region)
    if (this.memory.size >= mostRemembered) this.memory.clear()
    this.memory.set(key, known)
    return known
  }

  /** The inputs that a part of a node stands for, and their parts. */
  stepsFrom(id: number, region: Region): readonly Step[] {
    const { graph } = this
    const node = graph.nodes[id]
    const shortcut = this.shortcuts.get(id)
    if (shortcut !== undefined) return [[shortcut, alike(region, graph.nodes[shortcut])]]
    const isEverything = this.options.follow === 'all'
    if (!isEverything && node.op === 'broadcast' && losesItsPlace(graph, node, region)) {
      const { gradientFrom = Number.POSITIVE_INFINITY } = this.options
      const [read] = reads(graph, node, region)
      if (id < gradientFrom || !read || isEverywhere(this.of(node.inputs[0], read))) return []
    }
    if (node.op === 'reshape') return exactParts(graph, node, region).map((part) => [node.inputs[0], part])
    const isCentre = this.options.follow === 'centres'
    return reads(graph, node, region, this.options.contents).flatMap((read, i): Step[] => {
      // An index says which elements are taken; it is none of them.
      if (!read || (node.op === 'gather' && i > 0 && !isEverything)) return []
      return [[node.inputs[i], isCentre ? middle(graph, node, region, read, i) : read]]
    })
  }
}

type Step = readonly [node: number, region: Region]

/** Each part once. */
function add(found: Map<number, Map<string, Region>>, source: number, parts: readonly Region[]): void {
  const regions = found.get(source) ?? new Map<string, Region>()
  for (const part of parts) regions.set(keyOf(part), part)
  found.set(source, regions)
}

/** Of these, many elements of the result are the same one of the input. */
const repeats: ReadonlySet<string> = new Set(['gather', 'windows'])

/** Some ten megabytes. */
const mostRemembered = 2 ** 16

/** What all traces of a graph need. */
const factsOf = new WeakMap<
  Graph,
  { readonly shortcuts: ReadonlyMap<number, number>; readonly userCounts: readonly number[] }
>()

const statistics = new Set(['groupNorm', 'layerNorm', 'rmsNorm', 'batchNorm', 'instanceNorm', 'softmax'])

/** Results of calls that keep every token at its place, and the values that have these places. */
function shortcutsOf({ calls, nodes }: Graph): ReadonlyMap<number, number> {
  const shortcuts = new Map<number, number>()
  // Outer calls come after what is inside of them.
  for (const { name, inputs, output } of calls) {
    const [x] = inputs
    const [from, to] = [nodes[output], nodes[x]]
    if (!to) continue
    if (statistics.has(name) && sameShape(from.shape, to.shape)) shortcuts.set(output, x)
    if (name === 'attention') shortcuts.set(output, x)
  }
  return shortcuts
}

/** The part with the same places; channels count as a whole where their number differs. */
function alike(region: Region, { shape }: Node): Region {
  return shape.map((size, axis) => (axisSize(region[axis]) === size ? region[axis] : wholeAxis(size)))
}

/** Everything reads what is spread over the places, so it lies at none of them. */
function losesItsPlace(graph: Graph, { inputs, shape }: NodeOf<'broadcast'>, region: Region): boolean {
  const from = graph.nodes[inputs[0]].shape
  return shape.some((size, axis) => from[axis] === 1 && size > 1 && !isWholeAxis(region[axis]))
}

/** What a part of a reshaped value is: several regions where one would hold more, as for a run of tokens across rows. */
function exactParts(graph: Graph, node: NodeOf<'reshape'>, region: Region): readonly Region[] {
  const [read] = reads(graph, node, region)
  if (!read) return []
  if (sizeOf(read) === sizeOf(region)) return [read]
  const axis = region.findIndex((own) => !isWholeAxis(own) && indicesOf(own).length > 1)
  return indicesOf(region[axis]).flatMap((index) =>
    exactParts(graph, node, region.with(axis, axisRegion(axisSize(region[axis]), [index]))),
  )
}

const sizeOf = (region: Region): number =>
  region.reduce((size, { digits }) => digits.reduce((product, { length }) => product * length, size), 1)

/** The whole of a map. */
const isEverywhere = (found: Found): boolean =>
  [...found.values()].some((regions) => regions.some((region) => region.slice(1, -1).every(isWholeAxis)))

/** Of all that a part of a node reads through a window, what lies in the middle. */
function middle(graph: Graph, node: Node, region: Region, read: Region, input: number): Region {
  if (node.op === 'reduce') {
    return read.map((axis, i) => {
      if (!node.attrs.axes.includes(i)) return axis
      const size = axisSize(axis)
      return axisRegion(size, [Math.floor((size - 1) / 2)])
    })
  }
  if (node.op !== 'conv' || input > 0) return read
  const { stride, padding, dilation, inputDilation } = node.attrs
  const weight = graph.nodes[node.inputs[1]].shape
  return read.map((axis, i) => {
    if (i !== 1 && i !== 2) return axis
    const along = i - 1
    if (inputDilation[along] !== 1) return axis
    const tap = Math.floor((weight[i] - 1) / 2)
    const inside = new Set(indicesOf(axis))
    const middles = indicesOf(region[i])
      .map((at) => at * stride[along] - padding[along][0] + tap * dilation[along])
      .filter((at) => inside.has(at))
    return middles.length > 0 ? axisRegion(axisSize(axis), indexSet(middles)) : axis
  })
}

const keyOf = (region: Region): string =>
  region
    .map((axis) => (isWholeAxis(axis) ? '*' : axis.digits.map((indices) => indices.join(',')).join(';')))
    .join('|')
