import type { ModuleDefinition } from '../module'
import { gelu } from './gelu'
import { geluTanh } from './geluTanh'
import { hardswish } from './hardswish'
import { noActivation } from './noActivation'
import { relu } from './relu'
import { relu6 } from './relu6'
import { sigmoid } from './sigmoid'
import { silu } from './silu'
import { squaredRelu } from './squaredRelu'
import { starRelu } from './starRelu'
import { tanh } from './tanh'

export const activations: readonly ModuleDefinition[] = [
  gelu,
  geluTanh,
  relu,
  relu6,
  squaredRelu,
  starRelu,
  silu,
  hardswish,
  sigmoid,
  tanh,
  noActivation,
]
