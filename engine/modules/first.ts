/** The modules of the design of a first visit; a test keeps this in step with it. All others come after the first drawing. */
import { noActivation } from './activation/noActivation'
import { squaredRelu } from './activation/squaredRelu'
import { starRelu } from './activation/starRelu'
import { convDownsample } from './downsample/convDownsample'
import { mlpHead } from './head/mlpHead'
import { provide } from './known'
import { add } from './merge/add'
import { attention } from './mixer/attention'
import { separableConv } from './mixer/separableConv'
import { mlp } from './mlp/mlp'
import type { ModuleDefinition } from './module'
import { layerNorm } from './norm/layerNorm'
import { noNorm } from './norm/noNorm'
import { resScale } from './scale/resScale'
import { overlapStem } from './stem/overlapStem'

export const firstModules: readonly ModuleDefinition[] = [
  overlapStem,
  attention,
  separableConv,
  mlp,
  layerNorm,
  noNorm,
  starRelu,
  squaredRelu,
  noActivation,
  convDownsample,
  resScale,
  add,
  mlpHead,
]

provide(firstModules)
