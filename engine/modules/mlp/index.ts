import type { ModuleDefinition } from '../module'
import { mlp } from './mlp'

export const mlps: readonly ModuleDefinition[] = [mlp]
