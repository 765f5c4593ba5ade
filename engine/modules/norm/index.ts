import type { ModuleDefinition } from '../module'
import { batchNorm } from './batchNorm'
import { groupNorm } from './groupNorm'
import { layerNorm } from './layerNorm'
import { modifiedLayerNorm } from './modifiedLayerNorm'
import { noNorm } from './noNorm'
import { rmsNorm } from './rmsNorm'

export const norms: readonly ModuleDefinition[] = [
  layerNorm,
  modifiedLayerNorm,
  groupNorm,
  batchNorm,
  rmsNorm,
  noNorm,
]
