import { globalAverage } from '../globalPooling'
import { defineModule } from '../module'

/** Mean over all positions: [n, h, w, c] or [n, t, c] → [n, c]. Class token and registers do not count. */
export const globalPool = defineModule({
  id: 'globalPool',
  title: 'Global pooling',
  shortTitle: 'Global pool',
  kind: 'tensor',
  summary: 'One vector for the whole picture: the mean over all positions.',
  formula: 'y = mean(x) over positions',
  inputs: ['x'],
  attrs: {},
  build: (b, [x]) => globalAverage(b, 'globalPool', x),
})
