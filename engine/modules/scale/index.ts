import type { ModuleDefinition } from '../module'
import { branchScale } from './branchScale'
import { layerScale } from './layerScale'
import { resScale } from './resScale'

export const scales: readonly ModuleDefinition[] = [layerScale, resScale, branchScale]
