/** Graph -> plan: what to compute in which kernels, where every tensor lies, and the shaders. No GPU is needed. */
import { elements, type Graph } from '../graph/graph'
import { kernelFor } from '../kernels'
import type { DeviceTraits } from '../kernels/kernel'
import type { Spec } from '../kernels/spec'
import { foldNorms } from './foldNorms'
import { foldScales } from './foldScales'
import { kernelForms } from './kernelForms'
import { labelOf } from './labels'
import { lifted } from './lift'
import { planMemory } from './memory'
import type { Plan, Step } from './plan'
import { poolNorms } from './poolNorms'
import type { Program, Term } from './program'
import { type Schedule, type ScheduledKernel, type ScheduledTensor, scheduled } from './schedule'
import { splitConcats } from './splitConcats'
import { splitWeights } from './splitWeights'

export interface CompileOptions {
  readonly device: DeviceTraits
  /** Node ids; the graph's outputs when left out. */
  readonly outputs?: readonly number[]
  /** Name of the variant that was measured best for a spec. */
  readonly tuning?: (spec: Spec) => string | undefined
  /** False keeps every element-wise node apart. */
  readonly fuse?: boolean
  /** False writes every named call out as its body. */
  readonly matchCalls?: boolean
}

/** Throws KernelError when the design does not fit on this device. */
export function compile(graph: Graph, options: CompileOptions): Plan {
  const schedule = scheduleOf(graph, options)
  const { program, kernels } = schedule
  const places = new Places(graph, program)
  const label = (tensor: ScheduledTensor) => places.tensorLabel(tensor)
  const { tensors, buffers } = planMemory(schedule, options.device, label)
  const steps = kernels.map((kernel) => stepOf(kernel, program, places, options))
  const bytesIn = (use: string) =>
    buffers.reduce((sum, buffer) => sum + (buffer.use === use ? buffer.bytes : 0), 0)
  return {
    tensors,
    buffers,
    weights: sourcesOf(schedule, 'weight', 'param').map(({ id, shape, term }) => {
      const { name, first = 0, a, b } = term.attrs
      return { key: name, tensor: id, shape, first: first * elements(shape.slice(1)), a, b }
    }),
    constants: constantsOf(schedule),
    prepare: steps.filter((_, i) => kernels[i].isFixed),
    steps: steps.filter((_, i) => !kernels[i].isFixed),
    inputs: sourcesOf(schedule, 'input', 'input').map(({ id, shape, term }) => ({
      name: term.attrs.name,
      tensor: id,
      shape,
    })),
    outputs: schedule.outputs,
    memory: {
      weightBytes: bytesIn('weights'),
      activationBytes: bytesIn('activation') + bytesIn('output'),
      largestCopy: largestCopy(schedule, label),
    },
  }
}

/** The passes, one after another. */
function scheduleOf(graph: Graph, options: CompileOptions): Schedule {
  const { device, fuse = true, matchCalls = true, outputs = graph.outputs } = options
  let program = splitWeights(lifted(graph, outputs, matchCalls), device)
  for (const pass of fuse ? [splitConcats, foldScales, foldNorms, poolNorms, kernelForms] : [kernelForms])
    program = pass(program)
  return scheduled(program, { device, fuse })
}

function stepOf(
  kernel: ScheduledKernel,
  program: Program,
  places: Places,
  { device, tuning }: CompileOptions,
): Step {
  const { spec } = kernel
  const nodes = nodesOf(kernel, program)
  const family = kernelFor(spec)
  const variants = family.variants(spec, device)
  const wanted = tuning?.(spec)
  const variant = variants.find(({ name }) => name === wanted) ?? variants[0]
  return {
    spec,
    variant,
    variants,
    dispatches: family.dispatches(spec, variant, device),
    cost: family.cost(spec),
    nodes,
    scopes: places.scopesOf(kernel, nodes),
    label: labelOf(program, kernel),
  }
}

function nodesOf({ terms }: ScheduledKernel, program: Program): number[] {
  const nodes = new Set<number>()
  for (const id of terms) for (const node of program.terms[id].nodes) nodes.add(node)
  return [...nodes].sort((one, other) => one - other)
}

/** Where in the design terms come from. */
class Places {
  private readonly graph: Graph
  private readonly program: Program

  constructor(graph: Graph, program: Program) {
    this.graph = graph
    this.program = program
  }

  /** Scope paths, the one of the kernel's main work first. */
  scopesOf({ head }: ScheduledKernel, nodes: readonly number[]): string[] {
    const main = this.mainNode(this.program.terms[head])
    const paths = nodes.map((node) => this.pathOf(node))
    return [...new Set(main === undefined ? paths : [this.pathOf(main), ...paths])]
  }

  tensorLabel({ term }: ScheduledTensor): string {
    const made = this.program.terms[term]
    if (made.op === 'input' || made.op === 'param') return made.attrs.name
    const node = this.mainNode(made)
    return node === undefined ? '' : this.pathOf(node)
  }

  /** The product or convolution among the nodes of a term, else the last of them. */
  private mainNode({ nodes }: Term): number | undefined {
    const isProduct = (id: number) => this.graph.nodes[id].op === 'dot' || this.graph.nodes[id].op === 'conv'
    return nodes.find(isProduct) ?? nodes.at(-1)
  }

  private pathOf(node: number): string {
    return this.graph.scopes[this.graph.nodes[node].scope].path
  }
}

function sourcesOf<O extends 'input' | 'param'>(
  { tensors, program }: Schedule,
  kind: ScheduledTensor['kind'],
  op: O,
) {
  return tensors.flatMap(({ id, shape, term, ...tensor }) => {
    const made = program.terms[term]
    return tensor.kind === kind && made.op === op
      ? [{ id, shape, term: made as Extract<Term, { readonly op: O }> }]
      : []
  })
}

function constantsOf({ tensors, program, one }: Schedule): Plan['constants'] {
  return tensors.flatMap(({ id, term, kind }) => {
    if (id === one) return [{ tensor: id, data: Float32Array.of(1) }]
    const made = program.terms[term]
    return kind === 'constant' && made.op === 'constant' ? [{ tensor: id, data: made.attrs.data }] : []
  })
}

function largestCopy(
  { kernels, tensors }: Schedule,
  label: (tensor: ScheduledTensor) => string,
): Plan['memory']['largestCopy'] {
  let largest: { label: string; bytes: number } | null = null
  for (const { spec, isFixed, isCopy } of kernels) {
    if (!isCopy || isFixed) continue
    const bytes = spec.out.view.shape.reduce((product, size) => product * size, 4)
    if (bytes > (largest?.bytes ?? 0)) largest = { label: label(tensors[spec.out.tensor]), bytes }
  }
  return largest
}
