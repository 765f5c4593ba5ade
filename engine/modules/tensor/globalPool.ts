import { flag } from '../../schema/schema'
import { globalAverage } from '../globalPooling'
import { channelsOf } from '../layout'
import { defineModule } from '../module'

/** Mean over all positions: [n, h, w, c] or [n, t, c] → [n, c]. Class token and registers do not count. As a map: [n, 1, 1, c]. */
export const globalPool = defineModule({
  id: 'globalPool',
  title: 'Global pooling',
  shortTitle: 'Global pool',
  kind: 'tensor',
  summary: 'One vector for the whole picture: the mean over all positions.',
  formula: 'y = mean(x) over positions',
  inputs: ['x'],
  attrs: {
    asMap: flag({ label: 'As a map', help: 'A map of 1×1, for convolutions behind it.', default: false }),
  },
  build(b, [x], { asMap }) {
    const mean = globalAverage(b, 'globalPool', x)
    return asMap ? b.reshape(mean, [x.shape[0] ?? 1, 1, 1, channelsOf(x)]) : mean
  },
})
