/** An engine under measurement. */
import type { Network } from './networks'

export interface Peer {
  readonly name: string
  readonly version: string
  /** Everything that happens before the first run; it may compile, or leave that to the first run. */
  open(network: Network): Promise<Runner>
}

export interface Runner {
  /** From an input array to an output array. */
  run(picture: Float32Array): Promise<Float32Array>
  /** Milliseconds on the GPU alone, where the engine can tell. */
  gpuMs?(): Promise<number>
  /** What one steady run hands to the GPU, where the engine can tell. */
  readonly facts?: Facts
  close(): Promise<void>
}

export interface Facts {
  readonly dispatches: number
  readonly pipelines: number
  readonly bytes: number
}
