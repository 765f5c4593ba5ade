/** Writes a graph, one node per verb. */
import { ShapeError, VertebraError } from '../errors'
import type { Call, CallAttributes, Graph, Grid, Node, NodeOf, Scope, Shape, Value } from '../graph/graph'
import { printShape, sameShape } from '../graph/graph'
import type {
  ConvAttributes,
  DotAttributes,
  Op,
  OpAttributes,
  ParamRole,
  ReduceFunction,
  Table,
  WindowAttributes,
} from './attributes'
import type { Arithmetic, BinaryFunction, UnaryFunction } from './elementwise'
import { resultShape } from './shape'

/** What binary verbs take: a number is a constant. */
export type Operand = Value | number

/** Role of a parameter and its procedural values a + b u, u in [-1, 1): golden/FORMAT.md. */
export interface ParamOptions {
  readonly role: ParamRole
  readonly a: number
  readonly b: number
  /** Several modules mean this one weight; otherwise two that have one name are a mistake. */
  readonly isShared?: boolean
}

/**
 * A graph in the making. Verbs append a node and return it; its shape comes from the shape table, which throws ShapeError.
 * Given a graph, its nodes are kept and new ones come after them: how gradients are written.
 */
export class Builder implements Arithmetic<Value> {
  private readonly nodes: Node[]
  private readonly calls: Call[]
  private readonly scopes: Scope[]
  private readonly params = new Map<string, Value>()
  private currentScope = 0

  constructor(graph?: Graph) {
    this.nodes = [...(graph?.nodes ?? [])]
    this.calls = [...(graph?.calls ?? [])]
    this.scopes = [...(graph?.scopes ?? [{ id: 0, parent: 0, path: '', key: '', output: null }])]
    for (const node of this.nodes) if (node.op === 'param') this.params.set(node.attrs.name, node)
  }

  // --- sources ---------------------------------------------------------------------------------------------------

  input(name: string, shape: Shape, grid: Grid | null = null): Value {
    return this.append('input', { name }, [], { declared: shape, grid })
  }

  /** A weight. Asking for a key again gives the same node: a shared weight counts once. */
  param(key: string, shape: Shape, { role, a, b }: ParamOptions): Value {
    const known = this.params.get(key)
    if (known) {
      if (sameShape(known.shape, shape)) return known
      throw new ShapeError(
        'SHAPE_MISMATCH',
        `two weights are called ${key}, of shapes ${printShape(known.shape)} and ${printShape(shape)}; give one of their nodes another key`,
        [{ what: key, expected: printShape(known.shape), got: printShape(shape) }],
      )
    }
    const node = this.append('param', { name: key, role, a, b }, [], { declared: shape })
    this.params.set(key, node)
    return node
  }

  constant(data: Float32Array | readonly number[], shape: Shape, table?: Table): Value {
    const values = data instanceof Float32Array ? data : Float32Array.from(data)
    return this.append('constant', { data: values, ...(table && { table }) }, [], { declared: shape })
  }

  scalar(value: number): Value {
    return this.constant([value], [])
  }

  /** 0, 1, 2 ... along `axis`. */
  iota(shape: Shape, axis: number): Value {
    return this.append('iota', { axis }, [], { declared: shape })
  }

  // --- element-wise ----------------------------------------------------------------------------------------------

  unary(fn: UnaryFunction, x: Value): Value {
    return this.append('unary', { fn }, [x])
  }

  /** Shapes broadcast as in NumPy, aligned at the right. */
  binary(fn: BinaryFunction, x: Operand, y: Operand): Value {
    return this.append('binary', { fn }, this.broadcastTogether(fn, [x, y]))
  }

  /** x where the condition is not zero, else y. Broadcasts. */
  select(condition: Operand, x: Operand, y: Operand): Value {
    return this.append('select', {}, this.broadcastTogether('select', [condition, x, y]))
  }

  /** A constant of rank and size of `like`. */
  number(value: number, like: Value): Value {
    const ones = like.shape.map(() => 1)
    return this.broadcast(this.constant([value], ones), like.shape)
  }

  add(x: Operand, y: Operand): Value {
    return this.binary('add', x, y)
  }
  sub(x: Operand, y: Operand): Value {
    return this.binary('sub', x, y)
  }
  mul(x: Operand, y: Operand): Value {
    return this.binary('mul', x, y)
  }
  div(x: Operand, y: Operand): Value {
    return this.binary('div', x, y)
  }
  max(x: Operand, y: Operand): Value {
    return this.binary('max', x, y)
  }
  min(x: Operand, y: Operand): Value {
    return this.binary('min', x, y)
  }
  pow(x: Operand, y: Operand): Value {
    return this.binary('pow', x, y)
  }
  neg(x: Value): Value {
    return this.unary('neg', x)
  }
  exp(x: Value): Value {
    return this.unary('exp', x)
  }
  log(x: Value): Value {
    return this.unary('log', x)
  }
  sqrt(x: Value): Value {
    return this.unary('sqrt', x)
  }
  rsqrt(x: Value): Value {
    return this.unary('rsqrt', x)
  }
  square(x: Value): Value {
    return this.unary('square', x)
  }
  relu(x: Value): Value {
    return this.unary('relu', x)
  }
  gelu(x: Value): Value {
    return this.unary('gelu', x)
  }
  silu(x: Value): Value {
    return this.unary('silu', x)
  }
  sigmoid(x: Value): Value {
    return this.unary('sigmoid', x)
  }
  tanh(x: Value): Value {
    return this.unary('tanh', x)
  }

  // --- folds and contractions ------------------------------------------------------------------------------------

  /** The axes stay, with size 1. */
  reduce(fn: ReduceFunction, x: Value, axes: readonly number[]): Value {
    return this.append('reduce', { fn, axes }, [x])
  }

  sum(x: Value, axes: readonly number[]): Value {
    return this.reduce('sum', x, axes)
  }

  /** The axes stay, with size 1. */
  mean(x: Value, axes: readonly number[]): Value {
    const count = axes.reduce((product, axis) => product * x.shape[axis], 1)
    return this.mul(this.sum(x, axes), 1 / count)
  }

  /** Result: batch axes, free axes of x, free axes of y. */
  dot(
    x: Value,
    y: Value,
    { batch = [[], []], contract }: Partial<DotAttributes> & Pick<DotAttributes, 'contract'>,
  ): Value {
    return this.append('dot', { batch, contract }, [x, y])
  }

  /** x [n, h, w, c], w [o, kh, kw, c / groups] -> [n, h', w', o]. */
  conv(x: Value, w: Value, attrs: Partial<ConvAttributes> = {}): Value {
    const complete: ConvAttributes = {
      stride: attrs.stride ?? [1, 1],
      padding: attrs.padding ?? [
        [0, 0],
        [0, 0],
      ],
      dilation: attrs.dilation ?? [1, 1],
      inputDilation: attrs.inputDilation ?? [1, 1],
      groups: attrs.groups ?? 1,
    }
    return this.append('conv', complete, [x, w])
  }

  /** [n, h, w, c] -> [n, h', w', kh, kw, c]. */
  windows(
    x: Value,
    {
      kernel,
      stride,
      dilation = [1, 1],
    }: Partial<WindowAttributes> & Pick<WindowAttributes, 'kernel' | 'stride'>,
  ): Value {
    return this.append('windows', { kernel, stride, dilation }, [x])
  }

  /** The adjoint of windows: [n, h', w', kh, kw, c] -> [n, height, width, c]. */
  overlapAdd(x: Value, attrs: OpAttributes['overlapAdd']): Value {
    return this.append('overlapAdd', attrs, [x])
  }

  // --- movement --------------------------------------------------------------------------------------------------

  /** Returns x itself when the shape is already right. */
  reshape(x: Value, shape: Shape): Value {
    if (sameShape(x.shape, shape)) return x
    return this.append('reshape', { shape }, [x], { grid: reshapedGrid(x, shape) })
  }

  /** Result axis i is axis `axes[i]` of x. `grid` is for callers that know where the tokens of axis 1 lie. */
  transpose(x: Value, axes: readonly number[], grid: Grid | null = null): Value {
    return this.append('transpose', { axes }, [x], { grid })
  }

  /** Axes of size 1 repeat; ranks are equal. Returns x itself when nothing repeats. */
  broadcast(x: Value, shape: Shape): Value {
    if (sameShape(x.shape, shape)) return x
    return this.append('broadcast', { shape }, [x])
  }

  slice(
    x: Value,
    {
      start,
      size,
      step,
    }: {
      readonly start: readonly number[]
      readonly size: readonly number[]
      readonly step?: readonly number[]
    },
  ): Value {
    return this.append('slice', { start, size, step: step ?? x.shape.map(() => 1) }, [x], {
      grid: slicedGrid(x, start, size),
    })
  }

  pad(
    x: Value,
    {
      low,
      high,
      value = 0,
    }: { readonly low: readonly number[]; readonly high: readonly number[]; readonly value?: number },
  ): Value {
    return this.append('pad', { low, high, value }, [x])
  }

  concat(xs: readonly Value[], axis: number): Value {
    return this.append('concat', { axis }, xs, { grid: concatenatedGrid(xs, axis) })
  }

  reverse(x: Value, axes: readonly number[]): Value {
    return this.append('reverse', { axes }, [x])
  }

  /**
   * Parts of x by their number along `axis`: the axes of the index take its place. With `batch` leading axes that x and the index
   * share, every one has its own index.
   */
  gather(
    x: Value,
    index: Value,
    { axis, batch = 0 }: { readonly axis: number; readonly batch?: number },
  ): Value {
    return this.append('gather', { axis, batch }, [x, index])
  }

  /** The adjoint of gather: parts with the same number are summed; the new axis has `size` places. */
  scatterAdd(
    x: Value,
    index: Value,
    { axis, batch = 0, size }: { readonly axis: number; readonly batch?: number; readonly size: number },
  ): Value {
    return this.append('scatterAdd', { axis, batch, size }, [x, index])
  }

  /** Where the k largest elements lie along the last axis, the largest first. No gradient passes. */
  topK(x: Value, k: number): Value {
    return this.append('topK', { k }, [x])
  }

  /** h[i] = a[i] h[i - 1] + x[i] along `axis`, from h = 0 on; from the end on when `reverse`. */
  scan(
    a: Value,
    x: Value,
    { axis, reverse = false }: { readonly axis: number; readonly reverse?: boolean },
  ): Value {
    return this.append('scan', { axis, reverse }, [a, x])
  }

  /** Sums of all elements up to each one along `axis`; from the end on when `reverse`. */
  cumulativeSum(x: Value, options: { readonly axis: number; readonly reverse?: boolean }): Value {
    return this.scan(this.number(1, x), x, options)
  }

  /** Moves along one axis by `shift` places; what leaves at one end comes in at the other, as in torch.roll. */
  roll(x: Value, { axis, shift }: { readonly axis: number; readonly shift: number }): Value {
    const size = x.shape[axis] ?? 1
    const first = (((size - shift) % size) + size) % size
    if (first === 0) return x
    return this.call('roll', { axis, shift }, [x], (x) => {
      const part = (start: number, count: number) =>
        this.slice(x, {
          start: x.shape.map((_size, at) => (at === axis ? start : 0)),
          size: x.shape.map((size, at) => (at === axis ? count : size)),
        })
      return this.concat([part(first, size - first), part(0, first)], axis)
    })
  }

  // --- meaning ---------------------------------------------------------------------------------------------------

  stopGradient(x: Value): Value {
    return this.append('stopGradient', {}, [x])
  }

  tap(name: string, x: Value): Value {
    return this.append('tap', { name }, [x])
  }

  /** A named composite: the body is its definition, the name is for kernels and exporters. Inner calls get smaller ids. */
  call(
    name: string,
    attrs: CallAttributes,
    inputs: readonly Value[],
    body: (...inputs: Value[]) => Value,
  ): Value {
    const first = this.nodes.length
    const output = body(...inputs)
    if (output.id < first)
      throw new VertebraError(`internal: the call ${name} returns a value that it did not make`)
    this.calls.push({
      id: this.calls.length,
      name,
      attrs,
      inputs: inputs.map((input) => input.id),
      output: output.id,
      first,
      end: this.nodes.length,
      scope: this.currentScope,
    })
    return output
  }

  /** What the body makes belongs to this place. When the body throws, the scope stays without an output. */
  scope(path: string, key: string, body: () => Value): Value {
    const id = this.scopes.length
    const scope: Scope = { id, parent: this.currentScope, path, key, output: null }
    this.scopes.push(scope)
    const output = this.inScope(id, body)
    this.scopes[id] = { ...scope, output: output.id }
    return output
  }

  /** What the body makes is computed a second time, in this place: nobody may take the values of the first time instead. */
  again<T>(body: () => T): T {
    const id = this.scopes.length
    this.scopes.push({ ...this.here, id, output: null, isAgain: true })
    return this.inScope(id, body)
  }

  /** New nodes of the body belong to a scope that exists already: gradients lie where their forward nodes lie. */
  inScope<T>(id: number, body: () => T): T {
    const outer = this.currentScope
    this.currentScope = id
    try {
      return body()
    } finally {
      this.currentScope = outer
    }
  }

  /** The scope in which the next node will lie. */
  protected get here(): Scope {
    return this.scopes[this.currentScope]
  }

  finish(outputs: readonly Value[]): Graph {
    return {
      nodes: [...this.nodes],
      calls: [...this.calls],
      scopes: [...this.scopes],
      outputs: outputs.map((output) => output.id),
    }
  }

  // --- how -------------------------------------------------------------------------------------------------------

  private append<O extends Op>(
    op: O,
    attrs: OpAttributes[O],
    inputs: readonly Value[],
    { declared = [], grid = null }: { readonly declared?: Shape; readonly grid?: Grid | null } = {},
  ): Node {
    const shape = resultShape(
      op,
      attrs,
      inputs.map((input) => input.shape),
      declared,
    )
    const made: NodeOf<O> = {
      id: this.nodes.length,
      op,
      attrs,
      inputs: inputs.map((input) => input.id),
      shape,
      scope: this.currentScope,
      grid: grid ?? inheritedGrid(inputs, shape),
    }
    // The compiler does not see that NodeOf<O> is one of the union's members for every O.
    const node = made as Node
    this.nodes.push(node)
    return node
  }

  private broadcastTogether(who: string, operands: readonly Operand[]): Value[] {
    const shapes = operands.flatMap((operand) => (typeof operand === 'number' ? [] : [operand.shape]))
    const shape = commonShape(who, shapes)
    return operands.map((operand) => {
      if (typeof operand === 'number')
        return this.broadcast(
          this.constant(
            [operand],
            shape.map(() => 1),
          ),
          shape,
        )
      const missing = shape.length - operand.shape.length
      return this.broadcast(
        this.reshape(operand, [...Array<number>(missing).fill(1), ...operand.shape]),
        shape,
      )
    })
  }
}

/** NumPy's rule: aligned at the right, sizes equal or 1. */
function commonShape(who: string, shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length))
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1)
    const size = Math.max(...sizes)
    if (sizes.every((other) => other === 1 || other === size)) return size
    const printed = shapes.map(printShape)
    throw new ShapeError(
      'SHAPE_MISMATCH',
      `${who}: ${printed.join(' and ')} do not fit together; axes counted from the right must be equal or 1`,
      [
        {
          what: `size of axis ${axis}`,
          expected: String(sizes[0]),
          got: String(sizes.find((other) => other !== sizes[0])),
        },
      ],
    )
  })
}

/** Tokens stay where they are while axis 1 keeps its length. */
function inheritedGrid(inputs: readonly Value[], shape: Shape): Grid | null {
  if (shape.length < 3) return null
  return inputs.find((input) => input.grid && input.shape[1] === shape[1])?.grid ?? null
}

/** [n, h, w, c] -> [n, h w, ...] makes tokens of a map. */
function reshapedGrid(x: Value, shape: Shape): Grid | null {
  if (x.shape.length !== 4 || x.grid || shape.length !== 3) return null
  const [n, height, width, c] = x.shape
  return sameShape(shape, [n, height * width, c]) ? { height, width, prefix: 0 } : null
}

/** Dropping tokens around the grid, but none that lies on it. */
function slicedGrid(x: Value, start: readonly number[], size: readonly number[]): Grid | null {
  if (!x.grid || x.shape.length < 3) return null
  const { height, width, prefix } = x.grid
  const end = start[1] + size[1]
  if (start[1] > prefix || end < prefix + height * width) return null
  return { ...x.grid, prefix: prefix - start[1] }
}

/** Tokens put before a grid lengthen its prefix; others may follow it. */
function concatenatedGrid(xs: readonly Value[], axis: number): Grid | null {
  const [laid, ...more] = xs.filter((x) => x.grid)
  if (axis !== 1 || !laid?.grid || more.length > 0 || laid.shape.length < 3) return null
  const added = xs.slice(0, xs.indexOf(laid)).reduce((sum, x) => sum + x.shape[1], 0)
  return { ...laid.grid, prefix: laid.grid.prefix + added }
}
