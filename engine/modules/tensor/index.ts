import type { ModuleDefinition } from '../module'
import { averagePool } from './averagePool'
import { centreCrop } from './centreCrop'
import { classAttention } from './classAttention'
import { classToken } from './classToken'
import { conditionalPosition } from './conditionalPosition'
import { convolution } from './convolution'
import { crossAttention } from './crossAttention'
import { firstTokens } from './firstTokens'
import { flatten } from './flatten'
import { ghostConv } from './ghostConv'
import { globalPool } from './globalPool'
import { globalQueryAttention } from './globalQueryAttention'
import { linear } from './linear'
import { maskUnitOrder } from './maskUnitOrder'
import { maxPool } from './maxPool'
import { narrowingAttention } from './narrowingAttention'
import { objectQueries } from './objectQueries'
import { positionEmbedding } from './positionEmbedding'
import { randomMask } from './randomMask'
import { resize } from './resize'
import { semanticTokens } from './semanticTokens'
import { semanticUpdate } from './semanticUpdate'
import { tokenMax } from './tokenMax'
import { toMap } from './toMap'
import { toTokens } from './toTokens'

export const tensors: readonly ModuleDefinition[] = [
  convolution,
  ghostConv,
  linear,
  averagePool,
  maxPool,
  globalPool,
  resize,
  centreCrop,
  classToken,
  objectQueries,
  positionEmbedding,
  conditionalPosition,
  classAttention,
  globalQueryAttention,
  narrowingAttention,
  crossAttention,
  semanticTokens,
  semanticUpdate,
  firstTokens,
  randomMask,
  toTokens,
  maskUnitOrder,
  tokenMax,
  toMap,
  flatten,
]
