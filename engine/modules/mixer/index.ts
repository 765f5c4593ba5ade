import type { ModuleDefinition } from '../module'
import { attention } from './attention'
import { depthwiseConv } from './depthwiseConv'
import { identity } from './identity'
import { pooling } from './pooling'
import { randomMixing } from './randomMixing'
import { separableConv } from './separableConv'
import { spatialMlp } from './spatialMlp'

export const mixers: readonly ModuleDefinition[] = [
  attention,
  separableConv,
  depthwiseConv,
  pooling,
  spatialMlp,
  randomMixing,
  identity,
]
