import { expect, test } from 'vitest'
import { figuresOf } from '../node/figures'
import { findPreset } from '.'

const params = (id: string) => {
  const found = findPreset(id)
  if (!found) throw new Error(`no preset ${id}`)
  return figuresOf(found.document).params
}

/** Eighteen blocks: twelve of them, of 320 and 512 channels, have two ResScales each. */
const factors = 2 * (9 * 320 + 3 * 512)

test.each([
  ['squared_relu', -2 * 2 * 18],
  ['star_scale', -2 * 18],
  ['star_bias', -2 * 18],
  ['star_fixed', -2 * 2 * 18],
  ['no_scale', -factors],
  ['layer_scale', 0],
  ['branch_scale', factors],
])('ConvFormer-S18’s %s has %i parameters more', (id, more) => {
  expect(params(`convformer_s18_${id}`) - params('convformer_s18')).toBe(more)
})

test('Biases are those of the blocks alone', () => {
  const channels = 3 * 64 + 3 * 128 + 9 * 320 + 3 * 512
  // Two norms; 1×1, depthwise and 1×1 of the mixer (2 + 2 + 1); the MLP (4 + 1).
  expect(params('convformer_s18_biases') - params('convformer_s18')).toBe((2 + 5 + 5) * channels)
})
