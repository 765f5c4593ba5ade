/** What every module is tested at. */
import type { Shape } from '../../graph/graph'
import type { Attributes } from '../../schema/schema'

const picture: Shape = [1, 64, 64, 3]
export const map: Shape = [2, 8, 8, 32]
export const tokens: Shape = [2, 64, 32]

type Row = readonly [from: Shape | readonly Shape[], to: Shape, attrs?: Attributes]

/** Input and output of every module at its defaults; a module without a row fails in the tests that walk the list. */
const shapes: { readonly [id: string]: Row } = {
  patchStem: [picture, [1, 16, 768]],
  overlapStem: [picture, [1, 16, 16, 64]],
  crossScaleStem: [picture, [1, 16, 16, 96]],
  convStem: [picture, [1, 4, 4, 384]],
  softSplit: [picture, [1, 256, 147]],
  resnetStem: [picture, [1, 16, 16, 64]],
  attention: [map, map],
  gatedPosition: [map, map],
  inceptionMixer: [map, map],
  nonLocal: [map, map],
  linearAttention: [map, map],
  separableAttention: [map, map],
  crossCovariance: [map, map],
  retention: [map, map],
  talkingHeads: [map, map],
  bottleneckAttention: [map, map],
  haloAttention: [map, map],
  lambdaLayer: [map, map],
  distanceAttention: [map, map],
  poolingAttention: [map, map],
  localValueAttention: [map, map],
  convProjection: [map, map],
  crossShaped: [map, map],
  biLevelRouting: [map, map],
  windowAttention: [map, map],
  dilatedAttention: [map, map],
  spatialReduction: [map, map],
  shuntedAttention: [map, map],
  separableConv: [map, map],
  depthwiseConv: [map, map],
  pooling: [map, map],
  largeKernelAttention: [map, map],
  gatedConv: [map, map],
  focalModulation: [map, map],
  inceptionConv: [map, map],
  spatialMlp: [tokens, tokens],
  spatialLinear: [tokens, tokens],
  globalFilter: [map, map],
  fourierMixing: [map, map],
  spatialGate: [tokens, tokens],
  permutator: [map, map],
  cycleMlp: [map, map],
  axialShift: [map, map],
  randomMixing: [tokens, tokens],
  identity: [map, map],
  mlp: [map, map],
  gatedMlp: [map, map],
  depthwiseMlp: [map, map],
  layerNorm: [tokens, tokens],
  modifiedLayerNorm: [map, map],
  groupNorm: [map, map],
  batchNorm: [map, map],
  rmsNorm: [tokens, tokens],
  globalResponseNorm: [map, map],
  affine: [tokens, tokens],
  localResponseNorm: [map, map],
  noNorm: [map, map],
  gelu: [map, map],
  geluTanh: [map, map],
  relu: [map, map],
  relu6: [map, map],
  squaredRelu: [map, map],
  starRelu: [map, map],
  silu: [map, map],
  hardswish: [map, map],
  quickGelu: [map, map],
  mish: [map, map],
  elu: [map, map],
  hardSigmoid: [map, map],
  sigmoid: [map, map],
  tanh: [map, map],
  noActivation: [map, map],
  convDownsample: [map, [2, 4, 4, 64]],
  crossScaleMerging: [map, [2, 4, 4, 64]],
  patchMerging: [map, [2, 4, 4, 64]],
  attentionDownsample: [map, [2, 4, 4, 64]],
  blurPool: [map, [2, 4, 4, 32]],
  layerScale: [map, map],
  resScale: [map, map],
  branchScale: [[map, map], map],
  squeezeExcite: [map, map],
  channelConvolution: [map, map],
  globalContext: [map, map],
  cbam: [map, map],
  add: [[map, map, map], map],
  multiply: [[map, map], map],
  concat: [
    [map, [2, 8, 8, 16]],
    [2, 8, 8, 48],
  ],
  poolHead: [map, [2, 1000]],
  classTokenHead: [tokens, [2, 10], { classes: 10 }],
  distilledHead: [tokens, [2, 10], { classes: 10 }],
  tokenLabelHead: [tokens, [2, 10], { classes: 10 }],
  mlpHead: [map, [2, 1000]],
  attentionPoolHead: [map, [2, 1000]],
  convolution: [map, map],
  linear: [map, map],
  averagePool: [map, [2, 4, 4, 32]],
  maxPool: [map, [2, 4, 4, 32]],
  globalPool: [map, [2, 32]],
  classToken: [tokens, [2, 65, 32]],
  positionEmbedding: [map, map],
  addToFirst: [
    [tokens, [2, 1, 32]],
    [2, 1, 32],
  ],
  joinTokens: [
    [tokens, map],
    [2, 128, 32],
  ],
  firstTokens: [tokens, [2, 1, 32]],
  narrowingAttention: [map, [2, 8, 8, 64]],
  classAttention: [tokens, [2, 1, 32]],
  conditionalPosition: [map, map],
  toTokens: [map, tokens],
  toMap: [map, map],
  flatten: [map, [2, 2048]],
}

/** The inputs that a module is tested with, what comes out, and attributes other than its defaults. */
export function testedAt(id: string): {
  readonly from: readonly Shape[]
  readonly to: Shape
  readonly attrs: Attributes
} {
  const [from, to, attrs = {}] = shapes[id] ?? [[], []]
  return { from: isShape(from) ? [from] : from, to, attrs }
}

const isShape = (from: Shape | readonly Shape[]): from is Shape => typeof from[0] === 'number'
