/** Which tensors of a checkpoint are the weights of a design: by name, also by older names, and at another size where that can be. */
import { elements, type Graph, type NodeOf, printShape, type Shape } from '../graph/graph'
import { ofPictures, renamings, unwrapped } from './renames'
import { isPositionEmbedding, type PositionWay, resampled } from './resampleTables'
import type { Checkpoint, FileTensor } from './safetensors'

export interface WeightMatch {
  /** Values by the design's own names. */
  readonly arrays: ReadonlyMap<string, Float32Array>
  readonly report: WeightReport
}

/** Plain data, for people. */
export interface WeightReport {
  /** How many weights the design has, and for how many of them there are values. */
  readonly wanted: number
  readonly fits: number
  /** Whose names the file's tensors bear. */
  readonly namesOf: string
  /** Those that were brought to another size. */
  readonly resampled: readonly string[]
  /** How position embeddings were; null where none was. */
  readonly positions: PositionWay | null
  readonly missing: readonly string[]
  /** Tensors of the file that the design has no use for; whole-number buffers and fixed tables are not among them. */
  readonly unexpected: readonly string[]
  readonly ignored: number
  readonly misshapen: readonly { readonly name: string; readonly inFile: Shape; readonly wanted: Shape }[]
  /** Those that hold NaN or infinite values, loaded all the same. */
  readonly notFinite: readonly string[]
}

export function matchWeights(
  graph: Graph,
  { tensors, counters }: Checkpoint,
  positions: PositionWay = 'timm',
): WeightMatch {
  const params = new Map(
    graph.nodes.flatMap((node) => (node.op === 'param' ? [[node.attrs.name, node]] : [])),
  )
  const { names, of, beside } = bestNames(params, tensors)
  const picture = pictureOf(graph)
  const arrays = new Map<string, Float32Array>()
  const changed: string[] = []
  const misshapen: WeightReport['misshapen'][number][] = []
  for (const [name, { shape }] of params) {
    const tensor = names.get(name)
    if (!tensor) continue
    const isSame = isSameNumbers(tensor.shape, shape)
    const values = isSame ? tensor.data : resampled(name, tensor, shape, picture, positions)
    if (!values) misshapen.push({ name, inFile: tensor.shape, wanted: shape })
    else {
      arrays.set(name, values)
      if (!isSame) changed.push(name)
    }
  }
  const tables = new Set(
    graph.nodes.flatMap((node) =>
      node.op === 'constant' && node.attrs.table ? [node.attrs.table.name] : [],
    ),
  )
  const unused = [...names].filter(([name]) => !params.has(name))
  const isRepeated = repeatedAmong(arrays)
  const strange = unused.filter(
    ([name, tensor]) => !tables.has(name) && !isFixed(name) && !isRepeated(name, tensor),
  )
  const unexpected = [...strange.map(([name]) => name), ...beside]
  return {
    arrays,
    report: {
      wanted: params.size,
      fits: arrays.size,
      namesOf: of,
      resampled: changed,
      positions: changed.some(isPositionEmbedding) ? positions : null,
      missing: [...params.keys()].filter((name) => !names.has(name)),
      unexpected,
      ignored: counters.length + unused.length - strange.length,
      misshapen,
      notFinite: [...arrays].flatMap(([name, values]) => (areFinite(values) ? [] : [name])),
    },
  }
}

/** Looked through once: every edit of a design matches its weights again. */
const finite = new WeakMap<Float32Array, boolean>()
function areFinite(values: Float32Array): boolean {
  const known = finite.get(values) ?? values.every(Number.isFinite)
  finite.set(values, known)
  return known
}

/** Tables that a formula gives, which older checkpoints hold as tensors. */
const isFixed = (name: string): boolean =>
  /(?:^|\.)(?:relative_position_index|relative_coords_table|attn_mask|attention_bias_idxs|rope\.freqs_(?:cos|sin)|rope_embed\.periods|attn\.qkv\.bias_mask)$/.test(
    name,
  )

/** Whether a tensor has the numbers of one that is loaded, under its last two names: a layer that several blocks share. */
function repeatedAmong(arrays: ReadonlyMap<string, Float32Array>) {
  const ending = (name: string) => name.split('.').slice(-2).join('.')
  const byEnding = new Map<string, Float32Array[]>()
  for (const [name, values] of arrays) {
    byEnding.set(ending(name), [...(byEnding.get(ending(name)) ?? []), values])
  }
  return (name: string, tensor: FileTensor): boolean =>
    (byEnding.get(ending(name)) ?? []).some(
      (values) => values.length === elements(tensor.shape) && areEqual(values, tensor.data),
    )
}

const areEqual = (a: Float32Array, b: Float32Array): boolean => a.every((value, i) => value === b[i])

type Params = ReadonlyMap<string, NodeOf<'param'>>

/** The file's tensors by the design's names, under the renaming that makes most of them fit; the plain one when equal. */
function bestNames(params: Params, tensors: Checkpoint['tensors']) {
  const wanted = [...params.keys()]
  const plain: Named = { names: tensors, of: 'timm', beside: [], fits: fitting(params, tensors) }
  let best = plain
  for (const inner of [(name: string) => name, unwrapped, ofPictures]) {
    const entries = [...tensors].map(([name, tensor]) => ({ name, inner: inner(name), tensor }))
    const beside = entries.flatMap(({ name, inner }) => (inner === null ? [name] : []))
    const inside = entries.flatMap(({ inner, tensor }) => (inner === null ? [] : [{ name: inner, tensor }]))
    if (inside.length === 0) continue
    for (const { of, changeAmong, finish } of renamings) {
      const change = changeAmong(
        inside.map(({ name }) => name),
        wanted,
      )
      const renamed = new Map<string, FileTensor>()
      for (const { name, tensor } of inside) {
        const now = change(name)
        renamed.set(renamed.has(now) ? name : now, tensor)
      }
      finish?.(renamed)
      const names = new Map<string, FileTensor>()
      for (const [name, tensor] of renamed) {
        for (const [part, values] of splitInto(params, name, tensor)) names.set(part, values)
      }
      const fits = fitting(params, names)
      if (fits > best.fits) best = { names, of, beside, fits }
    }
  }
  return best
}

interface Named {
  readonly names: ReadonlyMap<string, FileTensor>
  readonly of: string
  /** The file's names of what belongs to another network, such as one that reads text. */
  readonly beside: readonly string[]
  readonly fits: number
}

/** Queries, keys and values in one tensor, where the design has a weight for each; else the tensor itself. */
function splitInto(
  params: Params,
  name: string,
  tensor: FileTensor,
): readonly (readonly [string, FileTensor])[] {
  const parts = partsOf(params, name)
  const [rows = 0, ...rest] = tensor.shape
  if (params.has(name) || rows % 3 !== 0 || parts.length === 0) return [[name, tensor]]
  const size = (rows / 3) * elements(rest)
  return parts.map(([part, at]) => [
    part,
    {
      shape: [rows / 3, ...rest],
      get data() {
        return tensor.data.subarray(at * size, (at + 1) * size)
      },
    },
  ])
}

/** Their names and places in the tensor; where keys have no bias of their own, it is 0 in the one tensor as well. */
function partsOf(params: Params, name: string): readonly (readonly [string, number])[] {
  const named = (pattern: RegExp, ...parts: readonly string[]) =>
    parts.map((part) => name.replace(pattern, part))
  const [q = '', k = '', v = ''] = named(/\bqkv(?=\.(?:weight|bias)$)/, 'q', 'k', 'v')
  if (q !== name && [q, k, v].every((part) => params.has(part))) {
    return [
      [q, 0],
      [k, 1],
      [v, 2],
    ]
  }
  const [qBias = '', vBias = ''] = named(/\bqkv\.bias$/, 'q_bias', 'v_bias')
  if (qBias === name || !params.has(qBias) || !params.has(vBias)) return []
  return [
    [qBias, 0],
    [vBias, 2],
  ]
}

function fitting(params: Params, names: ReadonlyMap<string, FileTensor>): number {
  let count = 0
  for (const [name, { shape }] of names) {
    const param = params.get(name)
    if (param && elements(param.shape) === elements(shape)) count++
  }
  return count
}

/**
 * Whether a tensor of one shape is one of the other with its numbers in the same order: axes of 1 mean nothing (a linear layer
 * is a 1×1 convolution), and a convolution that reads each place once may be kept as the linear layer of its patches.
 */
function isSameNumbers(a: Shape, b: Shape): boolean {
  const [inA, inB] = [a, b].map((shape) => shape.filter((size) => size !== 1))
  if (inA?.join() === inB?.join()) return true
  const isFlattened = (flat: Shape, whole: Shape) =>
    flat.length === 2 && whole.length === 4 && flat[0] === whole[0] && elements(flat) === elements(whole)
  return isFlattened(a, b) || isFlattened(b, a)
}

function pictureOf(graph: Graph): { readonly height: number; readonly width: number } {
  const [, height = 1, width = 1] = graph.nodes.find(({ op }) => op === 'input')?.shape ?? []
  return { height, width }
}

/** What does not fit, as clauses for a sentence: few names, and how many there are. */
export function whatDoesNotFit({ missing, misshapen }: WeightReport): readonly string[] {
  const [first] = missing
  const [different] = misshapen
  return [
    ...(first === undefined
      ? []
      : [
          missing.length === 1
            ? `1 weight is missing: ${first}`
            : `${missing.length} weights are missing, such as ${first}`,
        ]),
    ...(different === undefined
      ? []
      : [
          `${different.name} is ${printShape(different.inFile)} there and ${printShape(different.wanted)} here${
            misshapen.length === 1 ? '' : `, and ${misshapen.length - 1} more have other shapes`
          }`,
        ]),
  ]
}
