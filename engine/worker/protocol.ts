/** Messages between the page and the engine's worker. Every message carries a revision; older answers are dropped. */
import type { AttentionLayer } from '../analysis/attention/layer'
import type { Document } from '../document/types'
import type { Shape } from '../graph/graph'
import type { WeightReport } from '../weights/matchWeights'
import type { PositionWay } from '../weights/resampleTables'
import type { ClassGuess } from '../weights/topClasses'
import type { AnswerOf, LookKind, QuestionOf, Subject } from './questions'

export type Request =
  /** Look for an adapter; answers `device`. */
  | { readonly type: 'start' }
  /** Compile and run the document live: answers progress, then ran, then measured. A newer revision cancels this one. */
  | {
      readonly type: 'run'
      readonly revision: number
      readonly document: Document
      readonly batch: number
      /** Preprocessed picture [height, width, 3], normalised; null runs on the procedural input. */
      readonly picture: Float32Array | null
      readonly measure: boolean
      /** The GPU when left out. The CPU needs no WebGPU: the same numbers from onnxruntime's WebAssembly. */
      readonly processor?: Processor
      /** Return the maps of these mixers (instance paths); of 'all' those that fit the budget. */
      readonly attention: 'all' | readonly string[]
      /** A file that was read, for all weights that fit; the others, or all with null, follow their rule. */
      readonly weights: string | null
    }
  /**
   * Read a safetensors file, keep it, and tell what of it fits the document: answers weightsRead or weightsRefused. Runs go on
   * as before until one asks for it.
   */
  | {
      readonly type: 'readWeights'
      readonly request: number
      readonly bytes: ArrayBuffer
      readonly document: Document
      /** timm's way when left out. */
      readonly positions?: PositionWay
    }
  | { readonly type: 'forgetWeights'; readonly id: string }
  /** Measure each kernel of the last run: answers profiled. */
  | { readonly type: 'profile'; readonly revision: number }
  /** A look at a design: answers lookProgress, then looked, perhaps several times. A run takes it back. */
  | LookRequest
  /** Takes a look back. */
  | { readonly type: 'leave'; readonly id: number }
  | { readonly type: 'cancel'; readonly revision: number }

export type Reply =
  | { readonly type: 'device'; readonly device: DeviceReport }
  | {
      readonly type: 'progress'
      readonly revision: number
      readonly stage: Stage
      readonly done: number
      readonly total: number
    }
  | { readonly type: 'ran'; readonly revision: number; readonly result: RunResult }
  | { readonly type: 'measured'; readonly revision: number; readonly latency: Latency }
  | { readonly type: 'profiled'; readonly revision: number; readonly profile: Profile }
  | {
      readonly type: 'lookProgress'
      readonly id: number
      readonly stage: Stage
      readonly done: number
      readonly total: number
    }
  | LookedReply
  /** `message` is a sentence for people. */
  | { readonly type: 'lookFailed'; readonly id: number; readonly message: string }
  | {
      readonly type: 'failed'
      readonly revision: number
      readonly code: FailureCode
      readonly message: string
    }
  | {
      readonly type: 'weightsRead'
      readonly request: number
      readonly id: string
      readonly report: WeightReport
    }
  /** `message` is a sentence for people. */
  | { readonly type: 'weightsRefused'; readonly request: number; readonly message: string }
  | { readonly type: 'deviceLost'; readonly message: string }

/** `id` rises with every look of the page. */
export interface LookOf<K extends LookKind> {
  readonly type: 'look'
  readonly id: number
  readonly kind: K
  /** Who looks: a newer look takes back those of the same kind from the same seat. */
  readonly seat: string
  /** The GPU when left out. */
  readonly processor?: Processor
  readonly subject: Subject
  readonly question: QuestionOf<K>
}
export type LookRequest = { readonly [K in LookKind]: LookOf<K> }[LookKind]

export interface LookedReplyOf<K extends LookKind> {
  readonly type: 'looked'
  readonly id: number
  readonly kind: K
  readonly seat: string
  readonly answer: AnswerOf<K>
  /** A better answer follows when false. */
  readonly isFinal: boolean
}
export type LookedReply = { readonly [K in LookKind]: LookedReplyOf<K> }[LookKind]

/** Where programs run. */
export type Processor = 'gpu' | 'cpu'

export type Stage = 'planning' | 'compiling' | 'weights' | 'running' | 'measuring'
export type FailureCode = 'NO_WEBGPU' | 'MEMORY' | 'DEVICE_LOST' | 'DOCUMENT' | 'INTERNAL'

export type DeviceReport =
  | {
      readonly available: true
      readonly name: string
      readonly isSoftware: boolean
      readonly hasTimestamps: boolean
      readonly hasSubgroups: boolean
      readonly hasF16: boolean
    }
  /** `reason` is a sentence for people. */
  | { readonly available: false; readonly reason: string }

export interface RunResult {
  readonly processor: Processor
  readonly logits: Float32Array | null
  /** Which file gave weights, and how many of the design's. */
  readonly weights: { readonly id: string; readonly fits: number; readonly wanted: number } | null
  /** What a classifier of ImageNet says; null without weights from a file, for then it knows nothing. */
  readonly classes: readonly ClassGuess[] | null
  readonly attention: readonly AttentionLayer[]
  readonly attentionLeftOut: readonly LeftOutAttention[]
  readonly memory: {
    readonly weightBytes: number
    readonly activationBytes: number
    readonly largestCopy: { readonly label: string; readonly bytes: number } | null
  }
  readonly kernels: readonly KernelReport[]
}

/** An attention map that did not come: it can be asked for by the path of its mixer. */
export interface LeftOutAttention {
  readonly path: string
  readonly name: string
  readonly bytes: number
  /** There was no room beside the others, or it is the gate of a module like squeeze-and-excitation, one weight per channel. */
  readonly why: 'room' | 'gate'
}

/** One step of the plan, with the shader that really runs. */
export interface KernelReport {
  readonly label: string
  readonly family: string
  readonly variant: string
  readonly scopes: readonly string[]
  readonly shape: Shape
  readonly macs: number
  readonly bytes: number
  readonly source: string
}

/** Milliseconds. */
export interface Latency {
  readonly median: number
  readonly p10: number
  readonly p90: number
  readonly runs: number
  readonly samples: readonly number[]
  /** GPU timestamps, or wall clock around a fence. */
  readonly method: 'timestamps' | 'wall clock'
}

export interface Profile {
  /** Same order as RunResult.kernels; milliseconds of one execution, measured by repetition. */
  readonly kernels: readonly { readonly index: number; readonly median: number; readonly repeats: number }[]
  readonly method: 'timestamps' | 'wall clock'
}
