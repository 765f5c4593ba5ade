/** Writes documents by hand: nodes, chains and residual branches. */
import {
  DOCUMENT_VERSION,
  type Document,
  type DocumentNode,
  type Edge,
  type GraphBody,
  type GroupNode,
  IN,
  type ModuleNode,
  OUT,
} from '../document/types'
import type { Attributes } from '../schema/schema'

/** How a node is called: its id, and the state_dict prefix and renames where they are not the id and timm's own. */
export type Name = string | (Pick<ModuleNode, 'key' | 'keys' | 'title'> & { readonly id: string })

const named = (name: Name) => (typeof name === 'string' ? { id: name } : name)

export function module(name: Name, module: string, attrs: Attributes = {}): ModuleNode {
  return { type: 'module', ...named(name), module, attrs }
}

export function group(
  name: Omit<Exclude<Name, string>, 'keys'> | string,
  repeat: number,
  body: GraphBody,
): GroupNode {
  return { type: 'group', ...named(name), repeat, body }
}

/** A block of the document's definitions: editing one edits all that use it. */
export function instance(id: string, use: string): GroupNode {
  return { type: 'group', id, repeat: 1, use }
}

/** A graph in the making. Verbs add nodes and return the id of the last one. */
export class Sketch {
  private readonly nodes: DocumentNode[] = []
  private readonly edges: Edge[] = []

  /** One node after the other; `from` itself when there are none. */
  chain(from: string, ...nodes: readonly DocumentNode[]): string {
    return nodes.reduce((previous, node) => this.join(node, previous), from)
  }

  /** A node that reads several others, in the order of its inputs. */
  join(node: DocumentNode, ...from: readonly string[]): string {
    this.nodes.push(node)
    this.edges.push(
      ...from.map(
        (id, port): Edge => (port === 0 ? { from: id, to: node.id } : { from: id, to: node.id, port }),
      ),
    )
    return node.id
  }

  /** shortcut(x) + branch(x): the residual connection. */
  residual(
    x: string,
    sum: string,
    branch: readonly DocumentNode[],
    shortcut: readonly DocumentNode[] = [],
  ): string {
    const kept = this.chain(x, ...shortcut)
    return this.join(module(sum, 'add'), kept, this.chain(x, ...branch))
  }

  /** The graph, with `from` as its output. */
  body(from: string): GraphBody {
    return { nodes: this.nodes, edges: [...this.edges, { from, to: OUT }] }
  }
}

/** A graph that is one chain from input to output. */
export function chain(...nodes: readonly DocumentNode[]): GraphBody {
  const sketch = new Sketch()
  return sketch.body(sketch.chain(IN, ...nodes))
}

/** Neighbours of equal sizes, to be written as one repeated group. */
export function runs<T>(items: readonly T[]): { at: number; count: number; item: T }[] {
  const found: { at: number; count: number; item: T }[] = []
  for (const [at, item] of items.entries()) {
    const last = found.at(-1)
    if (last && JSON.stringify(last.item) === JSON.stringify(item)) last.count++
    else found.push({ at, count: 1, item })
  }
  return found
}

export function design(name: string, graph: GraphBody, size = 224): Document {
  return {
    format: 'vertebra',
    version: DOCUMENT_VERSION,
    name,
    input: { height: size, width: size, channels: 3 },
    graph,
    definitions: {},
  }
}
