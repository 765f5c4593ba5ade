import type { ModuleDefinition } from '../module'
import { convStem } from './convStem'
import { crossScaleStem } from './crossScaleStem'
import { overlapStem } from './overlapStem'
import { patchStem } from './patchStem'
import { pixelStem } from './pixelStem'
import { resnetStem } from './resnetStem'
import { softSplit } from './softSplit'

export const stems: readonly ModuleDefinition[] = [
  patchStem,
  overlapStem,
  crossScaleStem,
  convStem,
  resnetStem,
  softSplit,
  pixelStem,
]
