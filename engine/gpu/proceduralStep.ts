/** Weights by the rule of golden/FORMAT.md, made where they are needed: on the GPU, in an instant even for 300 M. */
import type { WeightPlan } from '../compile/plan'
import { elements } from '../graph/graph'
import { kernels } from '../kernels'
import type { DeviceTraits } from '../kernels/kernel'
import type { ProceduralSpec } from '../kernels/spec'
import { hashOfName, seedFrom } from '../weights/procedural'
import type { Runnable } from './commands'

export function proceduralStep(weight: WeightPlan, traits: DeviceTraits): Runnable {
  const count = elements(weight.shape)
  const spec: ProceduralSpec = {
    family: 'procedural',
    seed: seedFrom(hashOfName(weight.key), weight.first),
    a: weight.a,
    b: weight.b,
    out: { tensor: weight.tensor, view: { shape: [count], strides: [1], offset: 0 } },
  }
  const kernel = kernels.procedural
  const [variant] = kernel.variants(spec, traits)
  if (!variant) throw new Error('internal: no kernel makes procedural weights')
  return { dispatches: kernel.dispatches(spec, variant, traits), cost: kernel.cost(spec), label: 'weights' }
}
