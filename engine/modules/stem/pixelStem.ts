import type { Value } from '../../graph/graph'
import { conv2d } from '../../nn/conv2d'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { choice, int } from '../../schema/schema'
import { mapSizes } from '../layout'
import { defineModule } from '../module'
import { checkWindow, kernelField, strideField } from '../window'
import { toWindows } from '../windows'

/**
 * The pixels of every patch as tokens: a strided convolution and learned positions inside a patch.
 *
 * x [n, H, W, 3] → a map [n, patches, (p/s)², dim] whose rows are the patches. Each patch is cut out and convolved by
 * itself, or the whole picture is convolved and cut then. Pixels beyond the last whole patch are left out.
 * Han et al. 2021, Transformer in Transformer, https://arxiv.org/abs/2103.00112
 */
export const pixelStem = defineModule({
  id: 'pixelStem',
  title: 'Pixel embedding',
  shortTitle: 'Pixels',
  kind: 'stem',
  summary: 'Keeps a few small tokens for every patch: its pixels after one strided convolution.',
  formula: 'y = Convₖ,ₛ(patch) + P',
  paper: {
    title: 'Transformer in Transformer',
    authors: 'Han et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2103.00112',
  },
  inputs: ['x'],
  attrs: {
    dim: int({ label: 'Channels', help: 'Width of a pixel.', default: 24, min: 1, max: 1024 }),
    patchSize: int({ label: 'Patch', help: 'Side of a patch in pixels.', default: 16, min: 1, max: 64 }),
    kernelSize: kernelField(7),
    stride: strideField(4),
    cut: choice({
      label: 'Patches are cut',
      help: 'timm cuts first, the paper’s code last; a convolution before it sees across the borders.',
      default: 'before',
      options: [
        { value: 'before', label: 'Before the convolution' },
        { value: 'after', label: 'After the convolution' },
      ],
    }),
  },
  subtitle: ({ patchSize, dim }) => `${patchSize}×${patchSize}, pixels of ${dim}`,
  build(b, [x], { dim, patchSize, kernelSize, stride, cut }) {
    checkWindow('pixelStem', x, patchSize, 0)
    const { n, h, w, c } = mapSizes('pixelStem', x)
    const [rows, columns] = [Math.floor(h / patchSize), Math.floor(w / patchSize)]
    const side = Math.ceil(patchSize / stride)
    const whole = [n, rows * patchSize, columns * patchSize, c]
    const picture = b.slice(x, { start: [0, 0, 0, 0], size: whole })
    const convolve = (map: Value) => {
      const padding = Math.floor(kernelSize / 2)
      return conv2d(b, map, { name: 'proj', out: dim, kernel: kernelSize, stride, padding, bias: true })
    }
    const patches = (map: Value, size: number) => toWindows(b, map, { height: size, width: size })
    const pixels =
      cut === 'after'
        ? patches(convolve(picture), side)
        : convolve(b.reshape(patches(picture, patchSize), [n * rows * columns, patchSize, patchSize, c]))
    const placed = b.add(b.reshape(pixels, [n * rows * columns, side ** 2, dim]), positions(b, side, dim))
    // By way of a map of patches, whose tokens then know where they lie.
    const map = b.reshape(placed, [n, rows, columns, side ** 2 * dim])
    const tokens = b.reshape(map, [n, rows * columns, side ** 2 * dim])
    return b.reshape(tokens, [n, rows * columns, side ** 2, dim])
  },
})

/** Kept as [1, dim, side, side]. */
function positions(b: ModuleBuilder, side: number, dim: number): Value {
  const learned = b.weight('pixel_pos', [1, dim, side, side], { init: { a: 0, b: 0.035 } })
  return b.transpose(b.reshape(learned, [1, dim, side ** 2]), [0, 2, 1])
}
