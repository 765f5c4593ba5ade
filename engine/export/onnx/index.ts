/** A tensor program as an ONNX model: opset 18, float32, weights inside. */
import { VertebraError } from '../../errors'
import type { Call, Graph, Node, NodeOf } from '../../graph/graph'
import { reachable } from '../../graph/traverse'
import { evaluate } from '../../ops/evaluate'
import { writeOnnx } from '../../ops/onnx'
import { type CallContext, callRows } from './calls'
import { LateTransposes } from './lateTransposes'
import { ModelWriter } from './modelWriter'

export interface OnnxOptions {
  readonly name: string
  /** Nodes that become outputs, by the names that they get there. */
  readonly outputs: ReadonlyMap<string, number>
  readonly weights: (node: NodeOf<'param'>) => Float32Array
  /** Calls to be written as their bodies, for a reader that lacks their operators. */
  readonly spelledOut?: ReadonlySet<string>
  /** Average pools as depthwise convolutions. */
  readonly poolsAsConvolutions?: boolean
}

/**
 * What depends on no input is computed here and becomes a constant; BatchNorm is folded into the convolution before it.
 * Maps keep our shapes [n, h, w, c] at the inputs and outputs and lie channels first in between where convolutions want them so.
 */
export function exportOnnx(graph: Graph, options: OnnxOptions): Uint8Array<ArrayBuffer> {
  return new OnnxExport(graph, options).toBytes()
}

class OnnxExport {
  private readonly graph: Graph
  private readonly options: OnnxOptions
  private readonly model: ModelWriter
  private readonly writer: LateTransposes
  private readonly isFixed: readonly boolean[]
  private readonly callOf = new Map<number, Call>()
  private readonly tensors = new Map<number, string>()
  private readonly known = new Map<number, Float32Array>()
  private readonly context: CallContext

  constructor(graph: Graph, options: OnnxOptions) {
    this.graph = graph
    this.options = options
    const params = new Map(
      graph.nodes.flatMap((node) => (node.op === 'param' ? [[node.attrs.name, node] as const] : [])),
    )
    this.model = new ModelWriter((key) => {
      const node = params.get(key)
      if (!node) throw new VertebraError(`internal: there is no weight ${key}`)
      return options.weights(node)
    })
    this.writer = new LateTransposes(this.model)
    const isFixed: boolean[] = []
    for (const { op, inputs } of graph.nodes)
      isFixed.push(op !== 'input' && inputs.every((input) => isFixed[input]))
    this.isFixed = isFixed
    // The outermost call that ends at a node comes last in the list.
    for (const call of graph.calls)
      if (callRows[call.name] && !options.spelledOut?.has(call.name)) this.callOf.set(call.output, call)
    this.context = {
      graph,
      writer: this.writer,
      tensor: (node) => this.tensor(node),
      numbers: (node) => (this.isFixed[node] ? this.numbers(node) : null),
      poolsAsConvolutions: options.poolsAsConvolutions ?? false,
    }
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    const { name, outputs } = this.options
    const needed = reachable(this.graph, [...outputs.values()])
    for (const { id, op } of this.graph.nodes) if (op === 'input' && needed.has(id)) this.tensor(id)
    for (const [title, node] of outputs) {
      this.makeInputs(node)
      this.writer.output(title, this.tensor(node), this.nodeAt(node).shape)
    }
    return this.model.toBytes(name)
  }

  /** The tensors that a node is made from, in the order of the graph: a deep network is not written by recursion. */
  private makeInputs(node: number): void {
    const needed = new Set([node])
    for (let id = node; id >= 0; id--) {
      if (!needed.has(id) || this.isFixed[id]) continue
      for (const input of this.readsOf(id)) needed.add(input)
    }
    for (let id = 0; id <= node; id++) if (needed.has(id) && !this.isFolded(id)) this.tensor(id)
  }

  private readsOf(id: number): readonly number[] {
    return this.callOf.get(id)?.inputs ?? this.nodeAt(id).inputs
  }

  /** A convolution before a BatchNorm is written with it, and a broadcast where it is read. */
  private isFolded(id: number): boolean {
    return this.nodeAt(id).op === 'broadcast' || this.callOf.get(id)?.name === 'conv2d'
  }

  private tensor(id: number): string {
    let name = this.tensors.get(id)
    if (name === undefined) {
      name = this.write(this.nodeAt(id))
      this.tensors.set(id, name)
    }
    return name
  }

  private write(node: Node): string {
    if (this.isFixed[node.id]) {
      return node.op === 'param'
        ? this.writer.weight(node.attrs.name, node.shape)
        : this.writer.float(this.numbers(node.id), node.shape)
    }
    const call = this.callOf.get(node.id)
    const written = call && callRows[call.name]?.(call, this.context)
    if (written) return written
    const inputs = node.inputs.map((input) => this.operand(node, input))
    const shapes = node.inputs.map((input) => this.nodeAt(input).shape)
    return writeOnnx(this.writer, node, inputs, shapes)
  }

  /** Element-wise operators repeat axes of size 1 by themselves, as long as another operand has the whole shape. */
  private operand(node: Node, input: number): string {
    const from = this.nodeAt(input)
    const isElementwise = node.op === 'binary' || node.op === 'select'
    const others = node.inputs.filter((other) => other !== input).map((other) => this.nodeAt(other))
    if (isElementwise && from.op === 'broadcast' && others.some(({ op }) => op !== 'broadcast'))
      return this.tensor(from.inputs[0] ?? input)
    return this.tensor(input)
  }

  private numbers(id: number): Float32Array {
    let values = this.known.get(id)
    if (!values) {
      const node = this.nodeAt(id)
      values =
        node.op === 'param'
          ? this.options.weights(node)
          : Float32Array.from(evaluate(this.graph, { params: this.options.weights }, [id]).get(id) ?? [])
      this.known.set(id, values)
    }
    return values
  }

  private nodeAt(id: number): Node {
    const node = this.graph.nodes[id]
    if (!node) throw new VertebraError(`internal: there is no node ${id}`)
    return node
  }
}
