import type { ModuleDefinition } from '../module'
import { attentionDownsample } from './attentionDownsample'
import { blurPool } from './blurPool'
import { convDownsample } from './convDownsample'
import { crossScaleMerging } from './crossScaleMerging'
import { patchMerging } from './patchMerging'
import { residualReduction } from './residualReduction'

export const downsamples: readonly ModuleDefinition[] = [
  convDownsample,
  blurPool,
  patchMerging,
  crossScaleMerging,
  residualReduction,
  attentionDownsample,
]
