import type { ModuleDefinition } from '../module'
import { add } from './add'
import { addToFirst } from './addToFirst'
import { concat } from './concat'
import { fillMasked } from './fillMasked'
import { joinTokens } from './joinTokens'
import { multiply } from './multiply'

export const merges: readonly ModuleDefinition[] = [add, concat, multiply, joinTokens, addToFirst, fillMasked]
