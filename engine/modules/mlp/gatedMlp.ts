import { choice, flag, number, slot } from '../../schema/schema'
import { channelsOf } from '../layout'
import { defineModule } from '../module'
import { pointwise } from '../pointwise'

/**
 * Gated channel MLP: y = (σ(x W₁) ⊙ x W₂) W₃. With SiLU it is SwiGLU, with GELU GEGLU, with a sigmoid GLU.
 *
 * x [n, …, c] → the same shape. Parameters 3·r·c² (+ (2r + 1)·c): at ratio 8/3 as many as an MLP of ratio 4.
 * Shazeer 2020, GLU Variants Improve Transformer, https://arxiv.org/abs/2002.05202
 */
export const gatedMlp = defineModule({
  id: 'gatedMlp',
  title: 'Gated MLP',
  shortTitle: 'GLU',
  kind: 'mlp',
  summary: 'One half of the hidden layer gates the other: SwiGLU, GEGLU or GLU, by its activation.',
  formula: 'y = (σ(x·W₁) ⊙ x·W₂)·W₃',
  paper: {
    title: 'GLU Variants Improve Transformer',
    authors: 'Shazeer',
    year: 2020,
    url: 'https://arxiv.org/abs/2002.05202',
  },
  inputs: ['x'],
  attrs: {
    mlpRatio: number({
      label: 'Ratio',
      help: 'Width behind the gate as a multiple of the channels.',
      default: 8 / 3,
      min: 0.125,
      max: 16,
    }),
    act: slot({ label: 'Activation', help: 'Of the gate.', of: 'activation', default: 'silu' }),
    gate: choice({
      label: 'Gate',
      help: 'Which half is activated; EVA and DINOv2 take the first, timm’s GLU the second.',
      default: 'first',
      options: [
        { value: 'first', label: 'First half' },
        { value: 'second', label: 'Second half' },
      ],
    }),
    norm: slot({ label: 'Norm', help: 'After the gate.', of: 'norm', default: 'noNorm' }),
    bias: flag({ label: 'Biases', default: true }),
    packed: flag({
      label: 'One weight',
      help: 'Gate and value in one matrix, or in two. The computation is the same.',
      default: true,
    }),
  },
  subtitle: ({ mlpRatio }, dim) =>
    dim === null ? `×${mlpRatio.toFixed(2)}` : `${dim} → 2·${hiddenWidth(dim, mlpRatio)} → ${dim}`,
  build(b, [x], { mlpRatio, act, gate, norm, bias, packed }) {
    const dim = channelsOf(x)
    const hidden = hiddenWidth(dim, mlpRatio)
    const widen = (name: string, out: number) => pointwise(b, x, { name, out, bias, weights: 'linear' })
    const both = packed ? widen('fc1', 2 * hidden) : null
    const half = (index: number, name: string) => {
      if (!both) return widen(name, hidden)
      const start = both.shape.map((_, axis) => (axis === both.shape.length - 1 ? index * hidden : 0))
      return b.slice(both, { start, size: [...both.shape.slice(0, -1), hidden] })
    }
    const [first, second] = [half(0, 'fc1_g'), half(1, 'fc1_x')]
    const [gated, value] = gate === 'first' ? [first, second] : [second, first]
    let y = b.mul(b.module(act, 'act', gated), value)
    y = b.module(norm, 'norm', y)
    return pointwise(b, y, { name: 'fc2', out: dim, bias, weights: 'linear' })
  },
})

/** ⌊r·c⌋; the little that is added keeps 8/3 of a multiple of three whole. */
const hiddenWidth = (dim: number, ratio: number): number => Math.max(1, Math.floor(dim * ratio + 1e-6))
