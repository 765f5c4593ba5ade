/** GPU memory: activation buffers reused from plan to plan, and lasting tensors kept by what they hold. */
import type { BufferPlan } from '../compile/plan'
import { aligned, type Range } from './commands'

const storage = 0x80 /* storage */ | 0x4 /* copy from */ | 0x8 /* copy to */

function storageBuffer(gpu: GPUDevice, label: string, bytes: number): GPUBuffer {
  return gpu.createBuffer({ label, size: aligned(Math.max(bytes, 4)), usage: storage })
}

/** A buffer serves a plan that needs up to a third less than it has. */
const largestWaste = 1.5

/** The activation buffers of the present plan. */
export class ActivationBuffers {
  private readonly gpu: GPUDevice
  private buffers: GPUBuffer[] = []

  constructor(gpu: GPUDevice) {
    this.gpu = gpu
  }

  /** A GPU buffer for each planned one, the largest first; what the last plan had and this one cannot use is freed. */
  allocate(planned: readonly BufferPlan[]): ReadonlyMap<number, GPUBuffer> {
    const left = this.buffers.sort((a, b) => a.size - b.size)
    const byId = new Map<number, GPUBuffer>()
    const bySize = [...planned].sort((a, b) => b.bytes - a.bytes)
    const missing: BufferPlan[] = []
    for (const buffer of bySize) {
      const at = left.findIndex(
        ({ size }) => size >= buffer.bytes && size <= aligned(buffer.bytes * largestWaste),
      )
      const [found] = at < 0 ? [] : left.splice(at, 1)
      if (found) byId.set(buffer.id, found)
      else missing.push(buffer)
    }
    for (const buffer of left) buffer.destroy()
    for (const { id, bytes } of missing) byId.set(id, storageBuffer(this.gpu, `activations ${id}`, bytes))
    this.buffers = [...byId.values()]
    return byId
  }

  destroy(): void {
    for (const buffer of this.buffers) buffer.destroy()
    this.buffers = []
  }
}

/** What unused weights may take, so that an undo finds them again. */
const keptUnusedBytes = 256 * 2 ** 20

/** Weights, constants and what was prepared from them, by contents. */
export class LastingTensors {
  private readonly gpu: GPUDevice
  private readonly held = new Map<string, Range>()

  constructor(gpu: GPUDevice) {
    this.gpu = gpu
  }

  get(contents: string): Range | undefined {
    return this.held.get(contents)
  }

  /** Room for a tensor that is about to be written. One buffer each: a dispatch may not read and write the same one. */
  add(contents: string, bytes: number): Range {
    const range = { buffer: storageBuffer(this.gpu, contents.slice(0, 80), bytes), offset: 0, bytes }
    this.held.set(contents, range)
    return range
  }

  forget(contents: string): void {
    this.held.get(contents)?.buffer.destroy()
    this.held.delete(contents)
  }

  /** Keeps what is in use, and of the rest what was used last up to a budget. */
  keep(inUse: ReadonlySet<string>): void {
    let unusedBytes = 0
    for (const contents of [...this.held.keys()].reverse()) {
      const range = this.held.get(contents)
      if (!range || inUse.has(contents)) continue
      unusedBytes += range.bytes
      if (unusedBytes > keptUnusedBytes) this.forget(contents)
    }
    // Those in use move to the end: insertion order is the order of last use.
    for (const contents of inUse) {
      const range = this.held.get(contents)
      if (!range) continue
      this.held.delete(contents)
      this.held.set(contents, range)
    }
  }

  destroy(): void {
    for (const contents of [...this.held.keys()]) this.forget(contents)
  }
}
