/** Named calls whose backward is better written for the whole than from the pieces of their body. */
import type { CallAttributes, Value } from '../graph/graph'
import type { Builder } from '../ops/builder'
import { attentionGradient, slopesGradient } from './attentionGradient'
import { byKeysGradient, byQueriesGradient } from './attentionTangent'
import { maxPoolGradient } from './maxPoolGradient'
import { layerNormGradient, rmsNormGradient } from './normGradients'
import { softmaxGradient } from './softmaxGradient'

export interface CallArguments {
  readonly attrs: CallAttributes
  readonly inputs: readonly Value[]
  readonly output: Value
  /** The gradient of the output. */
  readonly dy: Value
  /** Per input, whether its gradient is asked for. */
  readonly varies: readonly boolean[]
}

/** The gradients of the inputs, null for those that are not asked for; or null alone: the body is differentiated instead. */
export type CallGradient = (b: Builder, call: CallArguments) => readonly (Value | null)[] | null

export const callGradients: { readonly [name: string]: CallGradient } = {
  attention: attentionGradient,
  attentionSlopes: slopesGradient,
  attentionByQueries: byQueriesGradient,
  attentionByKeys: byKeysGradient,
  layerNorm: layerNormGradient,
  maxPool: maxPoolGradient,
  rmsNorm: rmsNormGradient,
  softmax: softmaxGradient,
}
