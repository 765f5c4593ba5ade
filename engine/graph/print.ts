import { type Call, type Graph, type Node, printShape } from './graph'

/**
 * The graph as text for people and for tests: one line per node, calls as blocks, the place at the right where it changes.
 *
 *     %2 = dot(%0, %1) {contract: [[1], [1]]} : 2×3   fc
 */
export function printGraph(graph: Graph): string {
  const lines: string[] = []
  let depth = 0
  let place = ''
  for (const node of graph.nodes) {
    for (const call of callsThat(graph, 'first', node.id).reverse()) {
      lines.push(`${indent(depth)}${printCall(call)} {`)
      depth++
    }
    const path = graph.scopes[node.scope].path
    lines.push(indent(depth) + printNode(node) + (path === place ? '' : `   ${path || '(top)'}`))
    place = path
    for (const call of callsThat(graph, 'end', node.id + 1)) {
      depth--
      lines.push(`${indent(depth)}} -> %${call.output}`)
    }
  }
  lines.push(`return ${graph.outputs.map((id) => `%${id}`).join(', ')}`)
  return lines.join('\n')
}

/** Inner calls come first in `calls`. */
function callsThat(graph: Graph, edge: 'first' | 'end', id: number): Call[] {
  return graph.calls.filter((call) => call[edge] === id && call.first < call.end)
}

function printCall({ name, inputs, attrs }: Call): string {
  return `${name}(${inputs.map((id) => `%${id}`).join(', ')})${printAttributes(attrs)}`
}

function printNode({ id, op, attrs, inputs, shape }: Node): string {
  return `%${id} = ${op}(${inputs.map((input) => `%${input}`).join(', ')})${printAttributes(attrs)} : ${printShape(shape)}`
}

function printAttributes(attrs: object): string {
  const printed = Object.entries(attrs).map(([name, value]) => `${name}: ${printValue(value)}`)
  return printed.length > 0 ? ` {${printed.join(', ')}}` : ''
}

function printValue(value: unknown): string {
  if (value instanceof Float32Array)
    return value.length <= 4 ? `[${value.join(', ')}]` : `${value.length} values`
  if (Array.isArray(value)) return `[${value.map(printValue).join(', ')}]`
  return String(value)
}

const indent = (depth: number): string => '  '.repeat(depth)
