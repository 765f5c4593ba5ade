import { LOWEST, maxPool as pool } from '../../nn/pool'
import { flag } from '../../schema/schema'
import { onMap } from '../layout'
import { defineModule } from '../module'
import {
  alignmentField,
  autoPadding,
  checkWindow,
  kernelField,
  paddingField,
  strideField,
  tensorflowPadding,
} from '../window'

/** Largest value of each window: x [n, h, w, c] → [n, h/s, w/s, c]. What lies outside the map never wins, unless it is zeros; class tokens pass by. */
export const maxPool = defineModule({
  id: 'maxPool',
  title: 'Max pooling',
  shortTitle: 'Max pool',
  kind: 'tensor',
  summary: 'Keeps the largest value of each window.',
  formula: 'y = max of k×k',
  inputs: ['x'],
  attrs: {
    kernelSize: kernelField(2),
    stride: strideField(2),
    padding: paddingField(),
    alignment: alignmentField(),
    zeros: flag({
      label: 'Zeros outside',
      help: 'What lies outside the map is a zero and may win, as in BiT; otherwise it never does.',
      default: false,
    }),
  },
  subtitle: ({ kernelSize, stride }) => `${kernelSize}×${kernelSize}, stride ${stride}`,
  build(b, [x], { kernelSize, stride, padding, alignment, zeros }) {
    return onMap(b, 'maxPool', x, (map) => {
      if (padding === null && alignment === 'tensorflow') {
        const [rows, columns] = [map.shape[1] ?? 1, map.shape[2] ?? 1].map((size) =>
          tensorflowPadding(size, kernelSize, stride),
        )
        const [low, high] = [0, 1].map((side) => [0, rows?.[side] ?? 0, columns?.[side] ?? 0, 0])
        const outside = zeros ? 0 : LOWEST
        const padded = b.pad(map, { low: low ?? [], high: high ?? [], value: outside })
        return pool(b, padded, { kernel: kernelSize, stride, padding: 0 })
      }
      const pad = padding ?? autoPadding(kernelSize, stride)
      checkWindow('maxPool', map, kernelSize, pad)
      if (!zeros) return pool(b, map, { kernel: kernelSize, stride, padding: pad })
      const around = [0, pad, pad, 0]
      return pool(b, b.pad(map, { low: around, high: around }), { kernel: kernelSize, stride, padding: 0 })
    })
  },
})
