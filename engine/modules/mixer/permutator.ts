import { ShapeError } from '../../errors'
import type { Value } from '../../graph/graph'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { flag, int } from '../../schema/schema'
import { divisorChoice } from '../divisors'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'
import { aboveAll, crossPattern } from '../reading'
import { splitAttention } from '../splitAttention'

/**
 * Permute-MLP: one linear layer along the columns, one along the rows, one over the channels, weighed by split attention.
 * Channels are cut into segments of c/g, and a segment of a whole column (or row) is mixed at once.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape; the size of the map is fixed by the weights [hc/g, hc/g]. With as
 * many segments as rows, as in the paper, all three are c × c.
 * Hou et al. 2021, Vision Permutator, https://arxiv.org/abs/2106.12368
 */
export const permutator = defineModule({
  id: 'permutator',
  title: 'Permute-MLP',
  shortTitle: 'Permutator',
  kind: 'mixer',
  summary:
    'Mixes along columns, along rows and over channels by one linear layer each, then weighs the three.',
  formula: 'Y = (a₁⊙X_h + a₂⊙X_w + a₃⊙X_c)·W',
  paper: {
    title: 'Vision Permutator: A Permutable MLP-Like Architecture for Visual Recognition',
    authors: 'Hou et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2106.12368',
  },
  inputs: ['x'],
  attrs: {
    segments: int({
      label: 'Segments',
      help: 'Parts that the channels are cut into; must divide them. The paper takes the height of the map.',
      default: 16,
      min: 1,
      max: 1024,
    }),
    bias: flag({ label: 'Bias', help: 'Of the three layers that mix.', default: false }),
  },
  // Its gates weigh the three ways by a mean over everything.
  pattern: aboveAll(crossPattern(0, 15)),
  family: 'fixed',
  subtitle: ({ segments }) => `${segments} segments`,
  build: (b, [x], { segments, bias }) =>
    onMap(b, 'permutator', x, (map) => {
      const { c } = mapSizes('permutator', map)
      if (c % segments !== 0) throw segmentsError(c, segments)
      const branches = [
        alongAxis(b, map, { name: 'mlp_h', axis: 1, segments, bias }),
        alongAxis(b, map, { name: 'mlp_w', axis: 2, segments, bias }),
        linear(b, map, { name: 'mlp_c', out: c, bias }),
      ] as const
      return linear(b, splitAttention(b, branches), { name: 'proj', out: c, bias: true })
    }),
})

interface AxisMix {
  readonly name: string
  readonly axis: 1 | 2
  readonly segments: number
  readonly bias: boolean
}

/** A linear layer over the positions of an axis together with the channels of a segment. */
function alongAxis(b: ModuleBuilder, map: Value, { name, axis, segments, bias }: AxisMix): Value {
  const { n, h, w, c } = mapSizes('permutator', map)
  const width = c / segments
  const size = axis === 1 ? h : w
  const order = axis === 1 ? [0, 3, 2, 1, 4] : [0, 1, 3, 2, 4]
  const turned = b.transpose(b.reshape(map, [n, h, w, segments, width]), order)
  const [, first = 1, second = 1] = turned.shape
  const lines = b.reshape(turned, [n, first, second, size * width])
  const mixed = linear(b, lines, { name, out: size * width, bias })
  return b.reshape(b.transpose(b.reshape(mixed, turned.shape), order), [n, h, w, c])
}

function segmentsError(channels: number, segments: number): ShapeError {
  return new ShapeError(
    'GROUPS_DIVIDE',
    `permutator: ${channels} channels do not split into ${segments} segments; choose ${divisorChoice(channels, segments)} segments`,
    [{ what: 'segments', expected: `a divisor of ${channels}`, got: `${segments}` }],
  )
}
