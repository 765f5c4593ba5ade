/** Which tensors of a checkpoint are the weights of a design: by name, also by older names, and at another size where that can be. */
import { elements, type Graph, type NodeOf, printShape, type Shape } from '../graph/graph'
import { renamings, unwrapped } from './renames'
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
  const { names, of } = bestNames(params, tensors)
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
  const unused = [...names.keys()].filter((name) => !params.has(name))
  const unexpected = unused.filter((name) => !tables.has(name) && !isFixed(name))
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
      ignored: counters.length + unused.length - unexpected.length,
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
  /(?:^|\.)(?:relative_position_index|relative_coords_table|attn_mask|attention_bias_idxs)$/.test(name)

type Params = ReadonlyMap<string, NodeOf<'param'>>

/** The file's tensors by the design's names, under the renaming that makes most of them fit; the plain one when equal. */
function bestNames(params: Params, tensors: Checkpoint['tensors']) {
  let best = { names: tensors, of: 'timm', fits: fitting(params, tensors) }
  for (const inner of [(name: string) => name, unwrapped]) {
    for (const { of, change } of renamings) {
      const names = new Map<string, FileTensor>()
      for (const [name, tensor] of tensors) {
        const renamed = change(inner(name))
        for (const [part, values] of splitInto(params, renamed, tensor)) {
          names.set(names.has(part) ? name : part, values)
        }
      }
      const fits = fitting(params, names)
      if (fits > best.fits) best = { names, of, fits }
    }
  }
  return best
}

/** Queries, keys and values in one tensor, where the design has a weight for each; else the tensor itself. */
function splitInto(
  params: Params,
  name: string,
  tensor: FileTensor,
): readonly (readonly [string, FileTensor])[] {
  const parts = ['q', 'k', 'v'].map((part) => name.replace(/\bqkv(?=\.(?:weight|bias)$)/, part))
  const [rows = 0, ...rest] = tensor.shape
  if (params.has(name) || rows % 3 !== 0 || !parts.every((part) => part !== name && params.has(part)))
    return [[name, tensor]]
  const size = (rows / 3) * elements(rest)
  return parts.map((part, at) => [
    part,
    {
      shape: [rows / 3, ...rest],
      get data() {
        return tensor.data.subarray(at * size, (at + 1) * size)
      },
    },
  ])
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
