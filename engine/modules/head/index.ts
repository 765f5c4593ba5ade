import type { ModuleDefinition } from '../module'
import { attentionPoolHead } from './attentionPoolHead'
import { branchHead } from './branchHead'
import { classTokenHead } from './classTokenHead'
import { distilledHead } from './distilledHead'
import { mlpHead } from './mlpHead'
import { poolHead } from './poolHead'
import { tokenLabelHead } from './tokenLabelHead'

export const heads: readonly ModuleDefinition[] = [
  poolHead,
  classTokenHead,
  distilledHead,
  tokenLabelHead,
  branchHead,
  mlpHead,
  attentionPoolHead,
]
