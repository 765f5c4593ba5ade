/** Weights made on the GPU by the rule of golden/FORMAT.md. */
import source from '../../shaders/procedural.wgsl?raw'
import { KernelError } from '../errors'
import { elements } from '../graph/graph'
import { split } from './grid'
import type { Cost, Kernel } from './kernel'
import { Shader } from './shader'
import type { ProceduralSpec } from './spec'
import { Uniforms } from './uniforms'
import { isContiguous } from './views'

export const procedural: Kernel<ProceduralSpec> = {
  family: 'procedural',
  variants: () => [{ name: 'hash' }],

  dispatches(spec, _variant, device) {
    const { view, tensor } = spec.out
    if (!isContiguous(view))
      throw new KernelError('internal: procedural weights fill a tensor in its own order.')
    const shader = new Shader(source, [{ name: 'out', tensor, access: 'read_write', element: 'f32' }])
    const count = elements(view.shape)
    const itemsPerGroup = WORKGROUP * (device.isSoftware ? 16 : 4)
    return split(
      Math.ceil(count / itemsPerGroup),
      cost(spec),
      device,
      shader.finish(device),
      (firstGroup, endGroup) =>
        new Uniforms()
          .integers(firstGroup, endGroup, count, itemsPerGroup)
          .integers(spec.seed, view.offset)
          .float(spec.a)
          .float(spec.b)
          .float(spec.a - Math.fround(spec.a))
          .float(spec.b - Math.fround(spec.b))
          .bytes(),
    )
  },

  cost,
}

const WORKGROUP = 64
/** Integer multiplications and shifts of one hash, against a multiply-add. */
const HASH_MACS = 8

function cost({ out }: ProceduralSpec): Cost {
  const count = elements(out.view.shape)
  return { macs: HASH_MACS * count, bytesRead: 0, bytesWritten: 4 * count }
}
