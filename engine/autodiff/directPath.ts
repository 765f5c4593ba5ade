/** The way past a block's branches: what residual connections pass on unchanged. */
import type { Graph, Value } from '../graph/graph'
import { dependents } from '../graph/traverse'
import { Builder } from '../ops/builder'

/**
 * The same graph, less what its first output holds of `input` by nothing but sums and scales of single elements: of a block
 * s x + f(x) it leaves f(x), also where the same s x is read inside f. null where no such way leads from the input to the output.
 */
export function withoutDirectPath(graph: Graph, input: number): Graph | null {
  const [output] = graph.outputs
  const varies = dependents(graph, [input])
  const b = new Builder(graph)
  const passed = new Map<number, Value | null>()

  /** What arrives of the input on the direct way; null for nothing. */
  const direct = (id: number): Value | null => {
    if (!varies[id]) return null
    const known = passed.get(id)
    if (known !== undefined) return known
    const made = b.inScope(graph.nodes[id].scope, () => step(id))
    passed.set(id, made)
    return made
  }
  const step = (id: number): Value | null => {
    const node = graph.nodes[id]
    if (id === input) return node
    const [x, y] = node.inputs
    switch (node.op) {
      case 'tap':
        return direct(x)
      case 'reshape': {
        const arrived = direct(x)
        return arrived && b.reshape(arrived, node.shape)
      }
      case 'binary': {
        const { fn } = node.attrs
        if (fn === 'add' || fn === 'sub') {
          const [one, other] = [direct(x), direct(y)]
          if (one && other) return b.binary(fn, one, other)
          return one ?? (other && fn === 'sub' ? b.neg(other) : other)
        }
        if (fn !== 'mul' && fn !== 'div') return null
        if (!varies[y]) return scaled(direct(x), (value) => b.binary(fn, value, graph.nodes[y]))
        return fn === 'mul' && !varies[x] ? scaled(direct(y), (value) => b.mul(graph.nodes[x], value)) : null
      }
      default:
        return null
    }
  }
  const arrived = direct(output)
  if (!arrived) return null
  const rest = b.inScope(graph.nodes[output].scope, () => b.sub(graph.nodes[output], arrived))
  return b.finish([rest])
}

function scaled(value: Value | null, scale: (value: Value) => Value): Value | null {
  return value && scale(value)
}
