import { ShapeError } from '../../errors'
import { int } from '../../schema/schema'
import { mapSizes } from '../layout'
import { defineModule } from '../module'
import { halfToEven } from '../rounding'

/** The square in the middle: [n, h, w, c] → [n, s, s, c]. An odd rest is shared as Python rounds. */
export const centreCrop = defineModule({
  id: 'centreCrop',
  title: 'Centre crop',
  kind: 'tensor',
  summary: 'Keeps the square in the middle of a picture or map.',
  formula: 'h×w → s×s',
  inputs: ['x'],
  attrs: {
    side: int({ label: 'Side', help: 'Height and width that stay.', default: 224, min: 1, max: 4096 }),
  },
  subtitle: ({ side }) => `${side}×${side}`,
  build(b, [x], { side }) {
    const { n, h, w, c } = mapSizes('centreCrop', x)
    if (side > Math.min(h, w)) {
      throw new ShapeError(
        'TOO_SMALL',
        `centreCrop: a map of ${h}×${w} has no middle of ${side}×${side}; choose at most ${Math.min(h, w)}`,
        [{ what: 'side', expected: `at most ${Math.min(h, w)}`, got: `${side}` }],
      )
    }
    const start = [0, halfToEven((h - side) / 2), halfToEven((w - side) / 2), 0]
    return b.slice(x, { start, size: [n, side, side, c] })
  },
})
