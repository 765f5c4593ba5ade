/** Average and maximum pooling. */
import source from '../../shaders/pool.wgsl?raw'
import { KernelError } from '../errors'
import { elements } from '../graph/graph'
import { split } from './grid'
import type { Cost, DeviceTraits, Kernel, Variant } from './kernel'
import { declareQuadLoad, elementOf } from './quads'
import { Shader } from './shader'
import type { PoolSpec } from './spec'
import { Uniforms } from './uniforms'
import { distinctElements } from './views'

interface Strips extends Variant {
  /** Results of one invocation side by side along x. */
  readonly strip: number
}

export const pool: Kernel<PoolSpec> = {
  family: 'pool',
  variants: stripsFor,

  dispatches(spec, variant, device) {
    const strips = stripsFor(spec, device).find(({ name }) => name === variant.name)
    if (!strips) throw new KernelError(`pool: there is no variant '${variant.name}' for this map.`)
    const [images = 1, outputHeight = 1, outputWidth = 1, channels = 1] = spec.out.view.shape
    const [, height = 1, width = 1] = spec.x.view.shape
    const shader = shaderOf(spec, strips)
    const across = Math.ceil(outputWidth / strips.strip)
    const quads = Math.ceil(channels / 4)
    const invocations = images * outputHeight * across * quads
    return split(
      Math.ceil(invocations / WORKGROUP),
      cost(spec),
      device,
      shader.finish(device),
      (firstGroup, endGroup) => {
        const uniforms = new Uniforms()
          .integers(firstGroup, endGroup, invocations, channels)
          .integers(height, width, outputHeight, outputWidth)
          .integers(...spec.kernel, spec.stride[0])
          .float(spec.countIncludePad ? spec.kernel[0] * spec.kernel[1] : 0)
          .integers(...spec.padding, across, quads)
          .view(spec.x.view)
          .view(spec.out.view)
        return shader.writeViews(uniforms).bytes()
      },
    )
  },

  cost,
}

const WORKGROUP = 64
/** Taps along x that are written out; wider windows run in a loop over pieces of at most so many. */
const MOST_TAPS = 8

function cost({ x, kernel, out, epilogue }: PoolSpec): Cost {
  const count = elements(out.view.shape)
  const read = [x, ...epilogue.operands].reduce((sum, { view }) => sum + distinctElements(view), 0)
  return { macs: count * kernel[0] * kernel[1], bytesRead: 4 * read, bytesWritten: 4 * count }
}

/** The first needs the fewest loads; on a GPU parallel work counts for more. */
function stripsFor(spec: PoolSpec, device: DeviceTraits): readonly Strips[] {
  const [, , width = 1] = spec.out.view.shape
  const loads = (strip: number) => Math.ceil(width / strip) * ((strip - 1) * spec.stride[1] + spec.kernel[1])
  const byLoads = [8, 7, 4, 2, 1].sort((one, other) => loads(one) - loads(other))
  const [first = 1, ...others] = device.isSoftware ? byLoads : [2, 4, 1]
  return [first, ...others].map((strip) => ({ name: `strip ${strip}`, strip }))
}

function shaderOf(spec: PoolSpec, { strip }: Strips): Shader {
  const shader = new Shader(source, [
    { name: 'input', tensor: spec.x.tensor, access: 'read', element: elementOf(spec.x) },
    { name: 'out', tensor: spec.out.tensor, access: 'read_write', element: 'f32' },
  ])
  declareQuadLoad(shader, { name: 'loadInput', variable: 'input', operand: spec.x, count: 'channels' })
  if (spec.fn === 'max') {
    shader
      .declare('IS_MAX', 'const IS_MAX = true;')
      .declare('START', 'const START = -3.4028234e38;')
      .function('fold', '(folded: vec4f, value: vec4f) -> vec4f', ['return max(folded, value);'])
  }
  const [, kernelX] = spec.kernel
  const taps = Math.ceil(kernelX / Math.ceil(kernelX / MOST_TAPS))
  return shader
    .constant('STRIP', strip)
    .constant('TAPS', taps)
    .declare('IS_WHOLE', `const IS_WHOLE = ${taps === kernelX};`)
    .constant('STRIDE_X', spec.stride[1])
    .fused(spec.epilogue)
}
