import { mapSizes } from '../layout'
import { defineModule } from '../module'

/** A map as one vector, channel by channel as PyTorch has it: [n, h, w, c] → [n, c·h·w]. */
export const flatten = defineModule({
  id: 'flatten',
  title: 'Flatten',
  kind: 'tensor',
  summary: 'Lays a whole map out as one vector; a linear layer behind it is tied to one size of picture.',
  formula: 'h×w×c → c·h·w',
  inputs: ['x'],
  attrs: {},
  build(b, [x]) {
    const { n, h, w, c } = mapSizes('flatten', x)
    const channelsFirst = h * w === 1 ? x : b.transpose(x, [0, 3, 1, 2])
    return b.reshape(channelsFirst, [n, c * h * w])
  },
})
