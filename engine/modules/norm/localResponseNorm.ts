import { int, number } from '../../schema/schema'
import { channelsOf } from '../layout'
import { defineModule } from '../module'

/**
 * Each value is divided by the energy of the neighbouring channels at its position:
 * y_c = x_c / (k + α/n · Σ x_j²)^β over the n channels around c.
 *
 * x [n, …, c] → the same shape. Krizhevsky et al. 2012, AlexNet, https://papers.nips.cc/paper/4824
 */
export const localResponseNorm = defineModule({
  id: 'localResponseNorm',
  title: 'Local response norm',
  shortTitle: 'LRN',
  kind: 'norm',
  summary: 'Divides each value by the energy of its neighbouring channels: AlexNet’s norm, without weights.',
  formula: 'y_c = x_c/(k + α/n·Σ x_j²)^β,  j within n/2 of c',
  paper: {
    title: 'ImageNet Classification with Deep Convolutional Neural Networks',
    authors: 'Krizhevsky et al.',
    year: 2012,
    url: 'https://papers.nips.cc/paper/4824',
  },
  inputs: ['x'],
  attrs: {
    size: int({
      label: 'Channels',
      help: 'Neighbouring channels that count.',
      default: 5,
      min: 1,
      max: 63,
      step: 2,
    }),
    alpha: number({ label: 'α', help: 'Weight of their energy.', default: 1e-4, min: 0, max: 10 }),
    beta: number({ label: 'β', help: 'Exponent.', default: 0.75, min: 0, max: 4 }),
    k: number({ label: 'k', help: 'Added to the energy.', default: 1, min: 0.001, max: 100 }),
  },
  subtitle: ({ size }) => `${size} channels`,
  build(b, [x], { size, alpha, beta, k }) {
    const axis = x.shape.length - 1
    const around = (count: number) => x.shape.map((_, index) => (index === axis ? count : 0))
    const low = Math.floor(size / 2)
    const padded = b.pad(b.square(x), { low: around(low), high: around(size - 1 - low) })
    const neighbours = Array.from({ length: size }, (_, offset) =>
      b.slice(padded, { start: around(offset), size: [...x.shape.slice(0, -1), channelsOf(x)] }),
    )
    const energy = neighbours.reduce((sum, next) => b.add(sum, next))
    return b.div(x, b.pow(b.add(b.mul(energy, alpha / size), k), beta))
  },
})
