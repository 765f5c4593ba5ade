import type { ModuleDefinition } from '../module'
import { convDownsample } from './convDownsample'

export const downsamples: readonly ModuleDefinition[] = [convDownsample]
