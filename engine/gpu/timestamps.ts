/** GPU times of passes: one query set for all, resolved once (Metal allows only 32 live sets). */
import { aligned } from './commands'

export class Timestamps {
  private readonly gpu: GPUDevice
  private readonly queries: GPUQuerySet
  private readonly resolved: GPUBuffer
  private readonly staging: GPUBuffer

  /** Room for `count` pairs of beginning and end, at most 2048. */
  constructor(gpu: GPUDevice, count: number) {
    const bytes = aligned(count * 16)
    this.gpu = gpu
    this.queries = gpu.createQuerySet({ type: 'timestamp', count: count * 2 })
    this.resolved = gpu.createBuffer({ size: bytes, usage: 0x200 /* query results */ | 0x4 /* copy from */ })
    this.staging = gpu.createBuffer({ size: bytes, usage: 0x1 /* map for reading */ | 0x8 /* copy to */ })
  }

  /** For the pass that is pair `index`. */
  writes(index: number): GPUComputePassTimestampWrites {
    return {
      querySet: this.queries,
      beginningOfPassWriteIndex: index * 2,
      endOfPassWriteIndex: index * 2 + 1,
    }
  }

  /** For the first pass of several that are pair `index` together; the last one writes `ending`. */
  beginning(index: number): GPUComputePassTimestampWrites {
    return { querySet: this.queries, beginningOfPassWriteIndex: index * 2 }
  }

  ending(index: number): GPUComputePassTimestampWrites {
    return { querySet: this.queries, endOfPassWriteIndex: index * 2 + 1 }
  }

  /** Milliseconds of the first `count` pairs, as far as they were written; NaN where the clock went backwards. */
  async read(count: number): Promise<number[]> {
    const encoder = this.gpu.createCommandEncoder()
    encoder.resolveQuerySet(this.queries, 0, count * 2, this.resolved, 0)
    encoder.copyBufferToBuffer(this.resolved, 0, this.staging, 0, count * 16)
    this.gpu.queue.submit([encoder.finish()])
    await this.staging.mapAsync(0x1 /* read */, 0, count * 16)
    const ticks = new BigInt64Array(this.staging.getMappedRange(0, count * 16).slice(0))
    this.staging.unmap()
    return Array.from({ length: count }, (_, index) => {
      const elapsed = Number((ticks[index * 2 + 1] ?? 0n) - (ticks[index * 2] ?? 0n))
      return elapsed > 0 ? elapsed / 1e6 : Number.NaN
    })
  }

  destroy(): void {
    this.queries.destroy()
    this.resolved.destroy()
    this.staging.destroy()
  }
}
