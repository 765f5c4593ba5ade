import { mapSizes, onGrid } from '../layout'
import { defineModule } from '../module'
import { autoPadding, checkWindow, kernelField, paddingField, strideField } from '../window'

/**
 * Overlapping k×k windows, each laid out as one token: an unfolding, without weights.
 *
 * x [n, h, w, c] or tokens on a grid → tokens [n, (h/s)·(w/s), k²c], channel by channel. Zeros around the map.
 * Yuan et al. 2021, Tokens-to-Token ViT, https://arxiv.org/abs/2101.11986
 */
export const softSplit = defineModule({
  id: 'softSplit',
  title: 'Soft split',
  kind: 'stem',
  summary: 'Cuts overlapping windows out of the map and lays each out as one long token.',
  formula: 'y = flatten(window)',
  paper: {
    title: 'Tokens-to-Token ViT: Training Vision Transformers from Scratch on ImageNet',
    authors: 'Yuan et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2101.11986',
  },
  inputs: ['x'],
  attrs: { kernelSize: kernelField(7), stride: strideField(4), padding: paddingField() },
  subtitle: ({ kernelSize, stride }) => `${kernelSize}×${kernelSize}, stride ${stride}`,
  build(b, [x], { kernelSize, stride, padding }) {
    const map = onGrid(b, 'softSplit', x)
    const pad = padding ?? autoPadding(kernelSize, stride)
    checkWindow('softSplit', map, kernelSize, pad)
    const around = [0, pad, pad, 0]
    const padded = pad > 0 ? b.pad(map, { low: around, high: around }) : map
    const windows = b.windows(padded, { kernel: [kernelSize, kernelSize], stride: [stride, stride] })
    const [n = 1, h = 1, w = 1] = windows.shape
    const { c } = mapSizes('softSplit', map)
    const laid = b.reshape(b.transpose(windows, [0, 1, 2, 5, 3, 4]), [n, h, w, c * kernelSize ** 2])
    return b.reshape(laid, [n, h * w, c * kernelSize ** 2])
  },
})
