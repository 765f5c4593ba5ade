import { expect, test } from 'vitest'
import type { Value } from '../graph/graph'
import { lower } from '../lower/lower'
import { attention } from '../nn/attention'
import { ModuleBuilder } from '../nn/moduleBuilder'
import { findPreset } from '../presets'
import { misalignments } from './misaligned'

const convolved = (b: ModuleBuilder, x: Value, kernel: number, stride: number, pad: number): Value => {
  const weight = b.constant(new Float32Array(kernel * kernel).fill(1), [1, kernel, kernel, 1])
  return b.conv(x, weight, {
    stride: [stride, stride],
    padding: [
      [pad, pad],
      [pad, pad],
    ],
  })
}

test('a 2×2 and a 3×3 convolution of stride 2 are centred half a pixel apart', () => {
  const b = new ModuleBuilder()
  const x = b.input('x', [1, 16, 16, 1])
  // Pixels 0 and 1, centre 1; pixels -1 to 1, centre 0.5.
  const y = b.add(convolved(b, x, 2, 2, 0), convolved(b, x, 3, 2, 1))
  const graph = b.finish([y])
  expect(misalignments(graph, y.id)).toEqual([{ node: y.id, y: 0.5, x: 0.5 }])
  expect(misalignments(graph, x.id)).toEqual([])
})

test('windows beside their positions are no misalignment', () => {
  const b = new ModuleBuilder()
  const x = convolved(b, b.input('x', [1, 8, 8, 1]), 3, 1, 1)
  const windows = b.transpose(b.reshape(x, [1, 2, 4, 2, 4, 1]), [0, 1, 3, 2, 4, 5])
  const tokens = b.reshape(windows, [4, 16, 1, 1])
  const mixed = b.reshape(attention(b, tokens, tokens, tokens, 1), [1, 2, 2, 4, 4, 1])
  const y = b.add(x, b.reshape(b.transpose(mixed, [0, 1, 3, 2, 4, 5]), [1, 8, 8, 1]))
  expect(misalignments(b.finish([y]), y.id)).toEqual([])
})

test.each([
  // Its shortcut is pooled by 2 × 2 windows, its convolution has 3 × 3 ones: half of the stride before, doubled each stage.
  ['seresnext26d_32x4d', [2, 4, 8]],
  ['resnet50', []],
  ['convnext_tiny', []],
  ['swin_tiny_patch4_window7_224', []],
])('%s', (id, expected) => {
  const preset = findPreset(id)
  if (!preset) throw new Error(`no preset ${id}`)
  const { graph } = lower(preset.document)
  const merges = misalignments(graph, graph.nodes.length - 1)
  expect(merges.map(({ y, x }) => [y, x])).toEqual(expected.map((apart) => [apart, apart]))
})
