import { ShapeError } from '../../errors'
import type { Value } from '../../graph/graph'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { choice } from '../../schema/schema'
import { channelsOf, mapSizes } from '../layout'
import { defineModule } from '../module'
import { strideField } from '../window'

/** Binomial weights 1 2 1 by 1 2 1, which sum to one. */
const filter = [1, 2, 1].flatMap((row) => [1, 2, 1].map((column) => (row * column) / 16))

/**
 * Downsampling that blurs first, so that fine patterns do not turn into coarse ones: a fixed 3×3 binomial filter per
 * channel, with the map mirrored at its borders.
 *
 * x [n, h, w, c] → [n, h/s, w/s, c]. Zhang 2019, Making Convolutional Networks Shift-Invariant Again,
 * https://arxiv.org/abs/1904.11486
 */
export const blurPool = defineModule({
  id: 'blurPool',
  title: 'Blur pooling',
  shortTitle: 'Blur pool',
  kind: 'downsample',
  summary:
    'Blurs each channel by a fixed filter before it drops every second pixel: a small shift changes little.',
  formula: 'y = (x * [1 2 1]ᵀ[1 2 1]/16) every s',
  paper: {
    title: 'Making Convolutional Networks Shift-Invariant Again',
    authors: 'Zhang',
    year: 2019,
    url: 'https://arxiv.org/abs/1904.11486',
  },
  inputs: ['x'],
  attrs: {
    stride: strideField(2),
    border: choice({
      label: 'Border',
      default: 'mirror',
      options: [
        { value: 'mirror', label: 'Mirrored' },
        { value: 'zeros', label: 'Zeros' },
      ],
    }),
  },
  subtitle: ({ stride }) => `3×3, stride ${stride}`,
  build(b, [x], { stride, border }) {
    const { h, w } = mapSizes('blurPool', x)
    const channels = channelsOf(x)
    if (Math.min(h, w) < 2) {
      throw new ShapeError(
        'TOO_SMALL',
        `blurPool: a map of ${h}×${w} has no second row to mirror; stride less before it`,
        [{ what: 'map', expected: 'at least 2×2', got: `${h}×${w}` }],
      )
    }
    const kernel = b.broadcast(b.constant(filter, [1, 3, 3, 1]), [channels, 3, 3, 1])
    const around = [0, 1, 1, 0]
    const wide =
      border === 'zeros' ? b.pad(x, { low: around, high: around }) : mirrored(b, mirrored(b, x, 1), 2)
    return b.conv(wide, kernel, { stride: [stride, stride], groups: channels })
  },
})

/** One more row at either end, which is the second and the last but one. */
function mirrored(b: ModuleBuilder, x: Value, axis: 1 | 2): Value {
  const row = (index: number) =>
    b.slice(x, {
      start: x.shape.map((_, other) => (other === axis ? index : 0)),
      size: x.shape.map((size, other) => (other === axis ? 1 : size)),
    })
  return b.concat([row(1), x, row((x.shape[axis] ?? 2) - 2)], axis)
}
