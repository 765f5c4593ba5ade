/** Which axes of attention weights are windows, heads, queries and keys, and where queries and keys lie. */
import {
  type FoundPlaces,
  findPlaces,
  type OriginBy,
  originIn,
  type Tokens,
} from '../analysis/attention/findPlaces'
import type { Places } from '../analysis/attention/layer'
import { signatureOf } from '../analysis/attention/signature'
import { hasCells, tokensIn } from '../analysis/attention/tokenMap'
import type { Graph } from '../graph/graph'
import { type Contents, reads } from '../ops/reads'
import { axisRegion, indicesOf, type Region, wholeAxis } from '../ops/region'
import type { AttentionMap, Mixer, ProductNodes } from './attentionMaps'
import { flowThrough, scoreOrigin } from './attentionOrigins'

/** An axis of the weights, and how many of its indices belong to the first picture. */
export interface WeightAxis {
  readonly axis: number
  readonly count: number
}

/** The axes of weights by what they count. */
export interface WeightAxes {
  readonly windows: readonly WeightAxis[]
  readonly heads: readonly WeightAxis[]
  readonly queries: readonly WeightAxis[]
  readonly keys: readonly WeightAxis[]
}

export interface AttentionLayout {
  readonly axes: WeightAxes
  readonly queryPlaces: FoundPlaces
  readonly keyPlaces: FoundPlaces
  /** Whether the mixer's output depends on the weights. */
  readonly mixes: boolean
}

export const countOf = (axes: readonly WeightAxis[]): number =>
  axes.reduce((product, { count }) => product * count, 1)

/** The axes alone, which a call tells without following anything. */
export function axesOf(graph: Graph, { scores, mixer }: AttentionMap, contents: Contents): WeightAxes {
  return scores.kind === 'products'
    ? callAxes(graph, scores)
    : tapLayout(graph, mixer, scores.node, contents).axes
}

export function layoutOf(graph: Graph, map: AttentionMap, contents: Contents): AttentionLayout {
  return map.scores.kind === 'products'
    ? callLayout(graph, map.mixer, map.scores, contents)
    : tapLayout(graph, map.mixer, map.scores.node, contents)
}

/** Whether there is anything to be drawn on the picture. */
export const isSpatial = ({
  queryPlaces,
  keyPlaces,
}: Pick<AttentionLayout, 'queryPlaces' | 'keyPlaces'>): boolean =>
  keyPlaces.isSpecific || (queryPlaces.isSpecific && hasCells(queryPlaces.places.map))

/** How many pictures there are at once. */
const picturesIn = ({ nodes }: Graph): number => nodes.find(({ op }) => op === 'input')?.shape[0] ?? 1

function callAxes(graph: Graph, { q, k }: ProductNodes): WeightAxes {
  const [all, queries, heads] = graph.nodes[q].shape
  const [, keys] = graph.nodes[k].shape
  return {
    windows: [{ axis: 0, count: all / picturesIn(graph) }],
    heads: [{ axis: 1, count: heads }],
    queries: [{ axis: 2, count: queries }],
    keys: [{ axis: 3, count: keys }],
  }
}

/** Queries [n, t, h, d] and keys [n, s, h, d] tell by themselves. */
function callLayout(graph: Graph, mixer: Mixer, scores: ProductNodes, contents: Contents): AttentionLayout {
  const { q, k, output } = scores
  const axes = callAxes(graph, scores)
  const [queries, keys] = [countOf(axes.queries), countOf(axes.keys)]
  const tokens = (node: number, perWindow: number): Tokens => ({
    node,
    axes: [...axes.windows, { axis: 1, count: perWindow }],
    perWindow,
  })
  const carryAll = [...mixer.inputs].every((input) => mixer.sources.has(input))
  const find = (own: Tokens, preferred: number | null): FoundPlaces => {
    // An input without a map of its own may hold tokens that lie nowhere.
    const elsewhere = carryAll ? undefined : originIn(graph, mixer.inputs, contents)('all')
    const options = { preferred, ...(elsewhere && { elsewhere }) }
    const found = findPlaces(graph, own, originIn(graph, mixer.sources, contents), options)
    if (found.isSpecific && liesOnCells(found.places)) return found
    return better(found, findPlaces(graph, own, originIn(graph, mixer.inputs, contents), options))
  }
  const signature = contents.size === 0 ? signatureOf(graph, [q, k], mixer.sources) : null
  const known = signature === null ? undefined : knownPlaces.get(signature)
  if (known) return { axes, ...known, mixes: true }
  const keyPlaces = find(tokens(k, keys), null)
  const asked = find(tokens(q, queries), keyPlaces.source)
  const isAlone = asked.isSpecific && asked.differs
  if (signature !== null && isAlone) remember(signature, { queryPlaces: asked, keyPlaces })
  return {
    axes,
    // A query that all windows have in common is another in each of them.
    queryPlaces: isAlone ? asked : (whereResultsGo() ?? asked),
    keyPlaces,
    mixes: true,
  }

  /** Learned or common queries lie where their answers are put. */
  function whereResultsGo(): FoundPlaces | null {
    if (mixer.output === null) return null
    const flow = flowThrough(graph, output, mixer.output, { sources: mixer.sources, contents })
    const found = flow && findPlaces(flow.graph, tokens(flow.node, queries), flow.results)
    return found?.isSpecific ? found : null
  }
}

/** Tapped weights: axes along which keys move are windows, further ones along which the result moves are queries. */
function tapLayout(graph: Graph, mixer: Mixer, tap: number, contents: Contents): AttentionLayout {
  const { shape } = graph.nodes[tap]
  const sides = [mixer.sources, mixer.inputs].map((sources) =>
    sidesOf(graph, mixer, tap, { sources, contents }),
  )
  const keyAxis = softmaxAxis(graph, tap) ?? shape.length - 1
  const [side] = sides
  const pictureAxis = pictureAxisOf(side, shape, keyAxis, picturesIn(graph))
  const axes = countedAxes(shape, keyAxis, pictureAxis)
  const keys = [{ axis: keyAxis, count: shape[keyAxis] }]
  const firstPicture = pictureAxis ? [pictureAxis] : []
  const isMoving = (axis: WeightAxis, of: OriginBy) => moves(side, axis, of, firstPicture)
  const windows = axes.filter((axis) => isMoving(axis, side.keys))
  const queries = axes.filter((axis) => !windows.includes(axis) && isMoving(axis, side.queries))
  const pictures = firstPicture.filter(({ axis }) => !windows.some((own) => own.axis === axis))
  const place = (own: readonly WeightAxis[], of: (side: Sides) => OriginBy): FoundPlaces => {
    const tokens = (side: Sides) => ({
      node: side.node,
      axes: [...pictures, ...windows, ...own],
      perWindow: countOf(own),
    })
    const [first, second] = sides.map((side) => () => findPlaces(side.graph, tokens(side), of(side)))
    const found = first()
    return found.isSpecific ? found : better(found, second())
  }
  const queryPlaces = place(queries, ({ queries }) => queries)
  const keyPlaces = place(keys, ({ keys }) => keys)
  if (isSpatial({ queryPlaces, keyPlaces })) {
    const heads = axes.filter((axis) => !windows.includes(axis) && !queries.includes(axis))
    return { axes: { windows, heads, queries, keys }, queryPlaces, keyPlaces, mixes: side.mixes }
  }
  // Channels ask channels: the last axis but the keys' has the rows.
  const rows = axes.slice(-1)
  const rowPlaces = place(rows, ({ queries }) => queries)
  return {
    axes: { windows: [], heads: axes.slice(0, -1), queries: rows, keys },
    queryPlaces: rowPlaces,
    keyPlaces,
    mixes: side.mixes,
  }
}

/** Where the weights' queries and keys are followed from, and in which graph. */
interface Sides {
  readonly mixes: boolean
  readonly graph: Graph
  readonly node: number
  readonly queries: OriginBy
  readonly keys: OriginBy
}

function sidesOf(
  graph: Graph,
  mixer: Mixer,
  tap: number,
  options: { readonly sources: ReadonlySet<number>; readonly contents: Contents },
): Sides {
  const flow = mixer.output === null ? null : flowThrough(graph, tap, mixer.output, options)
  if (flow)
    return { mixes: true, graph: flow.graph, node: flow.node, queries: flow.results, keys: flow.values }
  return {
    mixes: false,
    graph,
    node: tap,
    queries: scoreOrigin(graph, 0, options),
    keys: scoreOrigin(graph, 1, options),
  }
}

/** Every axis but the keys' that has something to count, of the first picture. */
function countedAxes(
  shape: readonly number[],
  keyAxis: number,
  pictureAxis: WeightAxis | null,
): readonly WeightAxis[] {
  return shape
    .map((size, axis) => (axis === pictureAxis?.axis ? pictureAxis : { axis, count: size }))
    .filter(({ axis, count }) => axis !== keyAxis && count > 1)
}

/** The axis along which pictures follow each other, alone or with their windows; null for a single picture, or weights common to all. */
function pictureAxisOf(
  side: Sides,
  shape: readonly number[],
  keyAxis: number,
  pictures: number,
): WeightAxis | null {
  if (pictures === 1) return null
  const axis = shape.findIndex(
    (size, axis) => axis !== keyAxis && size % pictures === 0 && leavesPicture(side, axis, size),
  )
  return axis < 0 ? null : { axis, count: shape[axis] / pictures }
}

/** Whether the end of the axis belongs to another picture than the first. */
function leavesPicture({ graph, node, keys }: Sides, axis: number, size: number): boolean {
  const region = graph.nodes[node].shape.map((other, at) =>
    at === axis ? axisRegion(other, [size - 1]) : wholeAxis(other),
  )
  const found = [...keys('all').of(node, region).values()].flat()
  return found.length > 0 && found.every(([pictures]) => indicesOf(pictures)[0] !== 0)
}

/** Whether another index of the axis means other places. */
function moves(
  { graph, node }: Sides,
  { axis, count }: WeightAxis,
  originBy: OriginBy,
  firstPicture: readonly WeightAxis[],
): boolean {
  const origin = originBy('places')
  const { shape } = graph.nodes[node]
  const step = Math.max(1, Math.floor(count / 64))
  const placesAt = (index: number): string => {
    const region = shape.map((size, at) => {
      const pictures = firstPicture.find((own) => own.axis === at)
      if (at === axis) return axisRegion(size, [index])
      return pictures ? axisRegion(size, [...Array(pictures.count).keys()]) : wholeAxis(size)
    })
    const found = origin.of(node, region)
    return [...found]
      .map(([source, regions]) => regions.map((part) => tokensIn(graph.nodes[source], part).join()).join(';'))
      .join('|')
  }
  const first = placesAt(0)
  for (let index = step; index < count; index += step) if (placesAt(index) !== first) return true
  return false
}

/** The axis along which weights sum to one: the last of a softmax that only moved since. */
function softmaxAxis(graph: Graph, tap: number): number | null {
  const { nodes, calls } = graph
  const softmaxes = new Set(calls.flatMap(({ name, output }) => (name === 'softmax' ? [output] : [])))
  const { shape } = nodes[tap]
  const found = shape.findIndex((size, axis) => {
    if (size === 1) return false
    let id = tap
    let region: Region = shape.map((other, at) => (at === axis ? axisRegion(other, [0]) : wholeAxis(other)))
    while (!softmaxes.has(id)) {
      const node = nodes[id]
      const [read] = node.inputs.length === 1 ? reads(graph, node, region) : []
      if (!read) return false
      region = read
      id = node.inputs[0]
    }
    const last = region[region.length - 1]
    return last.digits.some((indices, digit) => indices.length < last.sizes[digit])
  })
  return found < 0 ? null : found
}

/** What is further up says more than the mixer's inputs, if it leads to the picture. */
const liesOnCells = ({ map, centres }: Places): boolean => centres.some((token) => token >= map.prefix)

type KnownPlaces = Pick<AttentionLayout, 'queryPlaces' | 'keyPlaces'>
/** By signature, the last ones asked for: another block of the same stage, or the same design after an edit elsewhere. */
const knownPlaces = new Map<string, KnownPlaces>()

function remember(signature: string, places: KnownPlaces): void {
  knownPlaces.set(signature, places)
  const [oldest = signature] = knownPlaces.keys()
  if (knownPlaces.size > 64) knownPlaces.delete(oldest)
}

const better = (found: FoundPlaces, other: FoundPlaces): FoundPlaces =>
  other.isSpecific || found.source === null ? other : found
