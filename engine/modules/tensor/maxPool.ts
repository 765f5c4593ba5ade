import { maxPool as pool } from '../../nn/pool'
import { defineModule } from '../module'
import { autoPadding, checkWindow, kernelField, paddingField, strideField } from '../window'

/** Largest value of each window: x [n, h, w, c] → [n, h/s, w/s, c]. What lies outside the map never wins. */
export const maxPool = defineModule({
  id: 'maxPool',
  title: 'Max pooling',
  shortTitle: 'Max pool',
  kind: 'tensor',
  summary: 'Keeps the largest value of each window.',
  formula: 'y = max of k×k',
  inputs: ['x'],
  attrs: { kernelSize: kernelField(2), stride: strideField(2), padding: paddingField() },
  subtitle: ({ kernelSize, stride }) => `${kernelSize}×${kernelSize}, stride ${stride}`,
  build(b, [x], { kernelSize, stride, padding }) {
    const pad = padding ?? autoPadding(kernelSize, stride)
    checkWindow('maxPool', x, kernelSize, pad)
    return pool(b, x, { kernel: kernelSize, stride, padding: pad })
  },
})
