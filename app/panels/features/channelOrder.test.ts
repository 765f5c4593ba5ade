import { expect, test } from 'vitest'
import type { ChannelSummary } from '../../../engine/index'
import { deadChannels, deadWords, orderedChannels } from './channelOrder'

const summary: ChannelSummary = {
  mean: Float32Array.from([0, 1, 2, 0]),
  deviation: Float32Array.from([0, 3, 1, 0]),
  meanSize: Float32Array.from([0, 1, 2, 0]),
  smallest: Float32Array.from([0, -2, 1, 0]),
  largest: Float32Array.from([0, 4, 3, 0]),
  zeros: Float32Array.from([1, 0.5, 0, 1]),
}

test('channels come by number, variance or size; of equals the first first', () => {
  expect(orderedChannels(summary, 1, 'index')).toEqual([0, 1, 2, 3])
  expect(orderedChannels(summary, 1, 'deviation')).toEqual([1, 2, 0, 3])
  expect(orderedChannels(summary, 1, 'meanSize')).toEqual([2, 1, 0, 3])
  expect(orderedChannels(summary, 2, 'meanSize')).toEqual([2, 0])
})

test('dead channels are counted', () => {
  expect(deadChannels(summary)).toEqual([0, 3])
  expect(deadWords(summary)).toBe('2 of 4 channels are dead: 0 everywhere.')
  expect(deadWords({ ...summary, zeros: Float32Array.from([0, 0.9]) })).toBeNull()
})
