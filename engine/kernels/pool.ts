/** Average and maximum pooling. */
import source from '../../shaders/pool.wgsl?raw'
import { elements } from '../graph/graph'
import { split } from './grid'
import type { Cost, Kernel } from './kernel'
import { declareQuadLoad, elementOf } from './quads'
import { Shader } from './shader'
import type { PoolSpec } from './spec'
import { Uniforms } from './uniforms'
import { distinctElements } from './views'

export const pool: Kernel<PoolSpec> = {
  family: 'pool',
  variants: () => [{ name: 'window' }],

  dispatches(spec, _variant, device) {
    const [images = 1, outputHeight = 1, outputWidth = 1, channels = 1] = spec.out.view.shape
    const [, height = 1, width = 1] = spec.x.view.shape
    const shader = shaderOf(spec)
    const quads = Math.ceil(channels / 4)
    const invocations = images * outputHeight * outputWidth * quads
    return split(
      Math.ceil(invocations / WORKGROUP),
      cost(spec),
      device,
      shader.finish(device),
      (firstGroup, endGroup) => {
        const uniforms = new Uniforms()
          .integers(firstGroup, endGroup, invocations, channels)
          .integers(height, width, outputHeight, outputWidth)
          .integers(...spec.kernel, ...spec.stride)
          .integers(...spec.padding, quads)
          .float(spec.countIncludePad ? spec.kernel[0] * spec.kernel[1] : 0)
          .view(spec.x.view)
          .view(spec.out.view)
        return shader.writeViews(uniforms).bytes()
      },
    )
  },

  cost,
}

const WORKGROUP = 64

function cost({ x, kernel, out, epilogue }: PoolSpec): Cost {
  const count = elements(out.view.shape)
  const read = [x, ...epilogue.operands].reduce((sum, { view }) => sum + distinctElements(view), 0)
  return { macs: count * kernel[0] * kernel[1], bytesRead: 4 * read, bytesWritten: 4 * count }
}

function shaderOf(spec: PoolSpec): Shader {
  const shader = new Shader(source, [
    { name: 'input', tensor: spec.x.tensor, access: 'read', element: elementOf(spec.x) },
    { name: 'out', tensor: spec.out.tensor, access: 'read_write', element: 'f32' },
  ])
  declareQuadLoad(shader, { name: 'loadInput', variable: 'input', operand: spec.x, count: 'channels' })
  if (spec.fn === 'max') shader.declare('IS_MAX', 'const IS_MAX = true;')
  return shader.fused(spec.epilogue)
}
