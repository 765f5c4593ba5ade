/** Depthwise convolutions with windows of any size. */
import source from '../../shaders/depthwise.wgsl?raw'
import { elements } from '../graph/graph'
import { split } from './grid'
import type { Cost, DeviceTraits, Kernel, Variant } from './kernel'
import { declareQuadLoad, elementOf } from './quads'
import { Shader } from './shader'
import type { DepthwiseSpec } from './spec'
import { Uniforms } from './uniforms'
import { distinctElements } from './views'

interface Strips extends Variant {
  /** Results side by side along x. */
  readonly strip: number
}

export const depthwise: Kernel<DepthwiseSpec> = {
  family: 'depthwise',
  variants: (spec, device) => strips(spec, device),

  dispatches(spec, variant, device) {
    const { strip } = strips(spec, device).find(({ name }) => name === variant.name) ?? { strip: 1 }
    const [images = 1, outputHeight = 1, outputWidth = 1, channels = 1] = spec.out.view.shape
    const [, height = 1, width = 1] = spec.x.view.shape
    const [kernelY = 1, kernelX = 1] = spec.w.view.shape
    const shader = shaderOf(spec, strip)
    const across = Math.ceil(outputWidth / strip)
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
          .integers(kernelY, kernelX, spec.stride[0], spec.dilation[0])
          .integers(...spec.padding, across, quads)
          .view(spec.x.view)
          .view(spec.w.view)
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

function cost({ x, w, out, epilogue }: DepthwiseSpec): Cost {
  const [kernelY = 1, kernelX = 1] = w.view.shape
  const count = elements(out.view.shape)
  const read = [x, w, ...epilogue.operands].reduce((sum, { view }) => sum + distinctElements(view), 0)
  return { macs: count * kernelY * kernelX, bytesRead: 4 * read, bytesWritten: 4 * count }
}

function strips(spec: DepthwiseSpec, device: DeviceTraits): readonly Strips[] {
  const all = [1, 2, 4, 8].map((strip) => ({ name: `strip ${strip}`, strip }))
  const width = spec.out.view.shape[2] ?? 1
  const favourite = Math.min(device.isSoftware ? 8 : 4, 2 ** Math.floor(Math.log2(width)))
  return all
    .filter(({ strip }) => strip === 1 || strip <= width)
    .sort((one, other) => distance(one.strip, favourite) - distance(other.strip, favourite))
}

function distance(strip: number, favourite: number): number {
  return Math.abs(Math.log2(strip / favourite))
}

function shaderOf(spec: DepthwiseSpec, strip: number): Shader {
  const kernelX = spec.w.view.shape[1] ?? 1
  const shader = new Shader(source, [
    { name: 'input', tensor: spec.x.tensor, access: 'read', element: elementOf(spec.x) },
    { name: 'weights', tensor: spec.w.tensor, access: 'read', element: elementOf(spec.w) },
    { name: 'out', tensor: spec.out.tensor, access: 'read_write', element: 'f32' },
  ])
  declareQuadLoad(shader, { name: 'loadInput', variable: 'input', operand: spec.x, count: 'channels' })
  declareQuadLoad(shader, { name: 'loadWeight', variable: 'weights', operand: spec.w, count: 'channels' })
  return shader
    .constant('STRIP', strip)
    .constant('TAPS', Math.ceil(kernelX / Math.ceil(kernelX / MOST_TAPS)))
    .constant('STRIDE_X', spec.stride[1])
    .constant('DILATION_X', spec.dilation[1])
    .fused(spec.epilogue)
}
