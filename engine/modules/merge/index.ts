import type { ModuleDefinition } from '../module'
import { add } from './add'
import { concat } from './concat'
import { multiply } from './multiply'

export const merges: readonly ModuleDefinition[] = [add, concat, multiply]
