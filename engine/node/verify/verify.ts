/** Runs a golden case on our engine and compares every output that the reference recorded. */
import { type Cost, costsByScope, noCost } from '../../analysis/costs'
import { summarize } from '../../analysis/summary'
import { effectiveField, placeInput } from '../../autodiff/effectiveField'
import type { Document } from '../../document/types'
import { elements, type Graph, type Scope, type Shape } from '../../graph/graph'
import { lower } from '../../lower/lower'
import { lowerLayer } from '../../lower/lowerLayer'
import type { Procedural } from '../../nn/moduleBuilder'
import { nodeCost } from '../../ops/cost'
import { type GoldenModel, goldenModel } from '../../presets/goldenCases'
import { keptNodes } from '../../worker/attentionLayers'
import { type AttentionDesign, attentionMaps } from '../../worker/attentionMaps'
import { attentionTensor } from './attentionRows'
import {
  attentionTolerance,
  compareAttention,
  compareField,
  compareSlope,
  compareTensor,
  type Tensor,
  type Verdict,
} from './compare'
import { contradictedFields, differencesOfFields } from './contradictedFields'
import {
  type CaseSize,
  type GoldenCase,
  isRecorded,
  type OpCase,
  type Recorded,
  type RecordedField,
} from './goldenCase'
import { goldenInput, goldenTensor } from './goldenInput'
import { type GoldenLayer, goldenLayer } from './layers'
import { opGraph } from './ops'
import type { Runner } from './runner'

export interface CaseReport {
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'not built'
  readonly comparisons: readonly Comparison[]
  /** The comparison that came nearest to its tolerance, or went furthest beyond it. */
  readonly worst: Comparison | null
  /** Why it failed, one sentence each; the first module of the trace that differs comes first. */
  readonly problems: readonly string[]
}

interface Comparison extends Verdict {
  /** `logits`, `features`, or the module path of a stage or an attention. */
  readonly what: string
}

/** How tests plant a mistake: in the document, or in what it became. */
export interface VerifyOptions {
  readonly changeDocument?: (document: Document) => Document
  readonly changeGraph?: (graph: Graph) => Graph
  /** Leaves out the gradients: on a GPU they need some hundred pipelines per model. */
  readonly withoutField?: boolean
}

/** Tolerances on relative L2 (issue 1, acceptance 3); the noise is the reference's own float32 against float64. */
function toleranceOf(size: CaseSize, noise: number): number {
  switch (size) {
    case 'tiny':
      return Math.max(5e-5, 10 * noise)
    case 'full':
      return 2e-4
    case 'eps':
      return 2e-3
    default:
      size satisfies never
      return 0
  }
}

/** The two layer norms on inputs of tiny variance carry 5e-5 of the reference's own rounding. */
const opTolerance = 2e-4

export async function verifyCase(
  golden: GoldenCase,
  runner: Runner,
  {
    changeDocument = (document) => document,
    changeGraph = (graph) => graph,
    withoutField = false,
  }: VerifyOptions = {},
): Promise<CaseReport> {
  const { reference, input } = golden
  const model = goldenLayer(reference.call, input.shape) ?? goldenModel(reference, input.shape[2] ?? 1)
  if (!model) return { name: golden.case, outcome: 'not built', comparisons: [], worst: null, problems: [] }
  const values = new Map(golden.tensors.map(([name, , a, b]) => [name, { a, b }]))
  const program =
    'document' in model
      ? programOf(changeDocument(model.document), input, values)
      : layerProgram(model, input, values)
  if ('problems' in program) return failed(golden.case, [], program.problems)
  const countProblems = [
    ...tensorProblems(golden, program.graph),
    ...tableProblems(golden, program.graph),
    ...figureProblems(golden, program, 'document' in model ? model : {}),
  ]
  const places = { ...model.outputs, ...('features' in model && { features: model.features }) }
  const subject = new Subject(golden, { ...program, graph: changeGraph(program.graph) }, places, runner)
  const comparisons = [
    ...(await subject.compareOutputs()),
    ...(await subject.compareAttentions()),
    ...(withoutField ? [] : await subject.compareField()),
  ]
  const bad = comparisons.filter(({ passes }) => !passes)
  if (bad.length === 0 && countProblems.length === 0) return passed(golden.case, comparisons)
  const first = bad.length > 0 ? await subject.firstDifference() : null
  const problems = [...(first ? [first] : []), ...countProblems, ...bad.map(problemOf)]
  return failed(golden.case, comparisons, problems)
}

export async function verifyOp(op: OpCase, runner: Runner): Promise<CaseReport> {
  const built = opGraph(op)
  if (!built) return { name: op.op, outcome: 'not built', comparisons: [], worst: null, problems: [] }
  const { graph, isChannelsLast, x } = built
  const inputs = new Map(x ? [['x', goldenTensor(x, isChannelsLast)]] : [])
  const [ours] = await runner.run(graph, inputs, graph.outputs)
  if (!ours) return failed(op.op, [], ['it has no output'])
  const { shape, values } = op.output
  const record: Recorded = {
    shape,
    layout: shape.length === 4 && !isChannelsLast ? 'NCHW' : 'NHWC',
    l2: Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)),
    samples: values.map((value, index) => [index, value]),
  }
  const comparison = { what: op.what, ...compareTensor(record, ours, opTolerance) }
  return comparison.passes
    ? passed(op.op, [comparison])
    : failed(op.op, [comparison], [problemOf(comparison)])
}

interface Program extends AttentionDesign {
  readonly output: number
  readonly cost: Pick<Cost, 'params' | 'macs'>
  readonly input: Float32Array
}
type Values = ReadonlyMap<string, Procedural>

function programOf(
  document: Document,
  input: GoldenCase['input'],
  values: Values,
): Program | { readonly problems: readonly string[] } {
  const lowered = lower(document, { batch: 1, values })
  const { graph, scopes, isLive, output, diagnostics } = lowered
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  if (errors.length > 0 || output === null)
    return { problems: errors.map(({ path, message }) => `${path}: ${message}`) }
  return { graph, scopes, isLive, output, cost: summarize(lowered).whole, input: goldenInput(input) }
}

function layerProgram(layer: GoldenLayer, input: GoldenCase['input'], values: Values): Program {
  const { graph, output, isLive } = lowerLayer(layer, values)
  const instance = graph.scopes.find(({ path }) => path === 'layer')
  const tensor = { tensor: 'input', shape: input.shape, a: input.a, b: input.b }
  return {
    graph,
    scopes: new Map(instance ? [[instance.path, instance.id]] : []),
    isLive,
    output,
    cost: costsByScope({ graph, isLive })[0] ?? noCost,
    input: goldenTensor(tensor, layer.order === 'asIs'),
  }
}

/** State_dict prefixes of the scopes whose outputs the reference calls features, pred_boxes, ... */
type Places = { readonly [output: string]: string }

/** One case on one runner. */
class Subject {
  readonly graph: Graph
  readonly scopes: ReadonlyMap<string, number>
  readonly isLive: readonly boolean[]
  private readonly golden: GoldenCase
  private readonly output: number
  private readonly places: Places
  private readonly runner: Runner
  private readonly inputs: ReadonlyMap<string, Float32Array>

  constructor(
    golden: GoldenCase,
    { graph, scopes, isLive, output, input }: Program,
    places: Places,
    runner: Runner,
  ) {
    this.golden = golden
    this.graph = graph
    this.scopes = scopes
    this.isLive = isLive
    this.output = output
    this.places = places
    this.runner = runner
    this.inputs = new Map([['input', input]])
  }

  /** The logits by themselves, as in the plan that people run, then features and stages, which keep more values alive. */
  async compareOutputs(): Promise<readonly Comparison[]> {
    const {
      logits,
      features,
      features_list: lists,
      stages,
      attention: _,
      erf: __,
      ...others
    } = this.golden.outputs
    const noise = this.golden.float32_vs_float64
    const tolerance = (of: number) => toleranceOf(this.golden.size, of)
    const between = Math.max(noise.logits ?? 0, noise.features ?? 0)
    const lastNode = this.places.logits === undefined ? this.output : this.nodeOfPlace('logits')
    const last = logits ? [{ what: 'logits', record: logits, node: lastNode, noise: noise.logits ?? 0 }] : []
    const inner = [
      ...(features ? [this.namedOutput('features', features)] : []),
      ...lists.map((record, index) => this.namedOutput(`features_list.${index}`, record)),
      ...Object.entries(others).flatMap(([name, record]) =>
        isRecorded(record) ? [this.namedOutput(name, record)] : [],
      ),
      ...stages.map((record, index) => ({ what: record.where, record, node: this.nodeOfStage(index) })),
    ].map((row) => ({ ...row, noise: row.what === 'features' ? (noise.features ?? 0) : between }))
    const comparisons: Comparison[] = []
    for (const rows of [last, inner]) {
      const nodes = [...new Set(rows.flatMap(({ node }) => (node === null ? [] : [node])))]
      if (rows.length === 0) continue
      const tensors = await this.run(nodes)
      for (const { what, record, node, noise } of rows) {
        const ours = node === null ? undefined : tensors.get(node)
        comparisons.push({
          what,
          ...(ours ? compareTensor(record, ours, tolerance(noise)) : notThere(tolerance(noise))),
        })
      }
    }
    return comparisons
  }

  private namedOutput(what: string, record: Recorded) {
    return { what, record, node: this.nodeOfPlace(what) }
  }

  /** `norm#2` is the third use of what is called norm. */
  private nodeOfPlace(what: string): number | null {
    const [key, nth = '0'] = this.places[what]?.split('#') ?? []
    return key === undefined ? null : this.nodeOfScope(key, Number(nth))
  }

  /** As the views have it: rows from the queries and keys of a run of their own, and not the probabilities of the program. */
  async compareAttentions(): Promise<readonly Comparison[]> {
    const records = this.golden.outputs.attention
    if (records.length === 0) return []
    const taps = this.graph.nodes.filter((node) => node.op === 'tap' && node.attrs.name === 'attention')
    const maps = new Map(attentionMaps(this).map((map) => [map.tap, map]))
    const used = new Map<string, number>()
    const rows = records.map((record) => {
      const inside = taps.filter(({ scope }) => isInside(this.scope(scope).key, record.where))
      const nth = used.get(record.where) ?? 0
      used.set(record.where, nth + 1)
      return { record, tap: inside[nth]?.id ?? null }
    })
    const asked = [...new Set(rows.flatMap(({ tap }) => tap ?? []))]
    const wanted = asked.flatMap((tap) => maps.get(tap) ?? [])
    const kept = await this.run(keptNodes(this.graph, wanted))
    const valuesOf = (node: number) => kept.get(node)?.data ?? new Float32Array()
    const tensors = new Map(
      wanted.map((map) => [map.tap, attentionTensor(this.graph, map, valuesOf)] as const),
    )
    const rest = await this.run(asked.filter((tap) => !tensors.get(tap)))
    return rows.map(({ record, tap }) => {
      const ours = tap === null ? null : (tensors.get(tap) ?? rest.get(tap))
      const verdict = ours ? compareAttention(record, ours) : notThere(attentionTolerance)
      return { what: `attention of ${record.where}`, ...verdict }
    })
  }

  /** Reverse mode: what the picture contributes to the middle of the features. */
  async compareField(): Promise<readonly Comparison[]> {
    const { erf } = this.golden.outputs
    const node = this.nodeOfPlace('features')
    const features = node === null ? undefined : this.graph.nodes[node]
    if (!erf || !features || contradictedFields.has(this.golden.case)) return []
    const graph = effectiveField(this.graph, features.id)
    const place = new Float32Array(elements(features.shape.slice(0, -1)))
    place[placeOfField(erf, features.shape)] = 1
    const inputs = new Map([...this.inputs, [placeInput, place]])
    const [gradient] = await this.runner.run(graph, inputs, graph.outputs)
    if (!gradient) return []
    const difference = differencesOfFields.get(this.golden.case)
    const verdict =
      difference === undefined ? compareField(erf, gradient) : compareSlope(difference, gradient)
    return [{ what: 'effective receptive field', ...verdict }]
  }

  /** The first module, in the order in which the reference finished them, whose output is not ours. */
  async firstDifference(): Promise<string | null> {
    const { trace, outputs, size, float32_vs_float64: noise } = this.golden
    const records = trace.length > 0 ? trace : outputs.stages
    const seen = new Map<string, number>()
    const rows = records.flatMap((record) => {
      const nth = seen.get(record.where) ?? 0
      seen.set(record.where, nth + 1)
      const node = this.nodeOfScope(record.where, nth)
      return node === null ? [] : [{ record, node }]
    })
    const tensors = await this.run([...new Set(rows.map(({ node }) => node))])
    const tolerance = toleranceOf(size, Math.max(noise.logits ?? 0, noise.features ?? 0))
    for (const { record, node } of rows) {
      const ours = tensors.get(node)
      const verdict = ours && compareTensor(record, ours, tolerance)
      if (!verdict || verdict.passes) continue
      const repr = 'repr' in record && record.repr ? `(${record.repr})` : ''
      return `the first module that differs is ${record.where}, ${record.class}${repr}: ${verdict.detail}`
    }
    return 'no single module of the trace differs beyond the tolerance'
  }

  private async run(nodes: readonly number[]): Promise<ReadonlyMap<number, Tensor>> {
    if (nodes.length === 0) return new Map()
    const tensors = await this.runner.run(this.graph, this.inputs, nodes)
    return new Map(nodes.flatMap((node, index) => (tensors[index] ? [[node, tensors[index]] as const] : [])))
  }

  /** A stage that our graph does not name may be the same tensor as one that it does (`blocks` and its last block). */
  private nodeOfStage(index: number): number | null {
    const stage = this.golden.outputs.stages[index]
    if (!stage) return null
    if (this.places[stage.where] !== undefined) return this.nodeOfPlace(stage.where)
    const before = this.golden.outputs.stages.slice(0, index)
    const nth = before.filter(({ where }) => where === stage.where).length
    return this.nodeOfScope(stage.where, nth) ?? this.nodeOfEqual(stage)
  }

  private nodeOfEqual(record: Recorded): number | null {
    const { stages } = this.golden.outputs
    for (const other of [...stages, ...this.golden.trace].reverse()) {
      if (other.l2 !== record.l2 || other.shape.join() !== record.shape.join()) continue
      const node = this.nodeOfScope(other.where, 0)
      if (node !== null) return node
    }
    return null
  }

  /** Output of the nth scope with this key; of a scope and its parts with the same key, the outermost. */
  private nodeOfScope(key: string, nth: number): number | null {
    const outermost = this.graph.scopes.filter(
      (scope) => scope.key === key && scope.output !== null && this.scope(scope.parent).key !== key,
    )
    return outermost[nth]?.output ?? null
  }

  private scope(id: number): Scope {
    const scope = this.graph.scopes[id]
    if (!scope) throw new Error(`internal: there is no scope ${id}`)
    return scope
  }
}

/** Index of the place among all of a picture: a token, or the row and column of a map. */
const placeOfField = ({ position }: RecordedField, shape: Shape): number =>
  position.token ?? position.y * (shape[2] ?? 1) + position.x

const isInside = (key: string, where: string) => key === where || key.startsWith(`${where}.`)

/** Every float tensor of the reference's state_dict is a weight of ours with its shape, and nothing else is. */
function tensorProblems({ tensors, aliases, noise }: GoldenCase, graph: Graph): string[] {
  const ours = new Map(
    graph.nodes.flatMap((node) => (node.op === 'param' ? [[node.attrs.name, node.shape] as const] : [])),
  )
  const others = new Set(aliases.map(([alias]) => alias))
  const missing = tensors.filter(([name]) => !ours.has(name) && !others.has(name)).map(([name]) => name)
  const known = new Map(tensors.map(([name, shape]) => [name, shape]))
  const extra = [...ours.keys()].filter((name) => !known.has(name) && name !== noise?.name)
  const reshaped = [...ours].filter(([name, shape]) => {
    const expected = known.get(name)
    return expected && expected.join() !== shape.join()
  })
  return [
    ...(missing.length > 0 ? [`weights are missing: ${some(missing)}`] : []),
    ...(extra.length > 0 ? [`weights that the reference does not have: ${some(extra)}`] : []),
    ...reshaped.map(([name, shape]) => `${name} is ${shape.join('×')}, not ${known.get(name)?.join('×')}`),
  ]
}

/** A table that the reference keeps is a table of ours, with its numbers. */
function tableProblems({ constants }: GoldenCase, graph: Graph): string[] {
  const ours = graph.nodes.flatMap((node) =>
    node.op === 'constant' && node.attrs.table
      ? [{ ...node.attrs, ...node.attrs.table, shape: node.shape }]
      : [],
  )
  return ours.flatMap(({ name, data, shape }) => {
    const record = constants.find((constant) => constant.name === name)
    if (!record) return [`the reference keeps no table ${name}`]
    const { passes, detail } = compareTensor({ ...record, layout: 'NHWC' }, { data, shape }, 1e-5)
    return passes ? [] : [`table ${name}: ${detail}`]
  })
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ')
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown
}

function figureProblems(
  golden: GoldenCase,
  { graph, cost }: Program,
  { given = [], unreadMacs = 0 }: Pick<GoldenModel, 'given' | 'unreadMacs'>,
): string[] {
  const { params, macs } = cost
  const handed = graph.nodes
    .filter((node) => node.op === 'param' && given.includes(node.attrs.name))
    .reduce((sum, { shape }) => sum + elements(shape), 0)
  const rows: readonly (readonly [string, number, number])[] = [
    ['trainable parameters', params.trainable - handed, golden.params],
    ['frozen parameters', params.frozen, golden.frozen_params],
    ['MACs', macs.total - uncountedMacs(graph) + unreadMacs, golden.macs.total],
  ]
  return rows
    .filter(([, ours, theirs]) => ours !== theirs)
    .map(([what, ours, theirs]) => `${what}: expected ${theirs}, got ${ours}`)
}

/** Calls that the references run by an operator of its own, which their counter does not see (golden/papers/README.md). */
const uncounted = new Set(['deformableConvolution'])

function uncountedMacs(graph: Graph): number {
  const inside = graph.calls.filter(({ name }) => uncounted.has(name))
  return graph.nodes
    .filter(({ id }) => inside.some(({ first, end }) => id >= first && id < end))
    .reduce((sum, node) => sum + nodeCost(graph, node).macs, 0)
}

function passed(name: string, comparisons: readonly Comparison[]): CaseReport {
  return { name, outcome: 'passed', comparisons, worst: worstOf(comparisons), problems: [] }
}

function failed(name: string, comparisons: readonly Comparison[], problems: readonly string[]): CaseReport {
  return { name, outcome: 'failed', comparisons, worst: worstOf(comparisons), problems }
}

function worstOf(comparisons: readonly Comparison[]): Comparison | null {
  const share = ({ error, tolerance }: Comparison) => error / tolerance
  return comparisons.reduce<Comparison | null>(
    (worst, comparison) => (worst && share(worst) >= share(comparison) ? worst : comparison),
    null,
  )
}

function problemOf({ what, error, tolerance, normError, detail }: Comparison): string {
  return `${what}: error ${error.toExponential(1)} of ${tolerance.toExponential(1)}, norm off by ${normError.toExponential(1)}; ${detail}`
}

function notThere(tolerance: number): Verdict {
  return {
    passes: false,
    error: Number.POSITIVE_INFINITY,
    tolerance,
    normError: Number.POSITIVE_INFINITY,
    detail: 'our graph has no such place',
  }
}
