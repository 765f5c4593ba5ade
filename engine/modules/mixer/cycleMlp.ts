import type { Value } from '../../graph/graph'
import { conv2d } from '../../nn/conv2d'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { flag, int } from '../../schema/schema'
import { channelShift } from '../channelShift'
import { channelsOf, onMap } from '../layout'
import { defineModule } from '../module'
import { crossPattern } from '../reading'
import { splitAttention } from '../splitAttention'

/**
 * Three linear layers side by side, two of which read neighbours without paying for a window: channel i of a CycleFC
 * looks ((i + ⌊s/2⌋) mod s) − ⌊s/2⌋ steps aside, one along the rows and one along the columns. A split attention weighs them.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape, of any size. MACs 4tc² (+ 7c²/4); parameters 4c² + 7c²/4 (+ biases).
 * Chen et al. 2021, CycleMLP, https://arxiv.org/abs/2107.10224
 */
export const cycleMlp = defineModule({
  id: 'cycleMlp',
  title: 'Cycle MLP',
  shortTitle: 'Cycle MLP',
  kind: 'mixer',
  summary:
    'Linear layers whose channels look left, here and right in turn, or up and down: neighbours at no extra cost.',
  formula: 'y[p] = Σᵢ Wᵢ·x[p + δ(i), i],  δ(i) = i mod s − ⌊s/2⌋',
  paper: {
    title: 'CycleMLP: A MLP-like Architecture for Dense Prediction',
    authors: 'Chen et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2107.10224',
  },
  inputs: ['x'],
  attrs: {
    stepSize: int({
      label: 'Steps',
      help: 'Positions along an axis that the channels visit in turn.',
      default: 3,
      min: 1,
      max: 15,
      step: 2,
    }),
    bias: flag({ label: 'Bias', help: 'Of the layer that looks nowhere else.', default: false }),
  },
  pattern: crossPattern(0, 3),
  family: 'fixed',
  subtitle: ({ stepSize }) => `${stepSize} steps per axis`,
  build: (b, [x], { stepSize, bias }) =>
    onMap(b, 'cycleMlp', x, (map) => {
      const dim = channelsOf(map)
      const branches = [
        cycleFc(b, map, { name: 'sfc_h', axis: 2, stepSize }),
        cycleFc(b, map, { name: 'sfc_w', axis: 1, stepSize }),
        linear(b, map, { name: 'mlp_c', out: dim, bias }),
      ] as const
      return linear(b, splitAttention(b, branches), { name: 'proj', out: dim, bias: true })
    }),
})

/** A call of its own: the reference runs it as a deformable convolution with these offsets. */
function cycleFc(
  b: ModuleBuilder,
  map: Value,
  { name, axis, stepSize }: { readonly name: string; readonly axis: 1 | 2; readonly stepSize: number },
): Value {
  const dim = channelsOf(map)
  const half = Math.floor(stepSize / 2)
  const offsets = Array.from({ length: dim }, (_, channel) => ((channel + half) % stepSize) - half)
  return b.call('deformableConvolution', { axis, stepSize }, [map], (map) =>
    conv2d(b, channelShift(b, map, axis, offsets), { name, out: dim, kernel: 1, bias: true }),
  )
}
