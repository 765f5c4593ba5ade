import { int } from '../../schema/schema'
import { toTokens } from '../layout'
import { leadingMax } from '../maskUnits'
import { defineModule } from '../module'

/** The largest of `count` tokens that lie evenly over the sequence, channel by channel: x [n, t, c] → [n, t/count, c]. */
export const tokenMax = defineModule({
  id: 'tokenMax',
  title: 'Largest of tokens',
  shortTitle: 'Token max',
  kind: 'tensor',
  summary: 'Pools tokens in mask-unit order: every so many become one by their largest channels.',
  formula: 'yⱼ = max over i of x at i·t/4 + j',
  inputs: ['x'],
  attrs: { count: int({ label: 'Tokens', help: 'That become one.', default: 4, min: 1, max: 64 }) },
  subtitle: ({ count }) => `${count} → 1`,
  build: (b, [x], { count }) => leadingMax(b, 'tokenMax', toTokens(b, 'tokenMax', x), count),
})
