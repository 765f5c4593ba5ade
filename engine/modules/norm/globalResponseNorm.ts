import { defineModule } from '../module'
import { epsField, normSubtitle } from './fields'

/**
 * Channels compete: each is scaled by its energy over all positions, relative to the mean energy of the channels.
 * y = x + γ · x · g/(mean(g) + ε) + β with g the root of the sum of squares over h and w.
 *
 * x [n, …, c] → the same shape. Woo et al. 2023, ConvNeXt V2, https://arxiv.org/abs/2301.00808
 */
export const globalResponseNorm = defineModule({
  id: 'globalResponseNorm',
  title: 'Global response norm',
  shortTitle: 'GRN',
  kind: 'norm',
  summary: 'Scales each channel by its energy over the whole map, relative to the others: channels compete.',
  formula: 'y = x + γ·x·g/(mean(g) + ε) + β,  g = ‖x‖ over h, w',
  paper: {
    title: 'ConvNeXt V2: Co-designing and Scaling ConvNets with Masked Autoencoders',
    authors: 'Woo et al.',
    year: 2023,
    url: 'https://arxiv.org/abs/2301.00808',
  },
  inputs: ['x'],
  attrs: { eps: epsField(1e-6) },
  subtitle: normSubtitle,
  build(b, [x], { eps }) {
    const last = x.shape.length - 1
    const channels = x.shape[last] ?? 1
    const positions = x.shape.map((_, axis) => axis).slice(1, last)
    const weight = b.weight('weight', [channels], { init: 'bias' })
    const bias = b.weight('bias', [channels], { init: 'bias' })
    const energy = b.sqrt(b.sum(b.square(x), positions))
    const relative = b.div(energy, b.add(b.mean(energy, [last]), eps))
    return b.add(x, b.add(b.mul(b.mul(x, relative), weight), bias))
  },
})
