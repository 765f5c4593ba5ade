import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { flag, number } from '../../schema/schema'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'

/**
 * Every position becomes the mean of all that look like it, without any weights: y = Σ f(xᵢ, xⱼ) xⱼ / Σ f, with
 * f = exp(−|xᵢ − xⱼ|²/(c·s²)); as a bilateral filter also times exp(−distance²/2r²). It is attention in which queries,
 * keys and values are the input itself.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. MACs 2t²c.
 * Buades et al. 2005, https://doi.org/10.1109/CVPR.2005.38; Tomasi, Manduchi 1998, https://doi.org/10.1109/ICCV.1998.710815
 */
export const nonLocalMeans = defineModule({
  id: 'nonLocalMeans',
  title: 'Non-local means',
  shortTitle: 'NL means',
  kind: 'mixer',
  summary: 'Averages what looks alike, wherever it lies: attention before there were weights to learn.',
  formula: 'yᵢ = Σⱼ exp(−|xᵢ − xⱼ|²/(c·s²))·xⱼ / Σⱼ …',
  paper: {
    title: 'A Non-Local Algorithm for Image Denoising',
    authors: 'Buades et al.',
    year: 2005,
    url: 'https://doi.org/10.1109/CVPR.2005.38',
  },
  inputs: ['x'],
  attrs: {
    strength: number({
      label: 'Strength',
      help: 'How unlike things may be that are still averaged.',
      default: 0.5,
      min: 0.01,
      max: 100,
    }),
    bilateral: flag({
      label: 'Near ones first',
      help: 'Weights fall with the distance, as in the bilateral filter.',
      default: false,
    }),
    reach: number({
      label: 'Reach',
      help: 'Positions after which a weight has fallen to 0.6.',
      default: 2,
      min: 0.1,
      max: 1000,
      when: { field: 'bilateral', is: true },
    }),
  },
  pattern: (row, column) => Math.min(1, 0.1 + ((row + 2 * column) % 3 === 0 ? 0.9 : 0)),
  family: 'fixed',
  subtitle: ({ strength, bilateral, reach }) => `strength ${strength}${bilateral ? `, reach ${reach}` : ''}`,
  build: (b, [x], { strength, bilateral, reach }) =>
    onMap(b, 'nonLocalMeans', x, (map) => {
      const { n, h, w, c } = mapSizes('nonLocalMeans', map)
      const values = b.reshape(map, [n, h * w, c])
      const likeness = b.mul(values, Math.sqrt(2 / c) / strength)
      // −|a − b|² = 2ab − |b|² − |a|², and what depends on the query alone falls out of the softmax.
      const described = bilateral ? b.concat([likeness, places(b, n, h, w, reach)], 2) : likeness
      const size = described.shape[2] ?? c
      const one = b.reshape(described, [n, h * w, 1, size])
      const own = b.mul(b.sum(b.square(described), [2]), -0.5)
      const mixed = attend(
        b,
        one,
        one,
        b.reshape(values, [n, h * w, 1, c]),
        1,
        b.reshape(own, [n, 1, 1, h * w]),
      )
      return b.reshape(mixed, [n, h, w, c])
    }),
})

/** Row and column of every position, in units of the reach: [n, t, 2]. */
function places(b: ModuleBuilder, n: number, h: number, w: number, reach: number): Value {
  const numbers = Array.from({ length: h * w }, (_, i) => [Math.floor(i / w) / reach, (i % w) / reach]).flat()
  return b.broadcast(b.constant(numbers, [1, h * w, 2]), [n, h * w, 2])
}
