import { int } from '../../schema/schema'
import { channelShift } from '../channelShift'
import { channelsOf, onMap } from '../layout'
import { defineModule } from '../module'
import { crossPattern } from '../reading'

/**
 * Some channels move by one position, up, down, left and right, the others stay: neighbours meet at no cost, and the
 * layers around mix what came together. Zeros enter at the borders.
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. Neither weights nor MACs. Wu et al. 2017, Shift,
 * https://arxiv.org/abs/1711.08141; along time, with one part in eight each: Lin et al. 2018, TSM, https://arxiv.org/abs/1811.08383
 */
export const partialShift = defineModule({
  id: 'partialShift',
  title: 'Partial shift',
  shortTitle: 'Shift',
  kind: 'mixer',
  summary: 'Moves some of the channels by one position, so that neighbours meet without a single product.',
  formula: 'y = [x↑, x↓, x←, x→, x] in parts of the channels',
  paper: {
    title: 'TSM: Temporal Shift Module for Efficient Video Understanding',
    authors: 'Lin et al.',
    year: 2018,
    url: 'https://arxiv.org/abs/1811.08383',
  },
  inputs: ['x'],
  attrs: {
    parts: int({
      label: 'Parts',
      help: 'One part of so many goes each of the four ways.',
      default: 8,
      min: 4,
      max: 64,
    }),
  },
  pattern: crossPattern(0, 3),
  family: 'fixed',
  subtitle: ({ parts }) => `4 of ${parts} parts move`,
  build: (b, [x], { parts }) =>
    onMap(b, 'partialShift', x, (map) => {
      const channels = channelsOf(map)
      const part = Math.floor(channels / parts)
      const moves = (first: number) =>
        Array.from({ length: channels }, (_, channel) => {
          const index = part === 0 ? parts : Math.floor(channel / part)
          return index === first ? -1 : index === first + 1 ? 1 : 0
        })
      return channelShift(b, channelShift(b, map, 1, moves(0)), 2, moves(2))
    }),
})
