import { ShapeError } from '../../errors'
import { conv2d } from '../../nn/conv2d'
import { linear } from '../../nn/linear'
import { int, number, slot } from '../../schema/schema'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'
import { windowPattern } from '../reading'

/**
 * The gated CNN, a Mamba block without its state space model: one projection gives a gate and values, some of which see
 * their neighbours, Y = (σ(X W_g) ⊙ [X Wᵢ, DWₖ(X W_c)]) Wₒ. It mixes positions and channels at once.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. Parameters 3rc² + convolved·(k² + 1) (+ biases).
 * Yu and Wang 2024, MambaOut, https://arxiv.org/abs/2405.07992; Dauphin et al. 2016, https://arxiv.org/abs/1612.08083
 */
export const gatedCnn = defineModule({
  id: 'gatedCnn',
  title: 'Gated CNN',
  kind: 'mixer',
  summary: 'A Mamba block without its state space: values that saw their neighbours pass through a gate.',
  formula: 'Y = (σ(X·W_g) ⊙ [X·Wᵢ, DWₖ(X·W_c)])·Wₒ',
  paper: {
    title: 'MambaOut: Do We Really Need Mamba for Vision?',
    authors: 'Yu and Wang',
    year: 2024,
    url: 'https://arxiv.org/abs/2405.07992',
  },
  inputs: ['x'],
  attrs: {
    ratio: number({
      label: 'Ratio',
      help: 'Width of gate and values as a multiple of the channels.',
      default: 8 / 3,
      min: 0.25,
      max: 16,
    }),
    convRatio: number({
      label: 'Convolved',
      help: 'How many of the values are convolved, as a multiple of the channels.',
      default: 1,
      min: 0.0625,
      max: 16,
    }),
    kernelSize: int({ label: 'Kernel', help: 'Side of the window.', default: 7, min: 1, max: 31, step: 2 }),
    act: slot({ label: 'Activation', help: 'Of the gate.', of: 'activation', default: 'gelu' }),
  },
  pattern: windowPattern(7, (distance) => 1 - 0.5 * distance),
  family: 'convolution',
  subtitle: ({ ratio, kernelSize }) => `${kernelSize}×${kernelSize}, ×${Number(ratio.toFixed(2))}`,
  build: (b, [x], { ratio, convRatio, kernelSize, act }) =>
    onMap(b, 'gatedCnn', x, (map) => {
      const { n, h, w, c } = mapSizes('gatedCnn', map)
      const hidden = Math.max(1, Math.floor(ratio * c))
      const seeing = Math.max(1, Math.floor(convRatio * c))
      if (seeing > hidden) {
        throw new ShapeError(
          'ATTRIBUTE',
          `gatedCnn: ${seeing} of ${hidden} values cannot be convolved; choose a share of at most ${ratio}`,
          [{ what: 'convolved', expected: `at most ${hidden}`, got: `${seeing}` }],
        )
      }
      const y = linear(b, map, { name: 'fc1', out: 2 * hidden, bias: true })
      const part = (from: number, size: number) =>
        b.slice(y, { start: [0, 0, 0, from], size: [n, h, w, size] })
      const seen = conv2d(b, part(2 * hidden - seeing, seeing), {
        name: 'conv',
        out: seeing,
        kernel: kernelSize,
        padding: 'same',
        groups: seeing,
        bias: true,
      })
      const values = seeing === hidden ? seen : b.concat([part(hidden, hidden - seeing), seen], 3)
      const gate = b.module(act, 'act', part(0, hidden))
      return linear(b, b.mul(gate, values), { name: 'fc2', out: c, bias: true })
    }),
})
