import type { ModuleDefinition } from '../module'
import { convStem } from './convStem'
import { overlapStem } from './overlapStem'
import { patchStem } from './patchStem'
import { resnetStem } from './resnetStem'

export const stems: readonly ModuleDefinition[] = [patchStem, overlapStem, convStem, resnetStem]
