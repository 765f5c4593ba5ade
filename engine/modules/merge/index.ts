import type { ModuleDefinition } from '../module'
import { add } from './add'
import { addToFirst } from './addToFirst'
import { concat } from './concat'
import { fillMasked } from './fillMasked'
import { joinTokens } from './joinTokens'
import { matchSize } from './matchSize'
import { multiply } from './multiply'

export const merges: readonly ModuleDefinition[] = [
  add,
  concat,
  multiply,
  joinTokens,
  matchSize,
  addToFirst,
  fillMasked,
]
