/**
 * Less memory for a backward, for one more forward: what it needs from inside a block is computed again when it gets there, from
 * the block's input (Chen et al. 2016, arxiv.org/abs/1604.06174).
 */
import { type Call, elements, type Graph, type Node, type Scope } from '../graph/graph'
import { dependents, reachable } from '../graph/traverse'

/**
 * The same graph with a second copy of what lies inside the blocks of its forward, right before its backward, which reads the
 * copies. `forward`: how many nodes are the forward's; these keep their ids. Blocks are what lies between places where one value
 * carries everything, as between the blocks of a network with residuals; where there are no such places nothing changes. Their
 * scopes are marked, so that nobody takes the copies for the values they repeat.
 */
export function withCheckpoints(graph: Graph, forward: number): Graph {
  const segments = chosenSegments(graph, forward)
  return segments.length > 0 ? new Rewriter(graph, forward, segments).run() : graph
}

/** Nodes from `first` up to `end`; what comes in is the value that the segment before gives. */
interface Segment {
  readonly first: number
  readonly end: number
}

/** All but the last: what is inside that one is needed at once. */
function chosenSegments(graph: Graph, forward: number): readonly Segment[] {
  const work = new Forward(graph, forward)
  const parts = work.parts()
  // Small parts are joined; how far is what asks for the least memory in all.
  const largest = Math.max(0, ...parts.map((part) => work.bytesInside(part)))
  const sizes = [0, 1, 2, 4, 8, 16].map((times) => times * largest)
  const choices = sizes.map((size) => work.joined(parts, size))
  const bytes = choices.map((choice) => work.bytesWith(choice))
  const best = choices[bytes.indexOf(Math.min(...bytes))] ?? []
  return best.slice(0, -1)
}

/** What the backward asks of the forward. */
class Forward {
  private readonly nodes: readonly Node[]
  private readonly needed: ReadonlySet<number>
  private readonly isFixed: readonly boolean[]
  /** Per node of the forward, the last of them that reads it, and whether the backward does. */
  private readonly lastUse: number[]
  private readonly isKept: boolean[]

  constructor(graph: Graph, forward: number) {
    this.nodes = graph.nodes.slice(0, forward)
    this.needed = reachable(graph)
    const inputs = graph.nodes.filter(({ op }) => op === 'input').map(({ id }) => id)
    this.isFixed = dependents(graph, inputs).map((varies) => !varies)
    this.lastUse = this.nodes.map(() => -1)
    this.isKept = this.nodes.map(() => false)
    for (const { id, inputs } of graph.nodes) {
      if (!this.needed.has(id)) continue
      for (const input of inputs) {
        if (input >= forward) continue
        if (id < forward) this.lastUse[input] = id
        else this.isKept[input] = true
      }
    }
    for (const output of graph.outputs) if (output < forward) this.isKept[output] = true
  }

  /** Between the places where a single value is all that goes on. */
  parts(): Segment[] {
    const parts: Segment[] = []
    let open = 0
    let first = 0
    const closing = this.nodes.map(() => 0)
    for (const { id } of this.nodes) {
      if (this.counts(id) && this.lastUse[id] > id) {
        open++
        closing[this.lastUse[id]]++
      }
      open -= closing[id]
      // This one alone goes on, and nothing goes past it.
      if (open !== 1 || !this.counts(id) || this.lastUse[id] <= id) continue
      parts.push({ first, end: id + 1 })
      first = id + 1
    }
    return first < this.nodes.length ? [...parts, { first, end: this.nodes.length }] : parts
  }

  joined(parts: readonly Segment[], bytes: number): Segment[] {
    const segments: Segment[] = []
    for (const part of parts) {
      const last = segments.at(-1)
      const both = last && { first: last.first, end: part.end }
      if (both && this.bytesInside(both) <= bytes) segments[segments.length - 1] = both
      else segments.push(part)
    }
    return segments
  }

  /** Everything that is kept from the forward, and the inside of the largest segment. */
  bytesWith(segments: readonly Segment[]): number {
    const inside = segments.map((segment) => this.bytesInside(segment))
    const between = segments.map(({ end }) => this.bytesOf(end - 1))
    return Math.max(0, ...inside) + between.reduce((sum, bytes) => sum + bytes, 0)
  }

  /** What the backward reads of a segment, but for what it hands on. */
  bytesInside({ first, end }: Segment): number {
    let bytes = 0
    for (let id = first; id < end - 1; id++) if (this.isKept[id] && this.counts(id)) bytes += this.bytesOf(id)
    return bytes
  }

  private bytesOf(id: number): number {
    return 4 * elements(this.nodes[id].shape)
  }

  private counts(id: number): boolean {
    return this.needed.has(id) && !this.isFixed[id]
  }
}

class Rewriter {
  private readonly graph: Graph
  private readonly forward: number
  private readonly segments: readonly Segment[]
  private readonly nodes: Node[]
  private readonly calls: Call[]
  private readonly scopes: Scope[]
  /** By scope, the marked one that its copies lie in. */
  private readonly marked = new Map<number, number>()
  /** Per node of the given graph, what stands for it. */
  private readonly places: number[]

  constructor(graph: Graph, forward: number, segments: readonly Segment[]) {
    this.graph = graph
    this.forward = forward
    this.segments = segments
    this.nodes = graph.nodes.slice(0, forward)
    this.calls = graph.calls.filter(({ end }) => end <= forward)
    this.scopes = [...graph.scopes]
    this.places = this.nodes.map(({ id }) => id)
  }

  run(): Graph {
    const { graph, forward, nodes } = this
    const due = this.copiesByUser()
    for (const node of graph.nodes.slice(forward)) {
      for (const segment of due.get(node.id) ?? []) this.copy(segment)
      this.places[node.id] = nodes.length
      nodes.push({ ...node, id: nodes.length, inputs: this.moved(node.inputs) })
    }
    for (const call of graph.calls) if (call.first >= forward) this.addCall(call, this.places)
    return {
      nodes,
      calls: this.calls,
      scopes: this.scopes,
      // What is asked for itself is that of the first time.
      outputs: graph.outputs.map((id) => (id < forward ? id : this.places[id])),
    }
  }

  /** By node of the backward: the copies that must be there before it. Nothing is put into the body of a call. */
  private copiesByUser(): Map<number, Set<number>[]> {
    const { graph, forward, segments } = this
    const wanted = segments.map(() => ({ before: graph.nodes.length, nodes: new Set<number>() }))
    const begin = graph.nodes.map(({ id }) => id)
    for (const { first, end } of graph.calls)
      for (let id = first; id < end; id++) begin[id] = Math.min(begin[id], first)
    for (const { id, inputs } of graph.nodes.slice(forward)) {
      for (const input of inputs) {
        const found = this.segmentOf(input)
        if (found < 0) continue
        wanted[found].before = Math.min(wanted[found].before, begin[id])
        wanted[found].nodes.add(input)
      }
    }
    const due = new Map<number, Set<number>[]>()
    for (const [index, { before, nodes }] of wanted.entries()) {
      if (nodes.size === 0) continue
      due.set(before, [...(due.get(before) ?? []), this.withSources(segments[index], nodes)])
    }
    return due
  }

  /** In whose inside a node lies; -1 for what is kept. Inputs and weights are there all the time. */
  private segmentOf(id: number): number {
    if (id >= this.forward || isSource(this.graph.nodes[id])) return -1
    return this.segments.findIndex(({ first, end }) => id >= first && id < end - 1)
  }

  /** What these need from the same segment. */
  private withSources({ first, end }: Segment, wanted: ReadonlySet<number>): Set<number> {
    const all = new Set(wanted)
    for (let id = end - 2; id >= first; id--) {
      if (!all.has(id)) continue
      for (const input of this.graph.nodes[id].inputs)
        if (input >= first && !isSource(this.graph.nodes[input])) all.add(input)
    }
    return all
  }

  private copy(wanted: ReadonlySet<number>): void {
    const { graph, nodes } = this
    const copies: number[] = []
    for (const id of [...wanted].sort((one, other) => one - other)) {
      const node = graph.nodes[id]
      copies[id] = nodes.length
      nodes.push({
        ...node,
        id: nodes.length,
        inputs: node.inputs.map((input) => copies[input] ?? input),
        scope: this.markedScope(node.scope),
      })
    }
    for (const call of graph.calls) {
      const body = graph.nodes.slice(call.first, call.end)
      if (body.every(({ id }) => copies[id] !== undefined))
        this.addCall({ ...call, scope: this.markedScope(call.scope) }, copies)
    }
    for (const [id, place] of copies.entries()) if (place !== undefined) this.places[id] = place
  }

  /** A call whose body lies together in its new place. */
  private addCall(call: Call, places: readonly number[]): void {
    const first = places[call.first]
    this.calls.push({
      ...call,
      id: this.calls.length,
      inputs: call.inputs.map((id) => places[id] ?? id),
      output: places[call.output],
      first,
      end: first + call.end - call.first,
    })
  }

  private markedScope(id: number): number {
    const known = this.marked.get(id)
    if (known !== undefined) return known
    const made = this.scopes.length
    this.marked.set(id, made)
    this.scopes.push({ ...this.scopes[id], id: made, isAgain: true })
    return made
  }

  private moved(inputs: readonly number[]): number[] {
    return inputs.map((id) => this.places[id])
  }
}

const isSource = ({ op }: Node): boolean => op === 'input' || op === 'param'
