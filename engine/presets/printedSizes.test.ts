import { expect, test } from 'vitest'
import { figuresOf } from '../node/figures'
import { findPreset } from '.'

/**
 * What repositories print about networks that have no golden case: parameters in millions, and the half of all operations
 * in units of 10⁹, with those of norms, activations and sums among them.
 */
test.each([
  ['dwnet_tiny', '24', '3.8'],
  ['dynamic_dwnet_tiny', '51', '3.8'],
  ['dwnet_base', '74', '12.9'],
  ['dynamic_dwnet_base', '162', '13.0'],
  ['robust_resnet_dw_small', '38.6', '4.49'],
  ['robust_resnet_inverted_dw_small', '33.6', '4.59'],
  ['robust_resnet_up_inverted_dw_small', '34.4', '4.43'],
  // The code’s comment says 24.3, which three blocks of 768 channels and fifteen of 384 already exceed.
  ['robust_resnet_down_inverted_dw_small', '34.3', '4.55'],
  ['spach_ms_s_patch4_224_conv', '44', '7.2'],
  ['spach_ms_s_patch4_224_attn', '40', '7.6'],
  // Printed as 46 and 8.2; what the other three share with it agrees.
  ['spach_ms_s_patch4_224_mlp', '47', '8.1'],
  ['spach_ms_s_patch4_224_hybrid', '63', '11.2'],
])('%s has %s million parameters and %s·10⁹ operations', (id, params, operations) => {
  const preset = findPreset(id)
  if (!preset) throw new Error(`no preset ${id}`)
  const figures = figuresOf(preset.document)
  expect((figures.params / 1e6).toFixed(digits(params))).toBe(params)
  expect(((figures.macs.total + figures.elementwise / 2) / 1e9).toFixed(digits(operations))).toBe(operations)
})

const digits = (printed: string): number => printed.split('.')[1]?.length ?? 0

test('The reader of zip codes has the 64660 connections of the paper', () => {
  const preset = findPreset('lenet_1989')
  if (!preset) throw new Error('no preset lenet_1989')
  const { conv, linear } = figuresOf(preset.document).macs
  const first = 8 * 8 * 12 * 25
  // Grey pictures, eight of twelve maps, and a bias for each of the 768 + 192 + 30 + 10 units.
  expect(first + ((conv - 3 * first) * 8) / 12 + linear + 1000).toBe(64_660)
})
