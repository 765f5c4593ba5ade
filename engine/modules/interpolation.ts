/** How forms ask for the way a map is brought to another size. */
import { choice, flag } from '../schema/schema'

export const interpolationFields = () => ({
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
})
