/**
 * A writer that puts transposes off: element-wise nodes compute in the order in which their input lies, two transposes in a
 * row become one or none, and a constant is turned here. Convolutions want channels first, our maps have them last: without
 * this, every one of them would stand between two transposes.
 */
import { elements, type Shape } from '../../graph/graph'
import { inverse } from '../../ops/gatherOrders'
import type { OnnxAttributes, OnnxWriter } from '../../ops/onnxWriter'
import { contiguous } from '../../ops/strided'
import type { Initializer, ModelWriter } from './modelWriter'

/** The value is `source` with its axes in this order. */
interface Turned {
  readonly source: string
  readonly perm: readonly number[]
}

const elementwise: ReadonlySet<string> = new Set(
  'Neg Abs Sign Exp Log Sqrt Reciprocal Sin Cos Erf Tanh Sigmoid Softplus Relu Clip HardSigmoid HardSwish Elu Mish Add Sub Mul Div Max Min Pow Identity'.split(
    ' ',
  ),
)

export class LateTransposes implements OnnxWriter {
  private readonly writer: ModelWriter
  private readonly turned = new Map<string, Turned>()
  private readonly written = new Map<string, string>()
  private names = 0

  constructor(writer: ModelWriter) {
    this.writer = writer
  }

  input(name: string, shape: Shape): string {
    return this.writer.input(name, shape)
  }
  weight(key: string, shape: Shape): string {
    return this.writer.weight(key, shape)
  }
  float(values: ArrayLike<number>, dims?: Shape): string {
    return this.writer.float(values, dims)
  }
  ints(values: readonly number[], dims?: Shape): string {
    return this.writer.ints(values, dims)
  }

  node(type: string, inputs: readonly string[], attributes: OnnxAttributes = {}): string {
    if (type === 'Transpose') return this.transpose(inputs[0] ?? '', attributes.perm as readonly number[])
    return this.inPlace(type, inputs, attributes) ?? this.writer.node(type, this.inOrder(inputs), attributes)
  }

  secondOutput(type: string, inputs: readonly string[], attributes?: OnnxAttributes): string {
    return this.writer.secondOutput(type, this.inOrder(inputs), attributes)
  }

  output(name: string, from: string, shape: Shape): void {
    const [value = ''] = this.inOrder([from])
    this.writer.output(name, value, shape)
  }

  private transpose(x: string, perm: readonly number[]): string {
    const constant = this.writer.initializer(x)
    if (constant) {
      const { shape, values } = transposed(constant, perm)
      return this.writer.float(values, shape)
    }
    const before = this.turned.get(x)
    const source = before?.source ?? x
    const whole = before ? perm.map((axis) => before.perm[axis] ?? axis) : perm
    if (whole.every((axis, at) => axis === at)) return source
    this.names++
    const name = `turned ${this.names}`
    this.turned.set(name, { source, perm: whole })
    return name
  }

  /** An element-wise node in the order of its input; null where its inputs lie in different orders. */
  private inPlace(type: string, inputs: readonly string[], attributes: OnnxAttributes): string | null {
    if (!elementwise.has(type)) return null
    const perm = inputs.flatMap((input) => this.turned.get(input) ?? [])[0]?.perm
    if (!perm) return null
    const sources: string[] = []
    for (const input of inputs) {
      const source = this.sourceIn(input, perm)
      if (source === null) return null
      sources.push(source)
    }
    return this.transpose(this.writer.node(type, sources, attributes), perm)
  }

  /** The tensor that, turned by `perm`, is this input; null when there is none yet. */
  private sourceIn(input: string, perm: readonly number[]): string | null {
    const turned = this.turned.get(input)
    if (turned) return turned.perm.every((axis, at) => axis === perm[at]) ? turned.source : null
    const constant = this.writer.initializer(input)
    if (!constant) return null
    if (constant.values.length === 1 && constant.shape.length === 0) return input
    const missing = perm.length - constant.shape.length
    const shape = [...Array.from({ length: missing }, () => 1), ...constant.shape]
    const { values, shape: dims } = transposed({ shape, values: constant.values }, inverse(perm))
    return this.writer.float(values, dims)
  }

  private inOrder(inputs: readonly string[]): readonly string[] {
    return inputs.map((input) => {
      const turned = this.turned.get(input)
      if (!turned) return input
      let name = this.written.get(input)
      if (!name) {
        name = this.writer.node('Transpose', [turned.source], { perm: turned.perm })
        this.written.set(input, name)
      }
      return name
    })
  }
}

function transposed({ shape, values }: Initializer, perm: readonly number[]): Initializer {
  const dims = perm.map((axis) => shape[axis] ?? 1)
  const strides = contiguous(shape)
  const steps = perm.map((axis) => strides[axis] ?? 0)
  const moved = new Float32Array(elements(dims))
  const place = dims.map(() => 0)
  let from = 0
  for (let to = 0; to < moved.length; to++) {
    moved[to] = values[from] ?? 0
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      place[axis] = (place[axis] ?? 0) + 1
      from += steps[axis] ?? 0
      if ((place[axis] ?? 0) < (dims[axis] ?? 1)) break
      from -= (steps[axis] ?? 0) * (dims[axis] ?? 1)
      place[axis] = 0
    }
  }
  return { shape: dims, values: moved }
}
