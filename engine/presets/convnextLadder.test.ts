import { expect, test } from 'vitest'
import { figuresOf } from '../node/figures'
import { findPreset } from '.'
import { convnextLadder } from './convnextLadder'

/** Steps, their multiply-adds in units of 10⁷, and the axis of the paper’s Figure 2, which rounds these once more: 4.15 to 4.2. */
const steps = [
  ['resnet50', 409, 4.1],
  ['stage_ratio', 453, 4.5],
  ['patchify_stem', 442, 4.4],
  ['depthwise', 235, 2.4],
  ['width', 527, 5.3],
  ['inverted', 464, 4.6],
  ['depthwise_up', 407, 4.1],
  ['kernel5', 410, 4.1],
  ['kernel7', 415, 4.2],
  ['kernel9', 421, 4.2],
  ['kernel11', 429, 4.3],
  ['gelu', 415, 4.2],
  ['fewer_activations', 415, 4.2],
  ['fewer_norms', 415, 4.2],
  ['layer_norm', 415, 4.2],
  ['separate_downsampling', 446, 4.5],
]

test('Every step counts the printed multiply-adds', () => {
  const ours = convnextLadder.map(({ id, document }) => {
    const hundredths = Math.round(figuresOf(document).macs.total / 1e7)
    return [id.replace('convnext_ladder_', ''), hundredths, Math.round(hundredths / 10) / 10]
  })
  expect(ours).toEqual(steps)
})

test.each([
  ['convnext_ladder_resnet50', 'resnet50'],
  ['convnext_ladder_separate_downsampling', 'convnext_tiny'],
])('%s counts as %s', (step, known) => {
  const [ours, reference] = [step, known].map((id) => {
    const preset = findPreset(id)
    return preset && figuresOf(preset.document)
  })
  expect(ours).toBeDefined()
  expect(ours).toEqual(reference)
})
