import { ShapeError } from '../../errors'
import { resize } from '../../nn/resample'
import { choice, flag, int } from '../../schema/schema'
import { mapSizes } from '../layout'
import { defineModule } from '../module'

/** The map with k times as many rows and columns, interpolated: [n, h, w, c] → [n, kh, kw, c]. No parameters. */
export const upsample = defineModule({
  id: 'upsample',
  title: 'Upsample',
  kind: 'tensor',
  summary: 'Interpolates the map to several times its height and width.',
  formula: 'h×w → k·h × k·w',
  inputs: ['x'],
  attrs: {
    factor: int({ label: 'Factor', default: 2, min: 1, max: 64 }),
    mode: choice({
      label: 'Interpolation',
      default: 'bilinear',
      options: [
        { value: 'bilinear', label: 'Bilinear' },
        { value: 'nearest', label: 'Nearest' },
        { value: 'bicubic', label: 'Bicubic' },
      ],
    }),
    alignCorners: flag({
      label: 'Aligned corners',
      help: 'Corner pixels of both maps lie on each other; otherwise the borders of their pixels do.',
      default: false,
    }),
  },
  subtitle: ({ factor, mode }) => `×${factor}, ${mode}`,
  build(b, [x], { factor, mode, alignCorners }) {
    const { h, w } = mapSizes('upsample', x)
    if (factor * Math.max(h, w) > 8192)
      throw new ShapeError(
        'ATTRIBUTE',
        `upsample: ${h}×${w} times ${factor} has sides beyond 8192; choose a smaller factor`,
        [{ what: 'side', expected: 'at most 8192', got: `${factor * Math.max(h, w)}` }],
      )
    const corners = mode === 'nearest' ? {} : { alignCorners }
    return resize(b, x, { height: factor * h, width: factor * w, mode, ...corners })
  },
})
