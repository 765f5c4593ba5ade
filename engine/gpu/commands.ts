/** Steps of a plan made ready to encode: pipelines, bind groups and one uniform buffer for all of them. */
import type { Step } from '../compile/plan'
import type { DeviceTraits, Dispatch } from '../kernels/kernel'
import type { TensorId } from '../kernels/spec'
import type { PipelineCache } from './pipelines'

/** Where a tensor lies on the GPU. */
export interface Range {
  readonly buffer: GPUBuffer
  readonly offset: number
  readonly bytes: number
}

export interface Command {
  readonly pipeline: GPUComputePipeline
  readonly group: GPUBindGroup
  readonly uniformGroup: GPUBindGroup
  readonly uniformOffset: number
  readonly workgroups: Dispatch['workgroups']
  readonly predictedMs: number
}

export interface CommandList {
  /** One list per step, in the order of the steps. */
  readonly steps: readonly (readonly Command[])[]
  destroy(): void
}

/** The default limit: dynamic offsets and bindings start at multiples of this. */
const alignment = 256
/** What a dispatch costs whatever it does, as measured through whole stacks (engine-notes, fact 12). */
const dispatchMs = 0.03

export const aligned = (bytes: number, to = alignment): number => Math.ceil(bytes / to) * to

/** What the runtime needs of a step; the steps that make weights have no place in the plan's list. */
export type Runnable = Pick<Step, 'dispatches' | 'cost' | 'label'>

/** Pipelines must have been prepared. */
export async function makeCommands(
  gpu: GPUDevice,
  traits: DeviceTraits,
  pipelines: PipelineCache,
  steps: readonly Runnable[],
  rangeOf: (tensor: TensorId) => Range,
): Promise<CommandList> {
  const dispatches = steps.flatMap((step) => step.dispatches)
  const uniforms = uniformBuffer(gpu, dispatches)
  const uniformGroup = gpu.createBindGroup({
    layout: pipelines.uniformLayout,
    entries: [{ binding: 0, resource: { buffer: uniforms.buffer, size: uniforms.blockBytes } }],
  })
  let index = 0
  const lists: Command[][] = []
  for (const step of steps) {
    const predictedMs = dispatchMs + predictedTimeMs(step, traits) / Math.max(1, step.dispatches.length)
    const commands: Command[] = []
    for (const dispatch of step.dispatches) {
      commands.push({
        pipeline: await pipelines.get(dispatch, step.label),
        group: bindGroup(gpu, pipelines, dispatch, step.label, rangeOf),
        uniformGroup,
        uniformOffset: uniforms.offsets[index++] ?? 0,
        workgroups: dispatch.workgroups,
        predictedMs,
      })
    }
    lists.push(commands)
  }
  return { steps: lists, destroy: () => uniforms.buffer.destroy() }
}

export function encode(pass: GPUComputePassEncoder, command: Command): void {
  pass.setPipeline(command.pipeline)
  pass.setBindGroup(0, command.group)
  pass.setBindGroup(1, command.uniformGroup, [command.uniformOffset])
  pass.dispatchWorkgroups(...command.workgroups)
}

/** The larger of compute and memory time at the adapter's presumed rate. */
function predictedTimeMs({ cost }: Runnable, { rate }: DeviceTraits): number {
  const computeMs = (cost.macs / rate.macsPerSecond) * 1000
  const memoryMs = ((cost.bytesRead + cost.bytesWritten) / rate.bytesPerSecond) * 1000
  return Math.max(computeMs, memoryMs)
}

function bindGroup(
  gpu: GPUDevice,
  pipelines: PipelineCache,
  dispatch: Dispatch,
  label: string,
  rangeOf: (tensor: TensorId) => Range,
): GPUBindGroup {
  return gpu.createBindGroup({
    label,
    layout: pipelines.groupLayout(dispatch.bindings.map((binding) => binding.access)),
    entries: dispatch.bindings.map(({ tensor }, binding) => {
      const { buffer, offset, bytes } = rangeOf(tensor)
      // Shaders read vec4s: the last one is whole. Ranges are laid out in multiples of 256 bytes.
      return { binding, resource: { buffer, offset, size: aligned(bytes, 16) } }
    }),
  })
}

function uniformBuffer(gpu: GPUDevice, dispatches: readonly Dispatch[]) {
  const blockBytes = aligned(Math.max(16, ...dispatches.map((dispatch) => dispatch.uniforms.byteLength)))
  const bytes = new Uint8Array(blockBytes * Math.max(1, dispatches.length))
  const offsets = dispatches.map((dispatch, index) => {
    bytes.set(dispatch.uniforms, index * blockBytes)
    return index * blockBytes
  })
  const buffer = gpu.createBuffer({
    label: 'uniforms',
    size: bytes.byteLength,
    usage: 0x40 /* uniform */ | 0x8 /* copy to */,
  })
  gpu.queue.writeBuffer(buffer, 0, bytes)
  return { buffer, offsets, blockBytes }
}
