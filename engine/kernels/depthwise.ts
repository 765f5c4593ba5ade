/** Depthwise convolutions with windows of any size. */
import source from '../../shaders/depthwise.wgsl?raw'
import { KernelError } from '../errors'
import { elements } from '../graph/graph'
import { split } from './grid'
import type { Cost, DeviceTraits, Kernel, Variant } from './kernel'
import { declareQuadLoad, elementOf } from './quads'
import { Shader } from './shader'
import type { DepthwiseSpec } from './spec'
import { Uniforms } from './uniforms'
import { distinctElements } from './views'

interface Strips extends Variant {
  /** Results of one invocation side by side along x, and lines of them. */
  readonly strip: number
  readonly lines: number
}

export const depthwise: Kernel<DepthwiseSpec> = {
  family: 'depthwise',
  variants: stripsFor,

  dispatches(spec, variant, device) {
    const strips = stripsFor(spec, device).find(({ name }) => name === variant.name)
    if (!strips) throw new KernelError(`depthwise: there is no variant '${variant.name}' for this map.`)
    const [images = 1, outputHeight = 1, outputWidth = 1, channels = 1] = spec.out.view.shape
    const [, height = 1, width = 1] = spec.x.view.shape
    const [kernelY = 1, kernelX = 1] = spec.w.view.shape
    const shader = shaderOf(spec, strips)
    const across = Math.ceil(outputWidth / strips.strip)
    const bands = Math.ceil(outputHeight / strips.lines)
    const quads = Math.ceil(channels / 4)
    const invocations = images * bands * across * quads
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
          .integers(...spec.padding, across, quads, bands)
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

/**
 * The first needs the fewest loads, which is what bounds them, among those whose text stays short: compilation grows with it.
 * On a GPU parallel work counts for more than loads saved.
 */
function stripsFor(spec: DepthwiseSpec, device: DeviceTraits): readonly Strips[] {
  const [, height = 1, width = 1] = spec.out.view.shape
  const [kernelY = 1, kernelX = 1] = spec.w.view.shape
  const widest = device.isSoftware ? (kernelX > MOST_TAPS ? 14 : 8) : 4
  const loads = (strip: number) => Math.ceil(width / strip) * ((strip - 1) * spec.stride[1] + 2 * kernelX)
  const byLoads = [14, 8, 7, 4, 2, 1].sort((one, other) => loads(one) - loads(other))
  const [first = 1, ...others] = byLoads.filter((strip) => strip <= widest)
  const strips = [first, ...byLoads.filter((strip) => strip > widest), ...others]
  // Two lines share most rows of a tall window.
  const canPair = spec.dilation[0] === 1 && height > 1
  const paysToPair = device.isSoftware && kernelY >= 5
  return strips.flatMap((strip) => {
    const single = { name: `strip ${strip}`, strip, lines: 1 }
    const pair = { name: `strip ${strip}, two lines`, strip, lines: 2 }
    if (!canPair) return [single]
    return paysToPair ? [pair, single] : [single, pair]
  })
}

function shaderOf(spec: DepthwiseSpec, { strip, lines }: Strips): Shader {
  const kernelX = spec.w.view.shape[1] ?? 1
  const shader = new Shader(source, [
    { name: 'input', tensor: spec.x.tensor, access: 'read', element: elementOf(spec.x) },
    { name: 'weights', tensor: spec.w.tensor, access: 'read', element: elementOf(spec.w) },
    { name: 'out', tensor: spec.out.tensor, access: 'read_write', element: 'f32' },
  ])
  declareQuadLoad(shader, { name: 'loadInput', variable: 'input', operand: spec.x, count: 'channels' })
  declareQuadLoad(shader, { name: 'loadWeight', variable: 'weights', operand: spec.w, count: 'channels' })
  const taps = Math.ceil(kernelX / Math.ceil(kernelX / MOST_TAPS))
  return shader
    .constant('STRIP', strip)
    .constant('LINES', lines)
    .constant('TAPS', taps)
    .declare('IS_WHOLE', `const IS_WHOLE = ${taps === kernelX};`)
    .constant('STRIDE_X', spec.stride[1])
    .constant('DILATION_X', spec.dilation[1])
    .fused(spec.epilogue)
}
