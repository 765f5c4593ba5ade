import type { ModuleDefinition } from '../module'
import { classTokenHead } from './classTokenHead'
import { distilledHead } from './distilledHead'
import { mlpHead } from './mlpHead'
import { poolHead } from './poolHead'

export const heads: readonly ModuleDefinition[] = [poolHead, classTokenHead, distilledHead, mlpHead]
