/** In which order channels are shown, and which of them are dead. */
import type { ChannelSummary } from '../../../engine/index'

export type ChannelOrder = 'index' | 'deviation' | 'meanSize'

export const channelOrders: readonly { readonly value: ChannelOrder; readonly label: string }[] = [
  { value: 'index', label: 'By number' },
  { value: 'deviation', label: 'By variance' },
  { value: 'meanSize', label: 'By mean |x|' },
]

/** Channels whose values came, `every`-th ones; the most varied or the strongest first. */
export function orderedChannels(
  summary: ChannelSummary,
  every: number,
  order: ChannelOrder,
): readonly number[] {
  const channels = Array.from({ length: Math.ceil(summary.mean.length / every) }, (_, index) => index * every)
  if (order === 'index') return channels
  const by = summary[order]
  return channels.sort((a, b) => (by[b] ?? 0) - (by[a] ?? 0) || a - b)
}

/** Channels that are 0 everywhere, in all pictures. */
export const deadChannels = ({ zeros }: ChannelSummary): readonly number[] =>
  [...zeros.keys()].filter((channel) => zeros[channel] === 1)

/** `3 of 64 channels are dead: 0 everywhere`; null when none is. */
export function deadWords(summary: ChannelSummary): string | null {
  const dead = deadChannels(summary).length
  if (dead === 0) return null
  return `${dead} of ${summary.zeros.length} channels ${dead === 1 ? 'is' : 'are'} dead: 0 everywhere.`
}
