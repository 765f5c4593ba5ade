/** A plan on the GPU: takes inputs, answers outputs. */
import type { Plan } from '../compile/plan'
import { KernelError } from '../errors'
import type { TensorId } from '../kernels/spec'
import { type IsCancelled, never } from './cancel'
import { aligned, type CommandList, type Range } from './commands'
import type { Session } from './session'
import type { Submitter } from './submit'

export class LoadedPlan {
  readonly session: Session
  readonly plan: Plan
  readonly commands: CommandList
  readonly rangeOf: (tensor: TensorId) => Range
  private readonly staging: readonly GPUBuffer[]
  /** Names of the inputs that were set since the plan was loaded. */
  private readonly isSet = new Set<string>()

  constructor(session: Session, plan: Plan, commands: CommandList, rangeOf: (tensor: TensorId) => Range) {
    this.session = session
    this.plan = plan
    this.commands = commands
    this.rangeOf = rangeOf
    this.staging = plan.outputs.map(({ tensor }) =>
      session.device.gpu.createBuffer({
        label: 'readback',
        size: aligned(rangeOf(tensor).bytes, 4),
        usage: 0x1 /* map for reading */ | 0x8 /* copy to */,
      }),
    )
  }

  /**
   * Inputs stay until they are set again: later on, those that are not given are as they were. Throws KernelError when one was never
   * given or has the wrong size.
   */
  setInputs(inputs: ReadonlyMap<string, Float32Array>): void {
    for (const { name, tensor, shape } of this.plan.inputs) {
      const data = inputs.get(name)
      const range = this.rangeOf(tensor)
      if (!data && this.isSet.has(name)) continue
      if (!data) throw new KernelError(`internal: the plan reads ${name}, which nobody gave`)
      if (data.byteLength !== range.bytes) {
        throw new KernelError(`${name}: ${data.length} numbers came, ${shape.join('×')} were expected`)
      }
      this.session.device.gpu.queue.writeBuffer(range.buffer, range.offset, data as Float32Array<ArrayBuffer>)
      this.isSet.add(name)
    }
  }

  /** One forward; the outputs in the plan's order. Throws Cancelled, KernelError, DeviceLostError. */
  async run(
    inputs: ReadonlyMap<string, Float32Array>,
    isCancelled: IsCancelled = never,
  ): Promise<Float32Array[]> {
    return await this.session.guarded('running', async () => {
      this.setInputs(inputs)
      const submitter = this.session.submitter(isCancelled)
      await this.encodeForward(submitter)
      submitter.append((encoder) => {
        for (const [index, { tensor }] of this.plan.outputs.entries()) {
          const { buffer, offset, bytes } = this.rangeOf(tensor)
          encoder.copyBufferToBuffer(buffer, offset, this.staging[index] as GPUBuffer, 0, bytes)
        }
      })
      await submitter.finish()
      return await Promise.all(this.staging.map(readBack))
    })
  }

  /** Adds one whole forward to what `submitter` encodes. */
  async encodeForward(submitter: Submitter): Promise<void> {
    for (const commands of this.commands.steps) {
      for (const command of commands) await submitter.add(command)
    }
  }

  destroy(): void {
    this.commands.destroy()
    for (const buffer of this.staging) buffer.destroy()
  }
}

async function readBack(staging: GPUBuffer): Promise<Float32Array> {
  await staging.mapAsync(0x1 /* read */)
  const copy = new Float32Array(staging.getMappedRange().slice(0))
  staging.unmap()
  return copy
}
