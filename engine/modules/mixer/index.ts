import type { ModuleDefinition } from '../module'
import { additiveAttention } from './additiveAttention'
import { attention } from './attention'
import { axialAttention } from './axialAttention'
import { axialShift } from './axialShift'
import { biLevelRouting } from './biLevelRouting'
import { bilstm } from './bilstm'
import { bottleneckAttention } from './bottleneckAttention'
import { causalRetention } from './causalRetention'
import { convProjection } from './convProjection'
import { crossCovariance } from './crossCovariance'
import { crossShaped } from './crossShaped'
import { crossTokenAttention } from './crossTokenAttention'
import { cycleMlp } from './cycleMlp'
import { depthwiseConv } from './depthwiseConv'
import { dilatedAttention } from './dilatedAttention'
import { distanceAttention } from './distanceAttention'
import { dynamicConv } from './dynamicConv'
import { extractor } from './extractor'
import { factorisedAttention } from './factorisedAttention'
import { focalAttention } from './focalAttention'
import { focalModulation } from './focalModulation'
import { fourierMixing } from './fourierMixing'
import { fourierOperator } from './fourierOperator'
import { gatedCnn } from './gatedCnn'
import { gatedConv } from './gatedConv'
import { gatedPosition } from './gatedPosition'
import { globalFilter } from './globalFilter'
import { globalQuery } from './globalQuery'
import { graphConv } from './graphConv'
import { haloAttention } from './haloAttention'
import { hashedAttention } from './hashedAttention'
import { hierarchicalConv } from './hierarchicalConv'
import { hiLoAttention } from './hiLoAttention'
import { identity } from './identity'
import { inceptionConv } from './inceptionConv'
import { inceptionMixer } from './inceptionMixer'
import { lambdaLayer } from './lambdaLayer'
import { largeKernelAttention } from './largeKernelAttention'
import { linearAttention } from './linearAttention'
import { linformer } from './linformer'
import { localValueAttention } from './localValueAttention'
import { luna } from './luna'
import { maskUnitAttention } from './maskUnitAttention'
import { multiQueryAttention } from './multiQueryAttention'
import { multiScaleLinear } from './multiScaleLinear'
import { neighbourhoodAttention } from './neighbourhoodAttention'
import { nonLocal } from './nonLocal'
import { nonLocalMeans } from './nonLocalMeans'
import { nystrom } from './nystrom'
import { outlook } from './outlook'
import { partialShift } from './partialShift'
import { permutator } from './permutator'
import { pooling } from './pooling'
import { poolingAttention } from './poolingAttention'
import { positionSensitive } from './positionSensitive'
import { randomMixing } from './randomMixing'
import { refinedAttention } from './refinedAttention'
import { retention } from './retention'
import { s4d } from './s4d'
import { scattering } from './scattering'
import { selectiveKernel } from './selectiveKernel'
import { selectiveScan } from './selectiveScan'
import { separableAttention } from './separableAttention'
import { separableConv } from './separableConv'
import { shuntedAttention } from './shuntedAttention'
import { singleHead } from './singleHead'
import { spatialGate } from './spatialGate'
import { spatialLinear } from './spatialLinear'
import { spatialMlp } from './spatialMlp'
import { spatialReduction } from './spatialReduction'
import { spectrumMixer } from './spectrumMixer'
import { splitConv } from './splitConv'
import { standAloneAttention } from './standAloneAttention'
import { synthesizer } from './synthesizer'
import { talkingHeads } from './talkingHeads'
import { windowAttention } from './windowAttention'

export const mixers: readonly ModuleDefinition[] = [
  attention,
  spatialReduction,
  poolingAttention,
  outlook,
  maskUnitAttention,
  shuntedAttention,
  hiLoAttention,
  windowAttention,
  neighbourhoodAttention,
  dilatedAttention,
  crossShaped,
  axialAttention,
  positionSensitive,
  standAloneAttention,
  crossTokenAttention,
  haloAttention,
  focalAttention,
  bottleneckAttention,
  biLevelRouting,
  convProjection,
  multiQueryAttention,
  talkingHeads,
  singleHead,
  refinedAttention,
  distanceAttention,
  localValueAttention,
  retention,
  causalRetention,
  crossCovariance,
  additiveAttention,
  nystrom,
  linearAttention,
  hashedAttention,
  linformer,
  luna,
  separableAttention,
  factorisedAttention,
  multiScaleLinear,
  globalQuery,
  nonLocal,
  nonLocalMeans,
  lambdaLayer,
  inceptionMixer,
  gatedPosition,
  separableConv,
  depthwiseConv,
  dynamicConv,
  largeKernelAttention,
  gatedConv,
  gatedCnn,
  focalModulation,
  inceptionConv,
  hierarchicalConv,
  selectiveKernel,
  splitConv,
  pooling,
  partialShift,
  globalFilter,
  fourierMixing,
  fourierOperator,
  spectrumMixer,
  scattering,
  s4d,
  selectiveScan,
  spatialMlp,
  spatialLinear,
  spatialGate,
  graphConv,
  bilstm,
  permutator,
  cycleMlp,
  axialShift,
  synthesizer,
  extractor,
  randomMixing,
  identity,
]
