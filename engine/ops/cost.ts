/** What one node costs when it is computed by itself. The conventions are design.md's section 6. */
import { elements, type Graph, type Node, type NodeOf, type Shape } from '../graph/graph'
import { binaryFunctions, unaryFunctions } from './elementwise'
import { applyRule, type Rules } from './rules'

export interface NodeCost {
  /** Multiply-accumulates of convolutions and contractions; padding counts. */
  readonly macs: number
  /** 2 x macs, plus element-wise functions at their price, plus one per folded element. */
  readonly flops: number
  /** As if every tensor were in memory in f32; what only names a tensor anew moves nothing. */
  readonly bytesRead: number
  readonly bytesWritten: number
}

/** The kinds that MACs are reported in. */
export type MacKind = 'conv' | 'linear' | 'matmul'

export function nodeCost(graph: Graph, node: Node): NodeCost {
  return applyRule(
    rules,
    node,
    node.inputs.map((input) => graph.nodes[input].shape),
  )
}

/** What references do by a fast transform: nobody counts their MACs. They do cost FLOPs. */
const uncounted: ReadonlySet<string> = new Set(['fourier', 'inverseFourier', 'longConvolution'])

/** `conv` for convolutions, `linear` for contractions inside a call of that name, `matmul` for all others but those of transforms. */
export function macKinds(graph: Graph): ReadonlyMap<number, MacKind> {
  const kinds = new Map<number, MacKind>()
  for (const { id, op } of graph.nodes) {
    if (op === 'conv') kinds.set(id, 'conv')
    if (op === 'dot') kinds.set(id, 'matmul')
  }
  for (const { name, first, end } of graph.calls) {
    const isTransform = uncounted.has(name)
    if (name !== 'linear' && !isTransform) continue
    for (let id = first; id < end; id++) {
      if (isTransform) kinds.delete(id)
      else if (kinds.get(id) === 'matmul') kinds.set(id, 'linear')
    }
  }
  return kinds
}

const BYTES = 4
const free: NodeCost = { macs: 0, flops: 0, bytesRead: 0, bytesWritten: 0 }

const rules: Rules<[inputs: readonly Shape[]], NodeCost> = {
  input: () => free,
  param: () => free,
  constant: () => free,
  iota: (node) => ({ ...free, bytesWritten: bytes(node.shape) }),
  unary: (node, inputs) => computed(node, inputs, unaryFunctions[node.attrs.fn].flops * elements(node.shape)),
  binary: (node, inputs) =>
    computed(node, inputs, binaryFunctions[node.attrs.fn].flops * elements(node.shape)),
  select: (node, inputs) => computed(node, inputs, elements(node.shape)),
  reduce: (node, inputs) => computed(node, inputs, elements(inputs[0])),
  dot: (node, inputs) => {
    const depth = node.attrs.contract[0].reduce((product, axis) => product * inputs[0][axis], 1)
    return contracted(node, inputs, elements(node.shape) * depth)
  },
  conv: (node, inputs) => {
    const [, kh, kw, perGroup] = inputs[1]
    return contracted(node, inputs, elements(node.shape) * perGroup * kh * kw)
  },
  windows: moved,
  overlapAdd: (node, inputs) => computed(node, inputs, elements(inputs[0])),
  reshape: () => free,
  transpose: moved,
  broadcast: (node, inputs) => computed(node, inputs, 0),
  slice: moved,
  pad: (node, inputs) => computed(node, inputs, 0),
  concat: moved,
  reverse: moved,
  gather: (node, [, index]) => ({ ...moved(node), bytesRead: bytes(node.shape) + bytes(index) }),
  scatterAdd: (node, inputs) => computed(node, inputs, elements(inputs[0])),
  // One comparison per element and round.
  topK: (node, inputs) => computed(node, inputs, node.attrs.k * elements(inputs[0])),
  scan: (node, inputs) => computed(node, inputs, 2 * elements(node.shape)),
  stopGradient: () => free,
  tap: () => free,
}

function contracted(node: NodeOf<'dot' | 'conv'>, inputs: readonly Shape[], macs: number): NodeCost {
  return { ...computed(node, inputs, 2 * macs), macs }
}

/** Reads each input once. */
function computed(node: { readonly shape: Shape }, inputs: readonly Shape[], flops: number): NodeCost {
  return {
    macs: 0,
    flops,
    bytesRead: inputs.map(bytes).reduce((a, b) => a + b, 0),
    bytesWritten: bytes(node.shape),
  }
}

/** Reads exactly what it writes. */
function moved(node: { readonly shape: Shape }): NodeCost {
  return { ...free, bytesRead: bytes(node.shape), bytesWritten: bytes(node.shape) }
}

function bytes(shape: Shape): number {
  return BYTES * elements(shape)
}
