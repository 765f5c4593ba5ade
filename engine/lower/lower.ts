/**
 * From the document to the tensor program: builds modules in order, unrolls repeats, and says per node what is wrong.
 * Never throws past a node: what comes before keeps its numbers, what comes after waits.
 */
import { bodyOf } from '../document/address'
import { findModule } from '../document/findModule'
import { instanceName } from '../document/instances'
import { limits } from '../document/limits'
import { type Order, orderOf } from '../document/order'
import {
  type Document,
  type DocumentNode,
  type GraphBody,
  type GroupNode,
  IN,
  type ModuleNode,
  type NodeOverride,
  OUT,
} from '../document/types'
import { inputCount, nodeTitle, portOf } from '../document/wiring'
import { type ExpectedGot, SchemaError, ShapeError, VertebraError } from '../errors'
import { printShape, type Shape, type Value } from '../graph/graph'
import { type Keys, ModuleBuilder, type Procedural } from '../nn/moduleBuilder'
import type { ParamOptions } from '../ops/builder'
import { completeAttributes } from '../schema/schema'
import { buildSlot } from './buildSlot'
import { type Diagnostic, type DiagnosticCode, type Severity, titles } from './diagnostics'
import { findFixes } from './fixes'
import { liveNodes } from './liveNodes'
import type { Lowered, NodeFacts, NodeStatus } from './lowered'

export interface LowerOptions {
  /** Pictures at once; 1 by default. */
  readonly batch?: number
  /** Procedural values of weights by state_dict key, instead of the rules of their modules. */
  readonly values?: ReadonlyMap<string, Procedural>
}

export function lower(document: Document, options: LowerOptions = {}): Lowered {
  return new Lowering(document, options).run()
}

/** What flows along an edge: a value, or the reason why there is none. */
type Flow = Value | Stuck
interface Stuck {
  /** Document path of the node that everything behind it waits for. */
  readonly stuckAt: string
}
const isStuck = (flow: Flow): flow is Stuck => 'stuckAt' in flow
const shapeOf = (flow: Flow | undefined): Shape | null => (flow && !isStuck(flow) ? flow.shape : null)

/** Where a graph is being lowered: once per instance of the groups around it. */
interface Place {
  readonly body: GraphBody
  /** Document path of the group, without instance numbers. */
  readonly path: string
  /** Path and state_dict prefix of this instance. */
  readonly instance: string
  readonly key: string
  readonly overrides: Overrides
  /** Whether what is here ends up in the output, as far as the wiring says. */
  readonly isUsed: boolean
  /** Nothing in here is trained. */
  readonly isFrozen: boolean
  /** The shared blocks that this place lies in. */
  readonly definitions: readonly string[]
}
type Overrides = ReadonlyMap<string, NodeOverride>
const noOverrides: Overrides = new Map()

interface OpenFacts extends NodeFacts {
  readonly instancePaths: string[]
  status: NodeStatus
}

/** Leaves the scope of a group whose output is missing. */
class Unfinished extends Error {}

class Lowering {
  private readonly builder: LoweringBuilder
  private readonly facts = new Map<string, OpenFacts>()
  private readonly scopes = new Map<string, number>()
  private readonly inputs = new Map<string, readonly number[]>()
  private readonly diagnostics: Diagnostic[] = []
  private readonly reported = new Set<string>()
  /** Outputs of the modules that were built and are wired to something that counts. */
  private readonly built: Value[] = []

  private readonly document: Document
  private readonly options: LowerOptions

  constructor(document: Document, options: LowerOptions) {
    this.document = document
    this.options = options
    this.builder = new LoweringBuilder({
      buildModule: buildSlot,
      ...(options.values ? { values: options.values } : {}),
    })
  }

  run(): Lowered {
    const { height, width, channels } = this.document.input
    const picture = this.builder.input('input', [this.options.batch ?? 1, height, width, channels])
    const body = this.document.graph
    const flow = this.lowerBody(
      {
        body,
        path: '',
        instance: '',
        key: '',
        overrides: noOverrides,
        isUsed: true,
        isFrozen: false,
        definitions: [],
      },
      picture,
    )
    const output = isStuck(flow) ? null : flow
    const graph = this.builder.finish(output ? [output] : [])
    return {
      document: this.document,
      graph,
      output: output?.id ?? null,
      nodes: this.facts,
      scopes: this.scopes,
      inputs: this.inputs,
      isLive: liveNodes(graph, output ? [output] : [picture, ...this.built]),
      diagnostics: this.diagnostics,
    }
  }

  private lowerBody(place: Place, input: Value): Flow {
    const { body } = place
    const order = orderOf(body)
    const flows = new Map<string, Flow>([[IN, input]])
    for (const loop of order.loops) {
      const stuckAt = this.reportLoop(
        place,
        loop.map((index) => body.nodes[index] as DocumentNode),
      )
      for (const index of loop) flows.set(body.nodes[index]?.id ?? '', { stuckAt })
    }
    for (const index of order.sorted) {
      const node = body.nodes[index] as DocumentNode
      flows.set(node.id, this.lowerNode(place, order, node, flows))
    }
    // Behind a loop nothing can be built, but what is wrong there can still be said.
    for (const index of [...order.loops.flat(), ...order.behind]) {
      const node = body.nodes[index] as DocumentNode
      if (this.facts.has(join(place.path, node.id))) continue
      const stuck = (order.incoming.get(node.id) ?? [])
        .map((edge) => flows.get(edge.from))
        .find((flow) => flow && isStuck(flow))
      flows.set(
        node.id,
        this.wait(place, node, [], { stuckAt: stuck && isStuck(stuck) ? stuck.stuckAt : place.path }),
      )
    }
    const end = order.incoming.get(OUT)?.[0]
    const flow = end ? flows.get(end.from) : undefined
    if (flow) return flow
    this.report(place, OUT, {
      code: 'DANGLING',
      message: `Nothing is connected to the output${place.path === '' ? '' : ` of ${place.path}`}.`,
    })
    return { stuckAt: join(place.path, OUT) }
  }

  private lowerNode(place: Place, order: Order, node: DocumentNode, flows: ReadonlyMap<string, Flow>): Flow {
    const edges = order.incoming.get(node.id) ?? []
    const inputs = this.inputsOf(
      node,
      edges.map((edge) => [portOf(edge), flows.get(edge.from)]),
    )
    const isUsed = place.isUsed && (order.reachesOutput.has(node.id) || !order.incoming.has(OUT))
    const open = node.bypassed ? (inputs[0] ? [] : [0]) : inputs.flatMap((flow, port) => (flow ? [] : [port]))
    if (open.length > 0) return this.reportOpen(place, node, inputs, open, isUsed)
    const stuck = (node.bypassed ? inputs.slice(0, 1) : inputs).find((flow) => flow && isStuck(flow))
    if (stuck && isStuck(stuck)) return this.wait(place, node, inputs, stuck)
    if (node.bypassed) return this.bypass(place, node, inputs)
    const values = inputs as readonly Value[]
    const here = { ...place, isUsed }
    const flow =
      node.type === 'module' ? this.buildModule(here, node, values) : this.unroll(here, node, values[0])
    if (isMerge(node) && values.length === 1 && isUsed && !isStuck(flow)) {
      this.report(place, node.id, {
        code: 'DANGLING',
        severity: 'warning',
        message: `${nodeTitle(node)} has one input only and passes it on as it is.`,
      })
    }
    if (!isUsed && order.incoming.has(OUT) && !order.reachesOutput.has(node.id) && !isStuck(flow)) {
      this.reportUnused(place, node, order)
    }
    return flow
  }

  /** One flow per input of the node; undefined where nothing is wired. */
  private inputsOf(
    node: DocumentNode,
    wired: readonly (readonly [number, Flow | undefined])[],
  ): (Flow | undefined)[] {
    const { least, most } = inputCount(node)
    const isOpen = most === Number.POSITIVE_INFINITY
    const inputs: (Flow | undefined)[] = isOpen ? [] : Array.from({ length: least }, () => undefined)
    for (const [port, flow] of wired) {
      // A merge takes as many as come, in order: a gap in the numbers means nothing.
      if (isOpen) inputs.push(flow)
      else if (port < most) inputs[port] = flow
    }
    while (inputs.length < least) inputs.push(undefined)
    return inputs
  }

  // --- what a node becomes ---------------------------------------------------------------------------------------

  private buildModule(place: Place, node: ModuleNode, inputs: readonly Value[]): Flow {
    const override = place.overrides.get(node.id)
    const moduleId = override?.module ?? node.module
    const attrs =
      override?.module === undefined ? { ...node.attrs, ...override?.attrs } : (override.attrs ?? {})
    const module = findModule(moduleId)
    const path = join(place.path, node.id)
    const instance = join(place.instance, node.id)
    const shapes = inputs.map((input) => input.shape)
    if (!module) {
      this.reportUnknown(place, node, moduleId)
      this.note(path, { inputs: shapes, output: null, status: 'unknown' })
      return { stuckAt: path }
    }
    try {
      const complete = completeAttributes(module.attrs, attrs)
      let scope = 0
      const key = joinKey(place.key, node.key ?? node.id)
      const build = () => {
        scope = this.builder.scopeId
        return module.build(this.builder, inputs, complete)
      }
      const isFrozen = place.isFrozen || node.frozen === true
      const output = this.builder.instance(instance, key, node.keys ?? {}, build, isFrozen)
      this.scopes.set(instance, scope)
      this.inputs.set(
        instance,
        inputs.map((input) => input.id),
      )
      if (place.isUsed) this.built.push(output)
      const status = place.isUsed ? 'ok' : 'unconnected'
      this.note(path, { inputs: shapes, output: output.shape, grid: output.grid, status }, instance)
      this.reportClash(place, node)
      return output
    } catch (error) {
      this.reportFailure(place, node, inputs, error)
      this.note(path, { inputs: shapes, output: null, status: 'error' })
      return { stuckAt: path }
    }
  }

  private unroll(place: Place, group: GroupNode, input: Value | undefined): Flow {
    const path = join(place.path, group.id)
    const body = bodyOf(this.document, group)
    const shape = input?.shape ?? null
    if (!body || !input) {
      this.report(place, group.id, {
        code: 'UNKNOWN_MODULE',
        message: `There is no shared block ${group.use ?? ''} in this design.`,
      })
      this.note(path, { inputs: [shape], output: null, status: 'unknown' })
      return { stuckAt: path }
    }
    if (group.use !== undefined && place.definitions.includes(group.use)) {
      this.report(place, group.id, {
        code: 'CYCLE',
        message: `The shared block ${group.use} contains itself here.`,
      })
      this.note(path, { inputs: [shape], output: null, status: 'error' })
      return { stuckAt: path }
    }
    this.note(path, { inputs: [shape], output: null, status: place.isUsed ? 'ok' : 'unconnected' })
    let value = input
    for (let index = 0; index < group.repeat; index++) {
      const instance = join(place.instance, instanceName(group.id, index, group.repeat))
      const inside: Place = {
        body,
        path,
        instance,
        key: joinKey(place.key, instanceName(group.key ?? group.id, index, group.repeat)),
        overrides: overridesInside(place.overrides, group, index),
        isUsed: place.isUsed,
        isFrozen: place.isFrozen || group.frozen === true,
        definitions: group.use === undefined ? place.definitions : [...place.definitions, group.use],
      }
      const flow = this.inGroup(inside, value)
      if (isStuck(flow)) {
        this.note(path, { status: 'error' })
        return { stuckAt: path }
      }
      this.note(path, {}, instance)
      value = flow
    }
    this.note(path, { output: value.shape, grid: value.grid })
    return value
  }

  private inGroup(inside: Place, input: Value): Flow {
    let flow: Flow = { stuckAt: inside.path }
    let scope = 0
    try {
      this.builder.scope(inside.instance, inside.key, () => {
        scope = this.builder.scopeId
        flow = this.lowerBody(inside, input)
        if (isStuck(flow)) throw new Unfinished()
        return flow
      })
      this.scopes.set(inside.instance, scope)
      this.inputs.set(inside.instance, [input.id])
    } catch (error) {
      if (!(error instanceof Unfinished)) throw error
    }
    return flow
  }

  /** Passes the first input on; the others may be open or stuck. */
  private bypass(place: Place, node: DocumentNode, inputs: readonly (Flow | undefined)[]): Flow {
    const value = inputs[0] as Value
    const shapes = inputs.map(shapeOf)
    const path = join(place.path, node.id)
    this.note(path, { inputs: shapes, output: value.shape, grid: value.grid, status: 'ok' })
    if (node.type === 'group') this.noteInside(path, node, 'unconnected')
    return value
  }

  /** Everything in a node that cannot be built for lack of an input. */
  private wait(place: Place, node: DocumentNode, inputs: readonly (Flow | undefined)[], stuck: Stuck): Stuck {
    const path = join(place.path, node.id)
    const shapes = inputs.map(shapeOf)
    if (node.type === 'module' && !findModule(node.module)) {
      this.reportUnknown(place, node, node.module)
      this.note(path, { inputs: shapes, status: 'unknown' })
    } else this.note(path, { inputs: shapes, status: 'waiting', waitsFor: stuck.stuckAt })
    if (node.type === 'group') this.noteInside(path, node, 'waiting', stuck.stuckAt)
    return stuck
  }

  private noteInside(path: string, group: GroupNode, status: NodeStatus, waitsFor?: string): void {
    // A shared block that contains itself has no end.
    if (path.length > 4096 || path.split('/').length > limits.textDepth) return
    for (const node of bodyOf(this.document, group)?.nodes ?? []) {
      const inner = join(path, node.id)
      this.note(inner, waitsFor === undefined ? { status } : { status, waitsFor })
      if (node.type === 'group') this.noteInside(inner, node, status, waitsFor)
    }
  }

  /** Facts of the first instance stay; a later instance adds its path, and its problem if it has one. */
  private note(path: string, facts: Partial<NodeFacts>, instance?: string): void {
    const known = this.facts.get(path)
    if (!known) {
      const { inputs = [], output = null, grid = null, status = 'ok', waitsFor } = facts
      const instancePaths = instance === undefined ? [] : [instance]
      const made = { path, instancePaths, inputs, output, grid, status }
      this.facts.set(path, waitsFor === undefined ? made : { ...made, waitsFor })
      return
    }
    if (instance !== undefined) known.instancePaths.push(instance)
    if (facts.status !== undefined && (known.status === 'ok' || known.status === 'unconnected')) {
      known.status = facts.status
      if (facts.waitsFor !== undefined) Object.assign(known, { waitsFor: facts.waitsFor })
    }
    if (known.output === null && facts.output)
      Object.assign(known, { output: facts.output, grid: facts.grid ?? null })
  }

  // --- what is wrong ---------------------------------------------------------------------------------------------

  private reportFailure(place: Place, node: ModuleNode, inputs: readonly Value[], error: unknown): void {
    const clash = this.builder.takeClash()
    if (error instanceof ShapeError && clash) {
      this.report(place, node.id, {
        code: 'NAME_CLASH',
        message: `${join(place.instance, node.id)} and ${clash.owner} both have a weight called ${clash.key}, of different shapes; give one of them another name.`,
        expected: error.expected,
      })
    } else if (error instanceof ShapeError) {
      const isMerge = error.code === 'SHAPE_MISMATCH' && inputs.length > 1
      const merged = isMerge ? this.mergeSentence(place, node, inputs) : null
      this.report(place, node.id, {
        code: error.code,
        message: merged?.message ?? sentence(error.message),
        expected: merged?.expected ?? error.expected,
      })
    } else if (error instanceof SchemaError) {
      this.report(place, node.id, { code: 'ATTRIBUTE', message: `${nodeTitle(node)}: ${error.message}.` })
    } else {
      const detail = error instanceof Error ? error.message : String(error)
      const isKnown = error instanceof VertebraError
      this.report(place, node.id, {
        code: 'INTERNAL',
        message: isKnown ? sentence(detail) : `internal: ${node.id}: ${detail}`,
      })
    }
  }

  /** `Add needs equal shapes: 14×14×320 from Norm, 14×14×384 from Self-attention.` */
  private mergeSentence(
    place: Place,
    node: ModuleNode,
    inputs: readonly Value[],
  ): { message: string; expected: ExpectedGot[] } {
    const edges = orderOf(place.body).incoming.get(node.id) ?? []
    const sources = inputs.map((_, index) => {
      const from = edges[index]?.from
      if (from === IN) return place.path === '' ? 'the picture' : 'the input of the block'
      return nodeTitle(place.body.nodes.find((other) => other.id === from))
    })
    const printed = inputs.map((input) => printShape(input.shape.slice(1)))
    const parts = printed.map((shape, index) => `${shape} from ${sources[index]}`)
    return {
      message: `${nodeTitle(node)} needs shapes that fit together: ${parts.join(', ')}.`,
      expected: inputs.map((_, index) => ({
        what: sources[index] ?? '',
        expected: printed[0] ?? '',
        got: printed[index] ?? '',
      })),
    }
  }

  private reportOpen(
    place: Place,
    node: DocumentNode,
    inputs: readonly (Flow | undefined)[],
    open: readonly number[],
    isUsed: boolean,
  ): Stuck {
    const path = join(place.path, node.id)
    const shapes = inputs.map(shapeOf)
    const isNeeded = isUsed && orderOf(place.body).reachesOutput.has(node.id)
    const which =
      inputs.length > 1 && open.length < inputs.length
        ? `Input ${(open[0] ?? 0) + 1} of ${nodeTitle(node)}`
        : nodeTitle(node)
    this.report(place, node.id, {
      code: 'DANGLING',
      severity: isNeeded ? 'error' : 'warning',
      message: `${which} is not connected; ${isNeeded ? 'everything after it waits' : 'it is left out of all totals'}.`,
    })
    if (node.type === 'module' && !findModule(node.module) && !node.bypassed)
      this.reportUnknown(place, node, node.module)
    this.note(path, { inputs: shapes, status: 'unconnected' })
    if (node.type === 'group') this.noteInside(path, node, 'unconnected')
    return { stuckAt: path }
  }

  private reportUnused(place: Place, node: DocumentNode, order: Order): void {
    // Said once, at the end of the loose strand.
    const isLast = !place.body.edges.some((edge) => edge.from === node.id && order.incoming.has(edge.to))
    if (!isLast) return
    this.report(place, node.id, {
      code: 'DANGLING',
      severity: 'warning',
      message: `Nothing reads ${nodeTitle(node)}; it is left out of all totals.`,
    })
  }

  private reportUnknown(place: Place, node: ModuleNode, module: string): void {
    this.report(place, node.id, {
      code: 'UNKNOWN_MODULE',
      message: `This Vertebra does not know the module ${module}. It is kept as it is; reload the page if a newer version made this design.`,
    })
  }

  private reportLoop(place: Place, loop: readonly DocumentNode[]): string {
    const first = loop[0] as DocumentNode
    const path = join(place.path, first.id)
    const members = loop.map((node) => nodeTitle(node))
    const message =
      loop.length === 1
        ? `This link would make a loop: ${members[0]} reads its own output.`
        : `These links make a loop: ${members.join(', ')} wait for each other.`
    this.report(place, first.id, { code: 'CYCLE', message })
    this.note(path, { status: 'error' })
    if (first.type === 'group') this.noteInside(path, first, 'waiting', path)
    return path
  }

  private reportClash(place: Place, node: ModuleNode): void {
    const clash = this.builder.takeClash()
    if (!clash) return
    this.report(place, node.id, {
      code: 'NAME_CLASH',
      severity: 'warning',
      message: `${join(place.instance, node.id)} and ${clash.owner} both keep a weight called ${clash.key}, so they share it; give one of them another name.`,
    })
  }

  private report(
    place: Place,
    id: string,
    {
      code,
      message,
      severity = 'error',
      expected = [],
    }: {
      readonly code: DiagnosticCode
      readonly message: string
      readonly severity?: Severity
      readonly expected?: readonly ExpectedGot[]
    },
  ): void {
    const path = join(place.path, id)
    if (this.reported.has(`${code} ${path}`)) return
    this.reported.add(`${code} ${path}`)
    const { document } = this
    const problem = {
      path,
      instance: join(place.instance, id),
      code,
      severity,
      title: titles[code],
      message: capital(message),
      expected,
    }
    let found: Diagnostic['fixes'] | undefined
    this.diagnostics.push({
      ...problem,
      get fixes() {
        found ??= findFixes(document, problem, lower)
        return found
      },
    })
  }
}

/** Notices two nodes that keep their weights under one name. */
class LoweringBuilder extends ModuleBuilder {
  private readonly owners = new Map<string, string>()
  private instancePath = ''
  private clash: { readonly key: string; readonly owner: string } | null = null

  /** Index of the scope that is open now. */
  get scopeId(): number {
    return this.here.id
  }

  /** The clash since this was last asked, if there was one. */
  takeClash(): { readonly key: string; readonly owner: string } | null {
    const { clash } = this
    this.clash = null
    return clash
  }

  override instance(path: string, key: string, keys: Keys, body: () => Value, isFrozen = false): Value {
    this.instancePath = path
    return super.instance(path, key, keys, body, isFrozen)
  }

  override param(key: string, shape: Shape, options: ParamOptions): Value {
    const owner = this.owners.get(key)
    if (owner === undefined) this.owners.set(key, this.instancePath)
    else if (owner !== this.instancePath && !options.isShared) this.clash ??= { key, owner }
    return super.param(key, shape, options)
  }
}

/**
 * What instance `index` of a group changes inside: its own overrides, and on top of them those that a group further out
 * gives for paths through this one.
 */
function overridesInside(outer: Overrides, group: GroupNode, index: number): Overrides {
  const own = group.overrides?.[index]
  if (!own && outer.size === 0) return noOverrides
  const inside = new Map(Object.entries(own ?? {}))
  const prefix = `${group.id}/`
  for (const [path, override] of outer) {
    if (!path.startsWith(prefix)) continue
    const inner = path.slice(prefix.length)
    const below = inside.get(inner)
    inside.set(
      inner,
      override.module === undefined
        ? { ...below, ...override, attrs: { ...below?.attrs, ...override.attrs } }
        : override,
    )
  }
  return inside
}

const isMerge = (node: DocumentNode): boolean =>
  node.type === 'module' && findModule(node.module)?.kind === 'merge'

const join = (path: string, id: string): string => (path === '' ? id : `${path}/${id}`)
const joinKey = (prefix: string, key: string): string => [prefix, key].filter(Boolean).join('.')
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)
