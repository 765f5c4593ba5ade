import { resize } from '../../nn/resample'
import { interpolationFields } from '../interpolation'
import { mapSizes } from '../layout'
import { defineModule } from '../module'

/** One map at the height and width of another, by interpolation: [n, h, w, c], [n, h′, w′, c′] → [n, h′, w′, c]. No parameters. */
export const matchSize = defineModule({
  id: 'matchSize',
  title: 'Match size',
  kind: 'merge',
  mark: '≍',
  summary: 'Interpolates the first map at the height and width of the second.',
  formula: 'h×w → h′×w′',
  inputs: ['x', 'like'],
  attrs: {
    ...interpolationFields(),
  },
  subtitle: ({ mode }) => mode,
  build(b, [x, like], { mode, alignCorners }) {
    mapSizes('matchSize', x)
    const { h, w } = mapSizes('matchSize', like)
    const corners = mode === 'nearest' ? {} : { alignCorners }
    return resize(b, x, { height: h, width: w, mode, ...corners })
  },
})
