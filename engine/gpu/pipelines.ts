/** Compute pipelines by WGSL text: sizes come in uniforms, so an edit that only moves sizes compiles nothing. */
import { KernelError } from '../errors'
import type { Dispatch } from '../kernels/kernel'
import { type IsCancelled, never, stopIf } from './cancel'

type Access = Dispatch['bindings'][number]['access']

/** Enough for several large networks; each one needs about thirty. */
const keptPipelines = 512
/** Asynchronous compilation shares one thread with Dawn's other work: a few at a time keep it busy and cancellable. */
const compiledAtOnce = 4

export class PipelineCache {
  private readonly gpu: GPUDevice
  private readonly pipelines = new Map<string, Promise<GPUComputePipeline>>()
  private readonly groupLayouts = new Map<string, GPUBindGroupLayout>()
  private readonly pipelineLayouts = new Map<string, GPUPipelineLayout>()
  /** Group 1: the uniform block of a dispatch, at a dynamic offset. */
  readonly uniformLayout: GPUBindGroupLayout

  constructor(gpu: GPUDevice) {
    this.gpu = gpu
    this.uniformLayout = gpu.createBindGroupLayout({
      label: 'uniforms',
      entries: [
        {
          binding: 0,
          visibility: 4 /* compute */,
          buffer: { type: 'uniform', hasDynamicOffset: true, minBindingSize: 0 },
        },
      ],
    })
  }

  get size(): number {
    return this.pipelines.size
  }

  has(dispatch: Dispatch): boolean {
    return this.pipelines.has(keyOf(dispatch))
  }

  /** The pipeline of this text, compiled if need be. Throws KernelError (`internal:`) when the text does not compile. */
  get(dispatch: Dispatch, label = 'kernel'): Promise<GPUComputePipeline> {
    const key = keyOf(dispatch)
    const known = this.pipelines.get(key)
    const pipeline = known ?? this.compile(dispatch, label)
    // Map keeps insertion order: the first entry is the one used longest ago.
    this.pipelines.delete(key)
    this.pipelines.set(key, pipeline)
    if (!known) pipeline.catch(() => this.pipelines.delete(key))
    this.forgetOldest()
    return pipeline
  }

  /** Compiles what is missing, a few at a time, and tells how many of the new texts are ready. */
  async prepare(
    wanted: readonly { readonly dispatch: Dispatch; readonly label: string }[],
    onProgress: (done: number, total: number) => void,
    isCancelled: IsCancelled = never,
  ): Promise<void> {
    const missing = [...new Map(wanted.map((entry) => [keyOf(entry.dispatch), entry])).values()].filter(
      ({ dispatch }) => !this.has(dispatch),
    )
    let next = 0
    let done = 0
    onProgress(done, missing.length)
    const compileSome = async (): Promise<void> => {
      for (let entry = missing[next++]; entry; entry = missing[next++]) {
        stopIf(isCancelled)
        await this.get(entry.dispatch, entry.label)
        onProgress(++done, missing.length)
      }
    }
    await Promise.all(Array.from({ length: compiledAtOnce }, compileSome))
  }

  /** The layout of group 0 with these accesses; shared by all pipelines that have them. */
  groupLayout(accesses: readonly Access[]): GPUBindGroupLayout {
    return remembered(this.groupLayouts, accesses.join(' '), () =>
      this.gpu.createBindGroupLayout({
        label: accesses.join(' '),
        entries: accesses.map((access, binding) => ({
          binding,
          visibility: 4 /* compute */,
          buffer: { type: access === 'read' ? ('read-only-storage' as const) : ('storage' as const) },
        })),
      }),
    )
  }

  private async compile(dispatch: Dispatch, label: string): Promise<GPUComputePipeline> {
    const accesses = dispatch.bindings.map((binding) => binding.access)
    const layout = remembered(this.pipelineLayouts, accesses.join(' '), () =>
      this.gpu.createPipelineLayout({ bindGroupLayouts: [this.groupLayout(accesses), this.uniformLayout] }),
    )
    this.gpu.pushErrorScope('validation')
    const module = this.gpu.createShaderModule({ label, code: dispatch.source })
    // Lost devices reject it; the pipeline says so too.
    const moduleError = this.gpu.popErrorScope().catch(() => null)
    try {
      return await this.gpu.createComputePipelineAsync({
        label,
        layout,
        compute: { module, entryPoint: 'main' },
      })
    } catch (error) {
      const { messages } = await module.getCompilationInfo()
      const reasons = messages.map(({ lineNum, message }) => `line ${lineNum}: ${message}`)
      const reason = (await moduleError)?.message ?? (error instanceof Error ? error.message : String(error))
      throw new KernelError(
        `internal: the shader of ${label} does not compile: ${reasons.join('; ') || reason}`,
      )
    }
  }

  private forgetOldest(): void {
    for (const key of this.pipelines.keys()) {
      if (this.pipelines.size <= keptPipelines) return
      this.pipelines.delete(key)
    }
  }
}

function keyOf(dispatch: Dispatch): string {
  return `${dispatch.bindings.map((binding) => binding.access).join(' ')}\n${dispatch.source}`
}

function remembered<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
