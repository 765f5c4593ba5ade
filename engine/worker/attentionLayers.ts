/** What the attention panel needs of each layer: Q and K, from which any row is computed in the page. Nothing N × N leaves. */
import type { ScoreBias } from '../analysis/attentionRow'
import { type Call, elements, type Graph, type Shape } from '../graph/graph'
import type { Lowered } from '../lower/lowered'
import type { AttentionLayer } from './protocol'

/** An attention call of the graph and where it belongs. */
export interface AttentionCall {
  /** Path of the mixer's instance. */
  readonly path: string
  readonly q: number
  readonly k: number
  /** Added to the scores; null without one. */
  readonly bias: number | null
  readonly scale: number
}

/** Q and K of all layers of the presets are a few megabytes; at large inputs the first layers come. */
const budgetBytes = 96 * 2 ** 20

/** The layers asked for, in order, as far as they fit the budget. */
export function attentionCalls(
  lowered: Lowered,
  wanted: 'all' | readonly string[],
): readonly AttentionCall[] {
  const { graph } = lowered
  const found = graph.calls
    .filter(({ name, output }) => name === 'attention' && lowered.isLive[output])
    .map((call) => ({ call, path: instancePath(lowered, call) }))
    .filter(({ path }) => wanted === 'all' || wanted.includes(path))
  const calls: AttentionCall[] = []
  let bytes = 0
  for (const { call, path } of found) {
    const [q, k, , bias = null] = call.inputs
    if (q === undefined || k === undefined) continue
    for (const node of keptOf({ q, k, bias })) bytes += 4 * elements(shapeOf(graph, node))
    if (bytes > budgetBytes) break
    calls.push({ path, q, k, bias, scale: Number(call.attrs.scale ?? 1) })
  }
  return calls
}

/** The nodes that the layers are made from, each once. */
export function keptNodes(calls: readonly AttentionCall[]): readonly number[] {
  return [...new Set(calls.flatMap(keptOf))]
}

const keptOf = ({ q, k, bias }: Pick<AttentionCall, 'q' | 'k' | 'bias'>): readonly number[] =>
  bias === null ? [q, k] : [q, k, bias]

/** One layer for the page, of the first picture of the batch. */
export function attentionLayer(
  graph: Graph,
  { path, q, k, bias, scale }: AttentionCall,
  valuesOf: (node: number) => Float32Array,
): AttentionLayer {
  const [, queries = 0, heads = 0, width = 0] = shapeOf(graph, q)
  const [, keys = 0] = shapeOf(graph, k)
  return {
    path,
    heads,
    width,
    scale,
    queries,
    keys,
    grid: graph.nodes[k]?.grid ?? graph.nodes[q]?.grid ?? null,
    q: headsFirst(valuesOf(q), queries, heads, width),
    k: headsFirst(valuesOf(k), keys, heads, width),
    bias: bias === null ? undefined : firstBias(shapeOf(graph, bias), valuesOf(bias)),
  }
}

/** The part of a bias that belongs to the first picture and window. */
function firstBias(shape: Shape, values: Float32Array): ScoreBias {
  const [heads = 1, queries = 1, keys = 1] = [1, 1, 1, ...shape].slice(-3)
  return { shape: [heads, queries, keys], values: values.slice(0, heads * queries * keys) }
}

/** [t, h, d] -> [h, t, d]. */
function headsFirst(values: Float32Array, tokens: number, heads: number, width: number): Float32Array {
  const turned = new Float32Array(tokens * heads * width)
  for (let head = 0; head < heads; head++) {
    for (let token = 0; token < tokens; token++) {
      const from = (token * heads + head) * width
      turned.set(values.subarray(from, from + width), (head * tokens + token) * width)
    }
  }
  return turned
}

/** The module instance around a call: a call inside a part of a module belongs to the module. */
function instancePath({ graph, scopes }: Lowered, call: Call): string {
  let scope = graph.scopes[call.scope]
  while (scope && scope.id !== 0 && scopes.get(scope.path) !== scope.id) scope = graph.scopes[scope.parent]
  return scope?.path ?? ''
}

const shapeOf = (graph: Graph, node: number): Shape => graph.nodes[node]?.shape ?? []
