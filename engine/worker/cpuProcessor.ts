/** Runs programs on this machine's processor cores: as ONNX models, by onnxruntime's WebAssembly, which is loaded when it is needed. */
import { VertebraError } from '../errors'
import { exportOnnx } from '../export/onnx'
import { type IsCancelled, never, stopIf } from '../gpu/cancel'
import type { GivenWeights } from '../gpu/contents'
import type { Graph } from '../graph/graph'
import { reachable } from '../graph/traverse'
import { proceduralWeights } from '../weights/procedural'

/** What is used of onnxruntime-web. */
export interface OnnxRuntime {
  readonly InferenceSession: { create(model: Uint8Array): Promise<OnnxSession> }
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => unknown
}
interface OnnxSession {
  run(feeds: object): Promise<{ readonly [name: string]: { readonly data: unknown } }>
  release(): Promise<void>
}

/** Some outputs of a graph. */
export interface Program {
  readonly graph: Graph
  readonly outputs: readonly number[]
}

/** Ready to run, on whatever it was loaded. */
export interface Ready {
  /** Inputs that are not given stay as they were. The outputs in the order asked for. Throws Cancelled. */
  run(inputs: ReadonlyMap<string, Float32Array>, isCancelled?: IsCancelled): Promise<Float32Array[]>
}

/** Models that stay loaded: a design with and without what views keep of it, and what some looks ask. */
const mostModels = 4

export class CpuProcessor {
  private readonly open: () => Promise<OnnxRuntime>
  private runtime: Promise<OnnxRuntime> | null = null
  /** The one that was used last comes last. */
  private readonly models: Model[] = []

  constructor(open: () => Promise<OnnxRuntime>) {
    this.open = open
  }

  /** Weights that are not given follow their rule. Throws VertebraError where the runtime refuses the model. */
  async load(program: Program, given: GivenWeights | null): Promise<Ready> {
    const source = given?.source ?? ''
    const index = this.models.findIndex((each) => each.source === source && isSame(each.program, program))
    const [kept] = index < 0 ? [] : this.models.splice(index, 1)
    const model = kept ?? (await this.made(program, given))
    this.models.push(model)
    if (this.models.length > mostModels) await this.models.shift()?.session.release()
    return model
  }

  private async made(program: Program, given: GivenWeights | null): Promise<Model> {
    this.runtime ??= this.open()
    const runtime = await this.runtime.catch((error: unknown) => {
      this.runtime = null
      throw new VertebraError(
        `The CPU's runtime could not be loaded (${sentenceOf(error)}); it comes from where this page comes from.`,
      )
    })
    const { graph, outputs } = program
    const bytes = exportOnnx(graph, {
      name: 'design',
      outputs: new Map(outputs.map((node, index) => [nameOf(index), node])),
      weights: ({ attrs, shape }) =>
        given?.arrays.get(attrs.name) ?? proceduralWeights(attrs.name, shape, attrs),
    })
    try {
      const session = await runtime.InferenceSession.create(bytes)
      return new Model(program, given?.source ?? '', session, runtime)
    } catch (error) {
      throw new VertebraError(
        `The CPU's runtime does not take this design: ${sentenceOf(error)}. A smaller input may fit.`,
      )
    }
  }
}

class Model implements Ready {
  readonly program: Program
  readonly source: string
  readonly session: OnnxSession
  private readonly runtime: OnnxRuntime
  private readonly feeds: { [name: string]: unknown } = {}

  constructor(program: Program, source: string, session: OnnxSession, runtime: OnnxRuntime) {
    this.program = program
    this.source = source
    this.session = session
    this.runtime = runtime
  }

  async run(
    inputs: ReadonlyMap<string, Float32Array>,
    isCancelled: IsCancelled = never,
  ): Promise<Float32Array[]> {
    stopIf(isCancelled)
    const { graph, outputs } = this.program
    const needed = reachable(graph, outputs)
    for (const { id, op, attrs, shape } of graph.nodes) {
      if (op !== 'input' || !needed.has(id)) continue
      const values = inputs.get(attrs.name)
      if (values) this.feeds[attrs.name] = new this.runtime.Tensor('float32', values, shape)
    }
    const results = await this.session.run(this.feeds)
    stopIf(isCancelled)
    return outputs.map((_, index) => results[nameOf(index)]?.data as Float32Array)
  }
}

const nameOf = (index: number): string => `y${index}`

const isSame = (one: Program, other: Program): boolean =>
  one.graph === other.graph &&
  one.outputs.length === other.outputs.length &&
  one.outputs.every((node, index) => node === other.outputs[index])

const sentenceOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\.$/, '')
