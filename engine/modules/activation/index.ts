import type { ModuleDefinition } from '../module'
import { elu } from './elu'
import { gelu } from './gelu'
import { geluTanh } from './geluTanh'
import { hardSigmoid } from './hardSigmoid'
import { hardswish } from './hardswish'
import { mish } from './mish'
import { noActivation } from './noActivation'
import { quickGelu } from './quickGelu'
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
  quickGelu,
  mish,
  elu,
  hardSigmoid,
  sigmoid,
  tanh,
  noActivation,
]
