import type { Graph, Node } from '../../graph/graph'

/** A text that is equal for equal computations from sources of equal maps: layers of a stage need to be followed only once. */
export function signatureOf(graph: Graph, roots: readonly number[], sources: ReadonlySet<number>): string {
  const { nodes } = graph
  const isInside = new Set(roots)
  const inside: Node[] = []
  for (let id = Math.max(...roots); id >= 0; id--) {
    if (!isInside.has(id)) continue
    inside.push(nodes[id])
    if (!sources.has(id)) for (const input of nodes[id].inputs) isInside.add(input)
  }
  const numbers = new Map(inside.toReversed().map(({ id }, number) => [id, number]))
  const insideCalls = graph.calls.filter(({ output }) => isInside.has(output) && !sources.has(output))
  return [
    ...inside.toReversed().map((node) => {
      const { id, op, shape, grid, inputs } = node
      const from = sources.has(id)
        ? `source ${JSON.stringify(grid)}`
        : inputs.map((input) => numbers.get(input)).join()
      return `${op} ${shape.join()} ${from} ${sources.has(id) ? '' : attributesOf(node)}`
    }),
    ...insideCalls.map(
      ({ name, inputs, output }) => `${name} ${numbers.get(inputs[0])} ${numbers.get(output)}`,
    ),
    roots.map((root) => numbers.get(root)).join(),
  ].join('\n')
}

/** What a weight is called changes nothing; numbers go in as a hash. */
function attributesOf(node: Node): string {
  if (node.op === 'param' || node.op === 'input') return ''
  return node.op === 'constant' ? hashOf(node.attrs.data) : JSON.stringify(node.attrs)
}

function hashOf(data: Float32Array): string {
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length)
  let [a, b] = [0x811c9dc5, 0x2f0b4c47]
  for (let i = 0; i < words.length; i++) {
    a = Math.imul(a ^ words[i], 0x01000193)
    b = Math.imul(b ^ words[i], 0x5bd1e995)
    b ^= b >>> 15
  }
  return `${data.length}:${a >>> 0}:${b >>> 0}`
}
