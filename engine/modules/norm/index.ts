import type { ModuleDefinition } from '../module'
import { affine } from './affine'
import { batchNorm } from './batchNorm'
import { globalResponseNorm } from './globalResponseNorm'
import { groupNorm } from './groupNorm'
import { layerNorm } from './layerNorm'
import { localResponseNorm } from './localResponseNorm'
import { modifiedLayerNorm } from './modifiedLayerNorm'
import { noNorm } from './noNorm'
import { rmsNorm } from './rmsNorm'

export const norms: readonly ModuleDefinition[] = [
  layerNorm,
  modifiedLayerNorm,
  groupNorm,
  batchNorm,
  rmsNorm,
  globalResponseNorm,
  affine,
  localResponseNorm,
  noNorm,
]
