/** The attention maps of a design: calls of `attention`, and weights that mixers compute in other ways and tap. */
import { hasCells, mapOf } from '../analysis/attention/tokenMap'
import { PlaceTrace } from '../analysis/placeTrace'
import { elements, type Graph, type Grid, type Node, type Shape, type Value } from '../graph/graph'
import { liveNodes } from '../lower/liveNodes'
import type { Lowered } from '../lower/lowered'
import { axisRegion, indexSet, indicesOf, type Region, wholeAxis } from '../ops/region'

/** Where attention is looked for. */
export type AttentionDesign = Pick<Lowered, 'graph' | 'scopes' | 'isLive'>

export interface AttentionMap {
  /** Path of the mixer's instance. */
  readonly path: string
  /** What tells it from the others of its mixer. */
  readonly name: string
  readonly scores: ProductNodes | TapNode
  /** The tapped weights: [n, heads, queries, keys] of a call. */
  readonly tap: number
  readonly followsMap: boolean
  /** The maps of all mixers before its own lie on its way. */
  readonly isChained: boolean
  readonly mixer: Mixer
  /** Nodes that say which elements are gathered on the way to queries and keys. */
  readonly indices: readonly number[]
}

export interface ProductNodes {
  readonly kind: 'products'
  /** q [n, t, h, d], k [n, s, h, d] */
  readonly q: number
  readonly k: number
  /** Added to the scores; null without one. */
  readonly bias: number | null
  readonly scale: number
  /** What the call gathered. */
  readonly output: number
}

export interface TapNode {
  readonly kind: 'tap'
  readonly node: number
}

/** The instance around an attention. */
export interface Mixer {
  /** Of the instance; null outside of all. */
  readonly output: number | null
  /** Its inputs. */
  readonly inputs: ReadonlySet<number>
  /** Its inputs that carry a map, and further up the nearest values that do for those that carry none. */
  readonly sources: ReadonlySet<number>
}

/** All of a design, in the order in which they are computed. */
export function attentionMaps(design: AttentionDesign): readonly AttentionMap[] {
  const { graph, isLive } = design
  const instances = new Instances(design)
  const calls = graph.calls.filter(({ name, output }) => name === 'attention' && isLive[output])
  const inCalls = (node: number) => calls.some(({ first, end }) => first <= node && node < end)
  const isTap = isTapOf('attention')
  const found = [
    ...calls.flatMap((call) => {
      const [q, k, , bias = null] = call.inputs
      const tap = graph.nodes.slice(call.first, call.end).find(isTap)
      if (!tap) return []
      const scale = Number(call.attrs.scale ?? 1)
      const scores: AttentionMap['scores'] = { kind: 'products', q, k, bias, scale, output: call.output }
      return [{ scores, tap: tap.id, scope: call.scope, roots: [q, k] }]
    }),
    // Weights that only tell which regions were chosen feed nothing, but their mixer lives.
    ...graph.nodes
      .filter((node) => isTap(node) && !inCalls(node.id) && isLive[instances.outputOf(node.scope) ?? node.id])
      .map(({ id, scope }) => ({
        scores: { kind: 'tap', node: id } as const,
        tap: id,
        scope,
        roots: [id],
      })),
  ].sort((a, b) => a.tap - b.tap)
  const named = namesOf(found.map(({ scope }) => ({ ...instances.placeOf(scope) })))
  return found.map(({ scores, tap, scope, roots }, i) => {
    const mixer = instances.mixerOf(scope)
    const isSameMixer = (at: number) => named[at].path === named[i].path
    const before = found.slice(0, i)
    const made = liveNodes(
      graph,
      roots.map((root) => graph.nodes[root]),
    )
    return {
      ...named[i],
      scores,
      tap,
      mixer,
      followsMap: before.some(({ tap }, at) => isSameMixer(at) && made[tap]),
      isChained: before.every(({ tap }, at) => isSameMixer(at) || made[tap] || !isLive[tap]),
      indices: indicesOnTheWay(graph, roots, mixer.sources),
    }
  })
}

/**
 * One weight per channel, made from the whole picture: squeeze-and-excitation and its kin. They are no attention that most people look
 * for, and come only when their module is asked for.
 */
export function gateMaps(design: AttentionDesign): readonly AttentionMap[] {
  const { graph, isLive } = design
  const instances = new Instances(design)
  return graph.nodes
    .filter((node) => isTapOf('gate')(node) && isLive[node.id])
    .map(({ id, scope }) => ({
      path: instances.placeOf(scope).path,
      name: ['gate', ...instances.placeOf(scope).parts].join('/'),
      scores: { kind: 'tap', node: id },
      tap: id,
      mixer: instances.mixerOf(scope),
      followsMap: false,
      isChained: true,
      indices: [],
    }))
}

const isTapOf = (name: string) => (node: Node) => node.op === 'tap' && node.attrs.name === name

/** The nodes whose values a map is made from. */
export function keptFor({ scores, indices }: AttentionMap): readonly number[] {
  if (scores.kind === 'tap') return [scores.node, ...indices]
  const { q, k, bias } = scores
  return [q, k, ...(bias === null ? [] : [bias]), ...indices]
}

/** Why a map is not kept at all, as a sentence; null where it is. */
export function whyAbsent({ nodes }: Graph, { scores, tap }: AttentionMap): string | null {
  const sides = nodes[tap].shape.filter((size) => size > mostTokens)
  const hasPairs = scores.kind === 'tap' || (scores.bias !== null && isPairs(nodes[scores.bias].shape))
  if (!hasPairs || sides.length < 2) return null
  const what = scores.kind === 'tap' ? 'Its weights' : 'What is added to its scores'
  return `${what} would be ${sides.join(' × ')} numbers per head, and nothing of more than ${mostTokens} × ${mostTokens} is kept; choose a smaller picture.`
}

const mostTokens = 1024
const isPairs = (shape: Shape): boolean => shape.filter((size) => size > mostTokens).length > 1

export const bytesOf = (graph: Graph, map: AttentionMap): number =>
  keptFor(map).reduce((sum, node) => sum + 4 * elements(graph.nodes[node].shape), 0)

// --- how -----------------------------------------------------------------------------------------------------------------

class Instances {
  private readonly design: AttentionDesign
  private readonly mixers = new Map<number, Mixer>()
  /** Values at the doors of modules that carry a map. */
  private readonly maps: ReadonlySet<number>
  private readonly picture: PictureTrace

  constructor(design: AttentionDesign) {
    this.design = design
    const { graph, scopes } = design
    const outputs = [...scopes.values()].map((scope) => graph.scopes[scope].output)
    const doors = outputs.flatMap((output) => (output === null ? [] : [graph.nodes[output]]))
    const pictures = graph.nodes.filter(({ op }) => op === 'input')
    this.picture = new PictureTrace(graph)
    this.maps = new Set(
      [...doors, ...pictures].filter((node) => this.picture.isCoveredBy(node)).map(({ id }) => id),
    )
  }

  /** The module instance around a scope: what is inside a part of a module belongs to the module. */
  private instanceOf(scope: number): number {
    const { graph, scopes } = this.design
    let at = graph.scopes[scope]
    while (at.id !== 0 && scopes.get(at.path) !== at.id) at = graph.scopes[at.parent]
    return at.id
  }

  outputOf(scope: number): number | null {
    return this.design.graph.scopes[this.instanceOf(scope)].output
  }

  /** Path of the instance, and the parts inside it. */
  placeOf(scope: number): { readonly path: string; readonly parts: readonly string[] } {
    const { scopes } = this.design.graph
    const { path } = scopes[this.instanceOf(scope)]
    const inside = scopes[scope].path.slice(path.length)
    return { path, parts: inside.split('/').filter(Boolean) }
  }

  mixerOf(scope: number): Mixer {
    const instance = this.instanceOf(scope)
    const known = this.mixers.get(instance) ?? this.newMixer(instance)
    this.mixers.set(instance, known)
    return known
  }

  private newMixer(instance: number): Mixer {
    const { nodes, scopes } = this.design.graph
    const isInside = scopes.map(({ id, parent }) => id === instance || parent === instance)
    for (const { id, parent } of scopes) isInside[id] ||= id !== 0 && isInside[parent]
    const inputs = new Set<number>()
    for (const node of nodes) {
      if (!isInside[node.scope]) continue
      for (const input of node.inputs) {
        const { op, scope } = nodes[input]
        if (!isInside[scope] && op !== 'param' && op !== 'constant') inputs.add(input)
      }
    }
    const carrying = [...inputs].filter(
      (input) => !this.maps.has(input) && this.picture.isCoveredBy(nodes[input]),
    )
    const { output } = scopes[instance]
    const isOwn = output !== null && this.maps.has(output)
    if (carrying.length === 0 && !isOwn) return { output, inputs, sources: this.maps }
    return { output, inputs, sources: new Set([...this.maps, ...carrying].filter((id) => id !== output)) }
  }
}

/** Which values are maps of the picture, and not only of rank 4: the pixels of every patch are none. */
class PictureTrace {
  private readonly side: { readonly height: number; readonly width: number }
  private readonly trace: PlaceTrace

  constructor(graph: Graph) {
    const pictures = graph.nodes.filter(({ op, shape }) => op === 'input' && shape.length === 4)
    const [, height = 1, width = 1] = pictures[0]?.shape ?? []
    this.side = { height, width }
    const sources = new Set(pictures.map(({ id }) => id))
    this.trace = new PlaceTrace(graph, { sources, contents: new Map(), follow: 'centres' })
  }

  isCoveredBy(value: Value): boolean {
    const map = mapOf(value)
    if (!hasCells(map)) return false
    const { height, width } = this.side
    // As many cells as the picture's sides ask for, rounded however often.
    const isAlike =
      Math.abs(map.width - (map.height * width) / height) <= 1 ||
      Math.abs(map.height - (map.width * height) / width) <= 1
    // Otherwise the first row must run across the picture, and the first column down.
    if (isAlike) return true
    const row = upTo(map.width)
    const column = upTo(map.height).map((row) => row * map.width)
    return (
      this.spans(value, cellsOf(value, map, row), 2, width) &&
      this.spans(value, cellsOf(value, map, column), 1, height)
    )
  }

  private spans({ id }: Value, region: Region, along: 1 | 2, side: number): boolean {
    const found = [...this.trace.of(id, region).values()].flat().flatMap((part) => indicesOf(part[along]))
    return found.length > 0 && Math.max(...found) - Math.min(...found) >= side / 2
  }
}

/** A row or a column of cells. */
function cellsOf({ shape, grid }: Value, { width }: Grid, cells: readonly number[]): Region {
  const whole = shape.map(wholeAxis)
  if (shape.length === 3)
    return whole.with(
      1,
      axisRegion(
        shape[1],
        cells.map((cell) => (grid?.prefix ?? 0) + cell),
      ),
    )
  const rows = indexSet(cells.map((cell) => Math.floor(cell / width)))
  return whole
    .with(1, axisRegion(shape[1], rows))
    .with(2, axisRegion(shape[2], indexSet(cells.map((cell) => cell % width))))
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index)

/** Computed indices of gathers between the roots and the sources. */
function indicesOnTheWay(
  { nodes }: Graph,
  roots: readonly number[],
  sources: ReadonlySet<number>,
): readonly number[] {
  const isOnTheWay = new Set(roots)
  const indices = new Set<number>()
  for (let id = Math.max(...roots); id >= 0; id--) {
    if (!isOnTheWay.has(id) || sources.has(id)) continue
    const { op, inputs } = nodes[id]
    const followed = op === 'gather' ? inputs.slice(0, 1) : inputs
    for (const input of followed) isOnTheWay.add(input)
    if (op === 'gather' && nodes[inputs[1]].op !== 'constant') indices.add(inputs[1])
  }
  return [...indices]
}

/** What is different in the names of parts around the maps of one mixer; numbers where nothing is. */
function namesOf(
  places: readonly { readonly path: string; readonly parts: readonly string[] }[],
): readonly { readonly path: string; readonly name: string }[] {
  return places.map(({ path, parts }, i) => {
    const others = places.filter((other) => other.path === path)
    if (others.length === 1) return { path, name: '' }
    const differing = parts.filter((part) => !others.every((other) => other.parts.includes(part)))
    const name = differing.join('/')
    const alike = places.flatMap((other, at) =>
      other.path === path && other.parts.join() === parts.join() ? [at] : [],
    )
    if (alike.length === 1) return { path, name }
    return { path, name: `${name} ${alike.indexOf(i) + 1}`.trim() }
  })
}
