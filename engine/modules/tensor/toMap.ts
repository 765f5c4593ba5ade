import { onGrid } from '../layout'
import { defineModule } from '../module'

/** Tokens back on their grid: [n, t, c] → [n, h, w, c]. Class token and registers are dropped. */
export const toMap = defineModule({
  id: 'toMap',
  title: 'To map',
  kind: 'tensor',
  summary: 'Lays tokens out on the grid that they came from; class token and registers are dropped.',
  formula: '(h·w)×c → h×w×c',
  inputs: ['x'],
  attrs: {},
  build: (b, [x]) => onGrid(b, 'toMap', x),
})
