import type { ModuleDefinition } from '../module'
import { channelGateMlp } from './channelGateMlp'
import { depthwiseMlp } from './depthwiseMlp'
import { gatedMlp } from './gatedMlp'
import { mlp } from './mlp'

export const mlps: readonly ModuleDefinition[] = [mlp, gatedMlp, depthwiseMlp, channelGateMlp]
