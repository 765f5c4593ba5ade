import type { ModuleDefinition } from '../module'
import { branchScale } from './branchScale'
import { cbam } from './cbam'
import { channelConvolution } from './channelConvolution'
import { factor } from './factor'
import { globalContext } from './globalContext'
import { layerScale } from './layerScale'
import { resScale } from './resScale'
import { squeezeExcite } from './squeezeExcite'

export const scales: readonly ModuleDefinition[] = [
  layerScale,
  resScale,
  branchScale,
  factor,
  squeezeExcite,
  channelConvolution,
  globalContext,
  cbam,
]
