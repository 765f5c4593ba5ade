import { linear } from '../../nn/linear'
import { meansOver, resampled } from '../../nn/resample'
import { softmax } from '../../nn/softmax'
import { flag, int } from '../../schema/schema'
import { headCount, headFields, splitHeads } from '../heads'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'
import { windowPattern } from '../reading'

/**
 * Attention without keys: from the mean of a few positions one linear layer makes the weights with which all k² places
 * of the window around them look at each other, and what overlapping windows found is added up.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. Parameters 2c² + heads·k⁴·c + biases; MACs 2tc² + t/s²·(heads·k⁴·c + k⁴·c).
 * Yuan et al. 2021, VOLO, https://arxiv.org/abs/2106.13112
 */
export const outlook = defineModule({
  id: 'outlook',
  title: 'Outlook attention',
  shortTitle: 'Outlook',
  kind: 'mixer',
  summary: 'Each window is weighed by its own centre: no keys, and neighbouring windows overlap.',
  formula: 'Y = fold(softmax(X̄·Wₐ)·unfold(X·Wᵥ))·Wₒ',
  paper: {
    title: 'VOLO: Vision Outlooker for Visual Recognition',
    authors: 'Yuan et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2106.13112',
  },
  inputs: ['x'],
  attrs: {
    ...headFields(),
    kernelSize: int({ label: 'Kernel', help: 'Side of the window.', default: 3, min: 1, max: 7, step: 2 }),
    stride: int({
      label: 'Stride',
      help: 'One window for so many rows and columns.',
      default: 2,
      min: 1,
      max: 8,
    }),
    valueBias: flag({ label: 'Bias of V', default: false }),
    projBias: flag({ label: 'Bias of the projection', default: true }),
  },
  // Windows lie two apart: the query lies in the middle of one.
  pattern: windowPattern(3, (distance) => 1 - 0.4 * distance),
  family: 'attention',
  subtitle: (attrs, dim) => `${attrs.kernelSize}×${attrs.kernelSize}, ${headCount(attrs, dim)}`,
  build: (b, [x], { kernelSize, stride, valueBias, projBias, ...attrs }) =>
    onMap(b, 'outlook', x, (map) => {
      const { n, h, w, c } = mapSizes('outlook', map)
      const { heads, headDim } = splitHeads('outlook', c, attrs)
      const width = heads * headDim
      const half = Math.floor(kernelSize / 2)
      const around = [0, half, half, 0]
      const values = linear(b, map, { name: 'v', out: width, bias: valueBias })
      const windows = b.windows(b.pad(values, { low: around, high: around }), {
        kernel: [kernelSize, kernelSize],
        stride: [stride, stride],
      })
      const [, rows = 1, columns = 1] = windows.shape
      const [count, area] = [rows * columns, kernelSize ** 2]
      const seen = b.reshape(windows, [n, count, area, heads, headDim])
      const cells = (size: number, cell: number) =>
        meansOver(
          Array.from({ length: cell }, (_, i) => [i * stride, Math.min(size, (i + 1) * stride)] as const),
        )
      const centres = resampled(b, resampled(b, map, 1, cells(h, rows)), 2, cells(w, columns))
      const logits = linear(b, centres, { name: 'attn', out: heads * area ** 2, bias: true })
      const perHead = b.transpose(b.reshape(logits, [n, count, heads, area, area]), [0, 2, 1, 3, 4])
      const weights = b.tap('attention', softmax(b, b.mul(perHead, headDim ** -0.5)))
      const mixed = b.dot(weights, seen, {
        batch: [
          [0, 1, 2],
          [0, 3, 1],
        ],
        contract: [[4], [2]],
      })
      const found = b.reshape(b.transpose(mixed, [0, 2, 3, 1, 4]), [
        ...[n, rows, columns],
        ...[kernelSize, kernelSize, width],
      ])
      const whole = b.overlapAdd(found, {
        ...{ kernel: [kernelSize, kernelSize], stride: [stride, stride], dilation: [1, 1] },
        ...{ height: h + 2 * half, width: w + 2 * half },
      })
      const inside = b.slice(whole, { start: [0, half, half, 0], size: [n, h, w, width] })
      return linear(b, inside, { name: 'proj', out: c, bias: projBias })
    }),
})
