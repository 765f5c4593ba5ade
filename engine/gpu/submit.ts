/**
 * Encodes commands and submits them in pieces of about 100 predicted milliseconds, two in flight: a driver's watchdog kills what
 * takes seconds, and a piece that was submitted can no longer be cancelled (engine-notes, D).
 */
import { type IsCancelled, stopIf } from './cancel'
import { type Command, encode } from './commands'

const flushAfterMs = 100
const inFlightAtMost = 2

/**
 * How long things really take compared with the prediction, learnt from what was submitted: the presumed rates are
 * conservative, and a fast GPU should not be fed in crumbs.
 */
export class Pace {
  private measuredPerPredicted = 1

  expectedMs(predictedMs: number): number {
    return predictedMs * this.measuredPerPredicted
  }

  learn(predictedMs: number, measuredMs: number): void {
    if (predictedMs < 1) return
    const ratio = measuredMs / predictedMs
    this.measuredPerPredicted = Math.min(100, Math.max(1e-3, (this.measuredPerPredicted + ratio) / 2))
  }
}

export class Submitter {
  private readonly gpu: GPUDevice
  private readonly pace: Pace
  private readonly isCancelled: IsCancelled
  private encoder: GPUCommandEncoder | null = null
  private pass: GPUComputePassEncoder | null = null
  private predictedMs = 0
  private readonly inFlight: Promise<void>[] = []
  private lastDone = 0
  /** Set for the first pass and cleared: where the GPU writes its starting time. */
  private firstTimestamp: GPUComputePassTimestampWrites | null = null

  constructor(gpu: GPUDevice, pace: Pace, isCancelled: IsCancelled) {
    this.gpu = gpu
    this.pace = pace
    this.isCancelled = isCancelled
  }

  /** The first pass writes this. */
  startWith(timestamp: GPUComputePassTimestampWrites): void {
    this.firstTimestamp = timestamp
  }

  /** Adds a command; submits and perhaps waits when enough has come together. Throws Cancelled. */
  async add(command: Command): Promise<void> {
    if (this.predictedMs > 0 && this.pace.expectedMs(this.predictedMs + command.predictedMs) > flushAfterMs) {
      await this.flush()
    }
    encode(this.openPass(), command)
    this.predictedMs += command.predictedMs
  }

  /** What `write` adds comes after everything so far, in the same submit. */
  append(write: (encoder: GPUCommandEncoder) => void): void {
    this.pass?.end()
    this.pass = null
    this.encoder ??= this.gpu.createCommandEncoder()
    write(this.encoder)
  }

  async flush(): Promise<void> {
    this.submit()
    while (this.inFlight.length >= inFlightAtMost) await this.inFlight.shift()
    stopIf(this.isCancelled)
  }

  /** Submits the rest without waiting for it. */
  submit(): void {
    this.pass?.end()
    this.pass = null
    if (!this.encoder) return
    this.gpu.queue.submit([this.encoder.finish()])
    this.encoder = null
    const predictedMs = this.predictedMs
    this.predictedMs = 0
    const submitted = performance.now()
    this.inFlight.push(
      this.gpu.queue.onSubmittedWorkDone().then(() => {
        const now = performance.now()
        this.pace.learn(predictedMs, now - Math.max(submitted, this.lastDone))
        this.lastDone = now
      }),
    )
  }

  /** Submits the rest and waits until the GPU has done everything. */
  async finish(): Promise<void> {
    this.submit()
    await Promise.all(this.inFlight)
  }

  private openPass(): GPUComputePassEncoder {
    if (this.pass) return this.pass
    this.encoder ??= this.gpu.createCommandEncoder()
    const timestampWrites = this.firstTimestamp
    this.firstTimestamp = null
    this.pass = this.encoder.beginComputePass(timestampWrites ? { timestampWrites } : {})
    return this.pass
  }
}
