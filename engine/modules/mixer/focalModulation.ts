import type { Value } from '../../graph/graph'
import { conv2d } from '../../nn/conv2d'
import { flag, int, slot } from '../../schema/schema'
import { channelsOf, onMap } from '../layout'
import { defineModule } from '../module'
import { windowPattern } from '../reading'

/**
 * Focal modulation: a query is multiplied by a sum of contexts from ever larger neighbourhoods, each weighed per
 * position by a gate: Y = (q ⊙ h(Σₗ gₗ ⊙ zₗ)) Wₒ with zₗ = GELU(DW(zₗ₋₁)) and the mean of the whole map as the last.
 *
 * x [n, h, w, c] → the same shape. Window l has side `window` + 2l.
 * Yang et al. 2022, Focal Modulation Networks, https://arxiv.org/abs/2203.11926
 */
export const focalModulation = defineModule({
  id: 'focalModulation',
  title: 'Focal modulation',
  shortTitle: 'Focal',
  kind: 'mixer',
  summary: 'Gathers context from near to far first and lets each token modulate its query by it; no softmax.',
  formula: 'Y = (q ⊙ h(Σ gₗ ⊙ zₗ))·Wₒ,  zₗ = GELU(DW(zₗ₋₁))',
  paper: {
    title: 'Focal Modulation Networks',
    authors: 'Yang et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2203.11926',
  },
  inputs: ['x'],
  attrs: {
    levels: int({
      label: 'Levels',
      help: 'Neighbourhoods besides the whole map.',
      default: 2,
      min: 1,
      max: 6,
    }),
    window: int({
      label: 'First window',
      help: 'Its side; each level adds two.',
      default: 3,
      min: 1,
      max: 31,
      step: 2,
    }),
    norm: slot({ label: 'Norm', help: 'Before the output projection.', of: 'norm', default: 'noNorm' }),
    normalize: flag({
      label: 'Mean of contexts',
      help: 'Divide the sum of contexts by their number.',
      default: false,
    }),
  },
  pattern: windowPattern(8, (distance) => 1 - 0.75 * distance),
  family: 'convolution',
  subtitle: ({ levels, window }) => `${levels} levels from ${window}×${window}`,
  build: (b, [x], { levels, window, norm, normalize }) =>
    onMap(b, 'focalModulation', x, (map) => {
      const dim = channelsOf(map)
      const project = (value: Value, name: string, out: number) =>
        conv2d(b, value, { name, out, kernel: 1, bias: true })
      const all = project(map, 'f', 2 * dim + levels + 1)
      const part = (from: number, width: number) =>
        b.slice(all, { start: [0, 0, 0, from], size: [...all.shape.slice(0, -1), width] })
      const gated = (context: Value, level: number) => b.mul(context, part(2 * dim + level, 1))
      const contexts: Value[] = []
      let context = part(dim, dim)
      for (let level = 0; level < levels; level++) {
        const kernel = window + 2 * level
        context = b.part(`focal_layers.${level}`, () =>
          b.gelu(
            conv2d(b, context, { name: '0', out: dim, kernel, padding: 'same', groups: dim, bias: false }),
          ),
        )
        contexts.push(gated(context, level))
      }
      contexts.push(gated(b.gelu(b.mean(context, [1, 2])), levels))
      const sum = contexts.reduce((total, next) => b.add(total, next))
      const mean = normalize ? b.mul(sum, 1 / (levels + 1)) : sum
      const modulated = b.mul(part(0, dim), project(mean, 'h', dim))
      return project(b.module(norm, 'norm', modulated), 'proj', dim)
    }),
})
