/** Collects ONNX nodes and initializers, and writes the model. Field numbers are those of onnx.proto, IR version 8, opset 18. */
import { VertebraError } from '../../errors'
import { elements, type Shape } from '../../graph/graph'
import type { OnnxAttributes, OnnxWriter } from '../../ops/onnxWriter'
import { Message } from './protobuf'

const FLOAT = 1
const INT64 = 7
const floatAttributes: ReadonlySet<string> = new Set(['alpha', 'beta', 'epsilon', 'gamma', 'bias', 'lambd'])

export interface Initializer {
  readonly shape: Shape
  readonly values: Float32Array
}

export class ModelWriter implements OnnxWriter {
  private readonly graph = new Message()
  private readonly initializers = new Map<string, Initializer>()
  /** Names of the integer lists that were written, by what they say. */
  private readonly integers = new Map<string, string>()
  private readonly used = new Set<string>()
  private readonly weights: (key: string, shape: Shape) => Float32Array
  private names = 0

  constructor(weights: (key: string, shape: Shape) => Float32Array) {
    this.weights = weights
  }

  input(name: string, shape: Shape): string {
    this.graph.message(11, valueInfo(name, shape))
    return name
  }

  output(name: string, from: string, shape: Shape): void {
    this.write('Identity', [from], [name], {})
    this.graph.message(12, valueInfo(name, shape))
  }

  weight(key: string, shape: Shape): string {
    if (!this.initializers.has(key)) this.initializers.set(key, { shape, values: this.weights(key, shape) })
    return key
  }

  float(values: ArrayLike<number>, dims: Shape = []): string {
    if (values.length !== elements(dims))
      throw new VertebraError(`internal: ${values.length} numbers for a constant of ${dims.join('×')}`)
    const name = this.newName()
    this.initializers.set(name, { shape: dims, values: Float32Array.from(values) })
    return name
  }

  ints(values: readonly number[], dims: Shape = [values.length]): string {
    const said = `${dims.join('×')}: ${values.join(' ')}`
    let name = this.integers.get(said)
    if (!name) {
      name = this.newName()
      this.integers.set(said, name)
      const data = new BigInt64Array(values.map(BigInt))
      this.graph.message(5, tensor(name, dims, INT64, new Uint8Array(data.buffer)))
    }
    return name
  }

  node(type: string, inputs: readonly string[], attributes: OnnxAttributes = {}): string {
    const name = this.newName()
    this.write(type, inputs, [name], attributes)
    return name
  }

  secondOutput(type: string, inputs: readonly string[], attributes: OnnxAttributes = {}): string {
    const [first, second] = [this.newName(), this.newName()]
    this.write(type, inputs, [first, second], attributes)
    return second
  }

  /** A float tensor that is known now; undefined for what is computed. */
  initializer(name: string): Initializer | undefined {
    return this.initializers.get(name)
  }

  /** The whole model; the writer is of no use afterwards. */
  toBytes(name: string): Uint8Array<ArrayBuffer> {
    for (const [key, { shape, values }] of this.initializers) {
      if (!this.used.has(key)) continue
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
      this.graph.message(5, tensor(key, shape, FLOAT, bytes))
    }
    return new Message()
      .int(1, 8)
      .text(2, 'Vertebra')
      .message(7, this.graph.text(2, name))
      .message(8, new Message().text(1, '').int(2, 18))
      .toBytes()
  }

  private write(
    type: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: OnnxAttributes,
  ): void {
    const node = new Message()
    for (const input of inputs) {
      this.used.add(input)
      node.text(1, input)
    }
    for (const output of outputs) node.text(2, output)
    node.text(3, outputs[0] ?? '').text(4, type)
    for (const [key, value] of Object.entries(attributes)) node.message(5, attribute(key, value))
    this.graph.message(1, node)
  }

  private newName(): string {
    this.names++
    return `_${this.names}`
  }
}

/** AttributeProto, with the kind that ONNX gives an attribute of this name. */
function attribute(name: string, value: OnnxAttributes[string]): Message {
  const message = new Message().text(1, name)
  if (typeof value === 'string') return message.text(4, value).int(20, 3)
  if (typeof value !== 'number') return message.ints(8, value).int(20, 7)
  return floatAttributes.has(name) ? message.float(2, value).int(20, 1) : message.int(3, value).int(20, 2)
}

function tensor(name: string, shape: Shape, type: number, bytes: Uint8Array): Message {
  return new Message().ints(1, shape).int(2, type).text(8, name).bytes(9, bytes)
}

function valueInfo(name: string, shape: Shape): Message {
  const dims = new Message()
  for (const size of shape) dims.message(1, new Message().int(1, size))
  const type = new Message().message(1, new Message().int(1, FLOAT).message(2, dims))
  return new Message().text(1, name).message(2, type)
}
