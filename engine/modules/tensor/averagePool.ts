import { averagePool as pool } from '../../nn/pool'
import { flag } from '../../schema/schema'
import { defineModule } from '../module'
import { autoPadding, checkWindow, kernelField, paddingField, strideField } from '../window'

/** Mean of each window: x [n, h, w, c] → [n, h/s, w/s, c]. */
export const averagePool = defineModule({
  id: 'averagePool',
  title: 'Average pooling',
  shortTitle: 'Avg pool',
  kind: 'tensor',
  summary: 'Replaces each window by its mean.',
  formula: 'y = mean of k×k',
  inputs: ['x'],
  attrs: {
    kernelSize: kernelField(2),
    stride: strideField(2),
    padding: paddingField(),
    countIncludePad: flag({
      label: 'Padding counts',
      help: 'Zeros outside the map enter the mean.',
      default: false,
    }),
  },
  subtitle: ({ kernelSize, stride }) => `${kernelSize}×${kernelSize}, stride ${stride}`,
  build(b, [x], { kernelSize, stride, padding, countIncludePad }) {
    const pad = padding ?? autoPadding(kernelSize, stride)
    checkWindow('averagePool', x, kernelSize, pad)
    return pool(b, x, { kernel: kernelSize, stride, padding: pad, countIncludePad })
  },
})
