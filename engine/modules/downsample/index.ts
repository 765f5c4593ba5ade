import type { ModuleDefinition } from '../module'
import { blurPool } from './blurPool'
import { convDownsample } from './convDownsample'

export const downsamples: readonly ModuleDefinition[] = [convDownsample, blurPool]
