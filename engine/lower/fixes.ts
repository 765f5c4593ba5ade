/**
 * One-click fixes. Candidates are guessed from the kind of problem, then every one is tried: only those after which the
 * problem is gone are offered, those that leave the fewest other problems first.
 */
import {
  bodyOf,
  findBody,
  findNode,
  lastId,
  type NodePath,
  parentPath,
  pathOf,
  pathText,
} from '../document/address'
import { findModule } from '../document/findModule'
import { withFreshId } from '../document/freshId'
import {
  insertOnEdge,
  removeNodes,
  rename,
  replaceModule,
  setAttributes,
  setBypassed,
  setInput,
  setKey,
} from '../document/nodes'
import { clearOverride } from '../document/overrides'
import {
  type Document,
  type DocumentNode,
  type Edge,
  type GraphBody,
  IN,
  type ModuleNode,
  OUT,
} from '../document/types'
import {
  connect,
  disconnect,
  edgeTo,
  freePort,
  inputCount,
  nodeTitle,
  wiringProblem,
} from '../document/wiring'
import type { Shape } from '../graph/graph'
import { type AttributeValue, type Field, fieldProblem } from '../schema/schema'
import type { Diagnostic, DiagnosticCode, Fix } from './diagnostics'
import type { Lowered, NodeFacts } from './lowered'

type Lower = (document: Document) => Lowered
type Problem = Omit<Diagnostic, 'fixes'>

/** How many fixes a person is offered, and how many guesses are tried for them. */
const offered = 3
const tried = 24

/** Fixes for one diagnostic of a document, best first. `lower` is passed in: it is what finds diagnostics. */
export function findFixes(document: Document, problem: Problem, lower: Lower): readonly Fix[] {
  const before = lower(document)
  const context = contextOf(document, problem, before)
  if (!context) return []
  const others = before.diagnostics.filter(({ severity }) => severity === 'error').length - 1
  const seen = new Set<string>()
  const working: Working[] = []
  const tryOut = (candidates: Iterable<Fix>, isLastResort: boolean) => {
    let count = 0
    for (const fix of candidates) {
      if (seen.has(fix.label)) continue
      seen.add(fix.label)
      if (++count > tried) break
      const left = problemsAfter(document, problem, fix, lower)
      if (left !== null) working.push({ fix, left, isLastResort })
      // As many as are shown, that make nothing else wrong, are enough.
      if (working.filter((one) => one.left <= others).length >= offered) break
    }
  }
  tryOut(backToTheOthers(context), false)
  tryOut(byCode[problem.code](context), false)
  tryOut(lastResorts(context), true)
  return best(working)
}

/** A candidate that mends its problem; `left` counts the errors that remain elsewhere. */
interface Working {
  readonly fix: Fix
  readonly left: number
  readonly isLastResort: boolean
}

/** The fewest remaining errors first; among the first two is one that keeps the node working, where there is one. */
function best(working: readonly Working[]): readonly Fix[] {
  const sorted = working.toSorted(
    (a, b) => a.left - b.left || Number(a.isLastResort) - Number(b.isLastResort),
  )
  const real = sorted.findIndex(({ isLastResort }) => !isLastResort)
  const moved =
    real > 1 ? [sorted[0], sorted[real], ...sorted.filter((_, at) => at !== 0 && at !== real)] : sorted
  return moved.slice(0, offered).flatMap((one) => (one ? [one.fix] : []))
}

/** How many errors are left after the fix; null when it cannot be made or does not help. */
function problemsAfter(document: Document, problem: Problem, fix: Fix, lower: Lower): number | null {
  try {
    const fixed = fix.apply(document)
    if (fixed === document) return null
    const { diagnostics } = lower(fixed)
    const isGone = !diagnostics.some(({ code, path }) => path === problem.path && code === problem.code)
    // The same node with another error is not mended either.
    const isWell = !diagnostics.some(({ path, severity }) => path === problem.path && severity === 'error')
    if (!isGone || !isWell) return null
    return diagnostics.filter(({ severity }) => severity === 'error').length
  } catch {
    return null
  }
}

/** The place of a problem, with all that guesses are made from. */
interface Context {
  readonly document: Document
  readonly problem: Problem
  readonly lowered: Lowered
  readonly path: NodePath
  /** The graph that the node lies in, and its path. */
  readonly graph: NodePath
  readonly body: GraphBody
  /** Undefined for an open output of the graph. */
  readonly node: DocumentNode | undefined
  readonly facts: NodeFacts | undefined
  readonly title: string
}

function contextOf(document: Document, problem: Problem, lowered: Lowered): Context | null {
  const path = pathOf(problem.path)
  const graph = parentPath(path)
  const body = findBody(document, graph)
  if (!body) return null
  const node = findNode(document, path)
  const facts = lowered.nodes.get(problem.path)
  return { document, problem, lowered, path, graph, body, node, facts, title: nodeTitle(node) }
}

const byCode: { readonly [Code in DiagnosticCode]: (context: Context) => Iterable<Fix> } = {
  SHAPE_MISMATCH: function* (context) {
    yield* matchWidths(context)
    yield* matchSides(context)
    yield* matchKinds(context)
    yield* resets(context)
    yield* otherPictures(context)
  },
  RANK: function* (context) {
    yield* matchKinds(context)
  },
  HEADS_DIVIDE: function* (context) {
    yield* divisors(context)
    yield* fittingWidths(context)
  },
  GROUPS_DIVIDE: function* (context) {
    yield* divisors(context)
    yield* fittingWidths(context)
  },
  TOO_SMALL: function* (context) {
    const isStem = context.node?.type === 'module' && findModule(context.node.module)?.kind === 'stem'
    // A stem without a picture to look at is not the stem's fault.
    if (!isStem) yield* removeDownsampling(context)
    yield* otherPictures(context)
    yield* smallerWindows(context)
  },
  FIXED_SIZE: function* (context) {
    yield* expectedNumbers(context)
    yield* resets(context)
    yield* otherPictures(context)
  },
  ATTRIBUTE: function* (context) {
    yield* clamps(context)
    yield* resets(context)
    yield* smallerWindows(context)
    yield* otherPictures(context)
  },
  UNKNOWN_MODULE: function* (context) {
    yield* similarModules(context)
  },
  NAME_CLASH: function* (context) {
    yield* freshNames(context)
  },
  CYCLE: function* (context) {
    yield* openLoop(context)
    yield* deletion(context)
  },
  DANGLING: function* (context) {
    yield* connections(context)
    yield* deletion(context)
  },
  INTERNAL: function* (context) {
    yield* resets(context)
  },
}

/** What always helps where a node is: going around it, or doing without. */
function* lastResorts(context: Context): Generator<Fix> {
  const { path, title, node, problem } = context
  // Going around does not connect anything, and a loop has other members.
  if (!node || problem.code === 'DANGLING' || problem.code === 'CYCLE') return
  if (problem.code !== 'UNKNOWN_MODULE')
    yield { label: `Bypass ${title}`, apply: (document) => setBypassed(document, [path], true) }
  yield* deletion(context)
}

/** Takes back what single instances do differently at this node. */
function* backToTheOthers({ document, path, title }: Context): Generator<Fix> {
  for (let depth = 1; depth < path.length; depth++) {
    const group = path.slice(0, depth)
    const inner = pathText(path.slice(depth))
    const node = findNode(document, group)
    if (node?.type !== 'group') continue
    for (const [instance, overrides] of Object.entries(node.overrides ?? {})) {
      if (!Object.hasOwn(overrides, inner)) continue
      yield {
        label: `Let ${title} of instance ${instance} follow the others`,
        apply: (before) => clearOverride(before, group, Number(instance), inner),
      }
    }
  }
}

function* deletion({ path, title, node }: Context): Generator<Fix> {
  if (node) yield { label: `Delete ${title}`, apply: (document) => removeNodes(document, [path]) }
}

// --- shapes ------------------------------------------------------------------------------------------------------------

const channels = (shape: Shape | null | undefined): number | null => shape?.[shape.length - 1] ?? null

/** The wired inputs of the node with what comes along them. */
function wired({
  body,
  path,
  facts,
}: Context): readonly { readonly edge: Edge; readonly shape: Shape | null }[] {
  const edges = body.edges.filter((edge) => edge.to === lastId(path))
  return edges
    .sort((a, b) => (a.port ?? 0) - (b.port ?? 0))
    .map((edge, index) => ({ edge, shape: facts?.inputs[index] ?? null }))
}

/** Inputs of a merge that differ in width: set the width where it is made, or project. */
function* matchWidths(context: Context): Generator<Fix> {
  const inputs = wired(context)
  for (const [index, { edge, shape }] of [...inputs.entries()].reverse()) {
    const width = channels(shape)
    for (const target of new Set(inputs.map((other) => channels(other.shape)))) {
      if (target === null || target === width) continue
      // What comes first is the residual stream: the branch is what should give way.
      if (index === 0 && inputs.length > 2) continue
      yield* setWidthOf(context, edge.from, target)
    }
  }
  const stream = channels(inputs[0]?.shape)
  for (const [index, { edge, shape }] of [...inputs.entries()].reverse()) {
    const width = channels(shape)
    const target = index === 0 ? channels(inputs[1]?.shape) : stream
    if (target === null || width === null || target === width) continue
    yield insertion(context, edge, `Insert Linear ${width} to ${target}`, {
      module: 'linear',
      attrs: { dim: target },
    })
  }
}

/** The nearest node upstream that sets the number of channels. */
function* setWidthOf(context: Context, from: string, target: number): Generator<Fix> {
  for (const { path, node } of upstream(context.document, context.graph, from)) {
    const name = widthAttributes.find(
      (attribute) => findModule(node.module)?.attrs[attribute]?.kind === 'int',
    )
    if (name === undefined) continue
    const label = `Set ${name} of ${nodeTitle(node)} to ${target}`
    yield { label, apply: (document) => setAttributes(document, path, { [name]: target }) }
    return
  }
}

const widthAttributes = ['dim', 'out', 'width', 'channels']

/** The modules that a value came through, nearest first: along first inputs, into groups and out of them. */
function* upstream(
  document: Document,
  graph: NodePath,
  from: string,
): Generator<{ readonly path: NodePath; readonly node: ModuleNode }> {
  const seen = new Set<string>()
  const open: { readonly graph: NodePath; readonly id: string }[] = [{ graph, id: from }]
  for (let at = open.shift(); at; at = open.shift()) {
    const here = at.graph
    const body = findBody(document, here)
    const place = pathText([...here, at.id])
    if (!body || seen.has(place)) continue
    seen.add(place)
    const follow = (id: string, inside: NodePath, graphBody: GraphBody) => {
      for (const edge of graphBody.edges) if (edge.to === id) open.push({ graph: inside, id: edge.from })
    }
    if (at.id === IN) {
      const outer = findBody(document, parentPath(here))
      if (here.length && outer) follow(lastId(here), parentPath(here), outer)
      continue
    }
    const node = body.nodes.find((candidate) => candidate.id === at?.id)
    if (node?.type === 'module') {
      yield { path: [...here, node.id], node }
      follow(node.id, here, body)
    } else if (node) {
      const inside = bodyOf(document, node)
      if (inside) follow(OUT, [...here, node.id], inside)
    }
  }
}

/** Inputs that differ in height or width: bring the larger one down. */
function* matchSides(context: Context): Generator<Fix> {
  const inputs = wired(context)
  for (const { edge, shape } of [...inputs].reverse()) {
    if (shape?.length !== 4) continue
    for (const { shape: other } of inputs) {
      if (other?.length !== 4) continue
      const stride = Math.round((shape[1] ?? 1) / (other[1] ?? 1))
      if (stride < 2) continue
      const dim = channels(other)
      yield insertion(context, edge, `Insert Convolution 1×1, stride ${stride}`, {
        module: 'convolution',
        attrs: { dim, kernelSize: 1, stride, padding: 0 },
      })
      yield insertion(context, edge, `Insert Average pooling, stride ${stride}`, {
        module: 'averagePool',
        attrs: { kernelSize: stride, stride },
      })
    }
  }
}

/** A map where tokens are needed, or the reverse. */
function* matchKinds(context: Context): Generator<Fix> {
  for (const { edge, shape } of wired(context)) {
    const modules = shape?.length === 4 ? ['toTokens', 'globalPool'] : ['toMap', 'toTokens', 'globalPool']
    for (const module of modules) {
      const title = findModule(module)?.title
      if (title) yield insertion(context, edge, `Insert ${title}`, { module })
    }
  }
}

function insertion(
  { graph }: Context,
  edge: Edge,
  label: string,
  node: { readonly module: string; readonly attrs?: { readonly [name: string]: AttributeValue } },
): Fix {
  return { label, apply: (document) => insertOnEdge(document, graph, edge, node).document }
}

// --- numbers -----------------------------------------------------------------------------------------------------------

/** The node's whole-number settings with their values now, those named in the problem first. */
function numbers({
  node,
  problem,
}: Context): readonly { readonly name: string; readonly field: Field; readonly value: AttributeValue }[] {
  if (node?.type !== 'module') return []
  const fields = Object.entries(findModule(node.module)?.attrs ?? {}).flatMap(([name, field]) =>
    field.kind === 'int' ? [{ name, field, value: node.attrs[name] ?? field.default }] : [],
  )
  const isNamed = (name: string) =>
    problem.expected.some(({ what }) => what === name || what === labelOf(node, name)) ||
    new RegExp(`\\b${name}\\b`, 'i').test(problem.message)
  return [...fields.filter(({ name }) => isNamed(name)), ...fields.filter(({ name }) => !isNamed(name))]
}

/** Other heads or groups that divide the channels, the nearest first. */
function* divisors(context: Context): Generator<Fix> {
  const width = channels(context.facts?.inputs[0])
  if (width === null) return
  const got = Number.parseInt(context.problem.expected[0]?.got ?? '', 10)
  for (const { name, value } of numbers(context)) {
    const now = typeof value === 'number' ? value : got
    if (!Number.isFinite(now)) continue
    const others = divisorsOf(width).filter((divisor) => divisor !== now)
    for (const divisor of nearest(others, now).slice(0, 3)) yield setTo(context, name, divisor)
  }
}

/** Widths upstream that the heads or groups divide. */
function* fittingWidths(context: Context): Generator<Fix> {
  const width = channels(context.facts?.inputs[0])
  const source = wired(context)[0]?.edge.from
  if (width === null || source === undefined) return
  for (const { value } of numbers(context)) {
    if (typeof value !== 'number' || value < 2 || width % value === 0) continue
    for (const target of nearest(
      [Math.floor(width / value) * value, Math.ceil(width / value) * value],
      width,
    )) {
      if (target > 0) yield* setWidthOf(context, source, target)
    }
  }
}

/** The numbers that came where others were expected: the number of tokens of a fixed matrix. */
function* expectedNumbers(context: Context): Generator<Fix> {
  const got = context.problem.expected.flatMap(({ got }) => Number.parseInt(got, 10) || [])
  for (const { name } of numbers(context)) for (const value of got) yield setTo(context, name, value)
}

function* clamps(context: Context): Generator<Fix> {
  const { node } = context
  if (node?.type !== 'module') return
  for (const [name, field] of Object.entries(findModule(node.module)?.attrs ?? {})) {
    const value = node.attrs[name]
    if (value === undefined || fieldProblem(field, value) === null) continue
    if ((field.kind === 'int' || field.kind === 'number') && typeof value === 'number') {
      const inside = Math.min(field.max, Math.max(field.min, value))
      yield setTo(context, name, field.kind === 'int' ? Math.round(inside) : inside)
    }
    yield reset(context, name)
  }
}

/** Every setting back to its default, and unknown ones away. */
function* resets(context: Context): Generator<Fix> {
  const { node, path, title } = context
  if (node?.type !== 'module') return
  const schema = findModule(node.module)?.attrs ?? {}
  for (const name of Object.keys(node.attrs)) {
    yield Object.hasOwn(schema, name)
      ? reset(context, name)
      : { label: `Remove ${name}`, apply: (document) => setAttributes(document, path, { [name]: undefined }) }
  }
  if (Object.keys(node.attrs).length < 2) return
  const all = Object.fromEntries(Object.keys(node.attrs).map((name) => [name, undefined]))
  yield { label: `Reset ${title}`, apply: (document) => setAttributes(document, path, all) }
}

function setTo({ path, node, title }: Context, name: string, value: number): Fix {
  const label = node?.type === 'module' ? labelOf(node, name) : title
  return {
    label: `Set ${label} to ${value}`,
    apply: (document) => setAttributes(document, path, { [name]: value }),
  }
}

function reset({ path, node }: Context, name: string): Fix {
  const label = node?.type === 'module' ? labelOf(node, name) : name
  return {
    label: `Reset ${label}`,
    apply: (document) => setAttributes(document, path, { [name]: undefined }),
  }
}

const labelOf = (node: ModuleNode, name: string): string =>
  findModule(node.module)?.attrs[name]?.label.toLowerCase() ?? name

// --- sizes -------------------------------------------------------------------------------------------------------------

/** Does without this downsampling, or without an earlier one. */
function* removeDownsampling(context: Context): Generator<Fix> {
  const { document, graph, path, node, title } = context
  if (node) yield { label: `Remove ${title}`, apply: (before) => removeNodes(before, [path]) }
  const source = wired(context)[0]?.edge.from
  if (source === undefined) return
  for (const earlier of upstream(document, graph, source)) {
    const module = findModule(earlier.node.module)
    const stride = module?.attrs.stride
    const value = earlier.node.attrs.stride ?? stride?.default
    if (stride?.kind !== 'int' || typeof value !== 'number' || value < 2) continue
    yield {
      label: `Set stride of ${nodeTitle(earlier.node)} to 1`,
      apply: (before) => setAttributes(before, earlier.path, { stride: 1 }),
    }
  }
}

function* otherPictures({ document }: Context): Generator<Fix> {
  const { height, width } = document.input
  const sides = [...[64, 128, 224, 256, 384, 512], 2 * height, 4 * height]
  for (const side of sides) {
    if (side === height && side === width) continue
    yield {
      label: `Use a ${side}×${side} picture`,
      apply: (before) => setInput(before, { height: side, width: side }),
    }
  }
}

function* smallerWindows(context: Context): Generator<Fix> {
  for (const { name, value } of numbers(context)) {
    if (typeof value !== 'number') continue
    for (const smaller of [Math.floor(value / 2), 1]) {
      if (smaller >= 1 && smaller < value) yield setTo(context, name, smaller)
    }
  }
}

// --- wiring ------------------------------------------------------------------------------------------------------------

/** Wires an open input to something before it, a loose end to something behind it. */
function* connections(context: Context): Generator<Fix> {
  const { body, path, graph, node } = context
  const id = lastId(path)
  const isOutput = id === OUT
  const edges = body.edges.filter((edge) => edge.to === id)
  const position = isOutput ? body.nodes.length : body.nodes.findIndex((one) => one.id === id)
  const known = new Set(body.nodes.map((one) => one.id))
  const isOpen =
    isOutput ||
    !node ||
    edges.filter((edge) => edge.from === IN || known.has(edge.from)).length < Math.max(1, leastInputs(node))
  if (isOpen) {
    const port = isOutput ? 0 : (freeInput(body, id, known) ?? 0)
    // Loose ends first, then what the document lists just before, then the rest.
    const sources = [...body.nodes.slice(0, position).reverse(), ...body.nodes.slice(position + 1)]
    const loose = sources
      .filter((one) => !body.edges.some((edge) => edge.from === one.id))
      .map((one) => one.id)
    const near = sources.slice(0, 12).map((one) => one.id)
    for (const from of new Set([
      ...loose,
      ...(edges.length > 0 ? streamBefore(body, id) : []),
      ...near,
      IN,
    ])) {
      const edge = edgeTo(from, id, port)
      if (wiringProblem(body, edge) !== null) continue
      const title = from === IN ? 'the input' : nodeTitle(body.nodes.find((one) => one.id === from))
      const label = isOutput ? `Connect ${title} to the output` : `Connect to ${title}`
      yield { label: distinct(label, body, from), apply: (document) => connect(document, graph, edge) }
    }
  } else {
    const targets = [...body.nodes.slice(position + 1).map((one) => one.id), OUT]
    for (const to of targets) {
      const port = freePort(body, to)
      if (port === null) continue
      const edge = edgeTo(id, to, port)
      if (wiringProblem(body, edge) !== null) continue
      const title = to === OUT ? 'the output' : nodeTitle(body.nodes.find((one) => one.id === to))
      yield {
        label: distinct(`Connect to ${title}`, body, to),
        apply: (document) => connect(document, graph, edge),
      }
    }
  }
}

/** Where the branch of a merge left the residual stream: the nearest merge, scale or input behind what it reads. */
function streamBefore(body: GraphBody, id: string): readonly string[] {
  const seen = new Set<string>()
  const open = body.edges.filter((edge) => edge.to === id).map((edge) => edge.from)
  for (let at = open.shift(); at !== undefined; at = open.shift()) {
    if (seen.has(at)) continue
    seen.add(at)
    const node = body.nodes.find((one) => one.id === at)
    const kind = node?.type === 'module' ? findModule(node.module)?.kind : undefined
    if (at === IN || kind === 'merge') return [at]
    for (const edge of body.edges) if (edge.to === at) open.push(edge.from)
  }
  return []
}

/** Two nodes of one title are told apart by their ids. */
function distinct(label: string, body: GraphBody, id: string): string {
  const node = body.nodes.find((one) => one.id === id)
  const isTwice = node && body.nodes.some((one) => one !== node && nodeTitle(one) === nodeTitle(node))
  return isTwice ? `${label} (${id})` : label
}

const leastInputs = (node: DocumentNode): number => {
  const { least, most } = inputCount(node)
  // A merge of one thing is open too.
  return most === Number.POSITIVE_INFINITY ? least + 1 : least
}

function freeInput(body: GraphBody, id: string, known: ReadonlySet<string>): number | null {
  const sound = { ...body, edges: body.edges.filter((edge) => edge.from === IN || known.has(edge.from)) }
  return freePort(sound, id)
}

/** Cuts one link of the loop, the one that leads backwards first. */
function* openLoop({ graph, body }: Context): Generator<Fix> {
  const index = new Map(body.nodes.map((node, position) => [node.id, position]))
  const at = (id: string) => index.get(id) ?? -1
  const inner = body.edges.filter((edge) => edge.from !== IN && edge.to !== OUT)
  const backwards = inner.filter((edge) => at(edge.from) >= at(edge.to))
  const titleOf = (id: string) => nodeTitle(body.nodes.find((node) => node.id === id))
  for (const edge of [...backwards, ...inner.filter((one) => !backwards.includes(one))]) {
    yield {
      label: `Remove the link from ${titleOf(edge.from)} to ${titleOf(edge.to)}`,
      apply: (before) => disconnect(before, graph, edge),
    }
    // Cut, the node may lack its input: what fed it before the loop is the next best.
    const before = body.nodes[at(edge.to) - 1]?.id ?? IN
    const instead = { ...edge, from: before }
    yield {
      label: `Connect ${titleOf(edge.to)} to ${before === IN ? 'the input' : titleOf(before)} instead`,
      apply: (old) => connect(disconnect(old, graph, edge), graph, instead),
    }
  }
}

// --- names -------------------------------------------------------------------------------------------------------------

function* similarModules({ path, node, document }: Context): Generator<Fix> {
  if (node?.type !== 'module') return
  yield {
    label: 'Bypass it',
    apply: (before) => setBypassed(before, [path], true),
  }
  const identity = findModule('identity')
  if (identity && findNode(document, path)) {
    yield {
      label: `Replace it by ${identity.title}`,
      apply: (before) => replaceModule(before, path, identity.id),
    }
  }
}

/** Drops a key that was copied along, or counts the id up. */
function* freshNames({ path, node, body, graph }: Context): Generator<Fix> {
  if (!node) return
  const { key, ...plain } = node
  if (key !== undefined) {
    yield { label: `Name its weights ${node.id}`, apply: (document) => setKey(document, path, undefined) }
  }
  const others = { ...body, nodes: body.nodes.filter((one) => one.id !== node.id) }
  const taken = { ...plain, id: node.id } as DocumentNode
  const fresh = withFreshId({ ...others, nodes: [...others.nodes, taken] }, taken).id
  yield {
    label: `Rename it ${fresh}`,
    apply: (document) => setKey(rename(document, path, { id: fresh }), [...graph, fresh], undefined),
  }
}

const divisorsOf = (n: number): number[] =>
  Array.from({ length: n }, (_, index) => index + 1).filter((d) => n % d === 0)
const nearest = (values: readonly number[], wanted: number): number[] =>
  [...values].sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))
