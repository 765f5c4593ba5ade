/** What the worker last reported about this design on this machine, and the picture that it runs on. */
import { create } from 'zustand'
import type {
  AttentionLayer,
  DeviceReport,
  Document,
  FailureCode,
  Latency,
  Processor,
  Profile,
  RunResult,
  Stage,
} from '../../engine/index'

export interface Picture {
  readonly name: string
  /** What the network sees, at the design's input size: 8-bit RGBA for drawing under maps. */
  readonly view: ImageData
  /** The same as the network gets it: [height, width, 3], normalised. */
  readonly tensor: Float32Array
}

export type RunStatus =
  | { readonly kind: 'starting' }
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly stage: Stage; readonly done: number; readonly total: number }
  | { readonly kind: 'failed'; readonly code: FailureCode; readonly message: string }

export interface RunState {
  readonly device: DeviceReport | null
  /** Where this person wants designs to run. */
  readonly processor: Processor
  readonly status: RunStatus
  /** Rises with every run that was asked for; answers to older ones are dropped. */
  readonly revision: number
  /** The document that `result` and `profile` belong to; when it is not the current one they are stale. */
  readonly ranDocument: Document | null
  readonly result: RunResult | null
  readonly latency: Latency | null
  /** The document that `latency` belongs to: measuring ends later than the run. */
  readonly measuredDocument: Document | null
  /** Latency of the design before the last edit, for old -> new. */
  readonly latencyBefore: Latency | null
  readonly profile: Profile | null
  /** The current one of pictureStore. */
  readonly picture: Picture | null
  /** The picture is being brought to another input size; a run waits for it. */
  readonly isPicturePending: boolean
  readonly savedAt: number | null
  readonly saveProblem: string | null
  /** The design came by link; the own work before it is still there. */
  readonly sharedBanner: string | null
  readonly hasDeviceBeenLost: boolean
  set(part: Partial<Omit<RunState, 'set'>>): void
}

export const useRunStore = create<RunState>()((set) => ({
  device: null,
  processor: 'gpu',
  status: { kind: 'starting' },
  revision: 0,
  ranDocument: null,
  result: null,
  latency: null,
  measuredDocument: null,
  latencyBefore: null,
  profile: null,
  picture: null,
  isPicturePending: false,
  savedAt: null,
  saveProblem: null,
  sharedBanner: null,
  hasDeviceBeenLost: false,
  set: (part) => set(part),
}))

const noLayers: readonly AttentionLayer[] = []
export const attentionLayers = (state: RunState): readonly AttentionLayer[] =>
  state.result?.attention ?? noLayers

/** Whether anything can run: on the CPU always, once it is known what this machine has. */
export const canRun = ({ device, processor }: RunState): boolean =>
  device !== null && (processor === 'cpu' || device.available)

/** A sentence for people; null where something can run, or may yet. */
export const whyNothingRuns = ({ device, processor }: RunState): string | null =>
  device?.available === false && processor === 'gpu' ? device.reason : null
