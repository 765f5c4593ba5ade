import { expect, test } from 'vitest'
import { effectiveField } from '../autodiff/effectiveField'
import { plainDevice } from '../compile/testing/adapter'
import { lower } from '../lower/lower'
import { findPreset } from '../presets'
import { backwardPlan } from './backwardPlan'

test('a backward keeps what fits into the budget, and computes blocks again beyond it', () => {
  const preset = findPreset('vit_tiny_patch16_224')
  if (!preset) throw new Error('There is no such preset.')
  const { graph } = lower(preset.document)
  const field = effectiveField(graph, graph.outputs[0])
  const planWith = (budget?: number) =>
    backwardPlan(field, graph.nodes.length, {
      device: plainDevice,
      ...(budget === undefined ? {} : { budget }),
    })
  const plain = planWith()
  const { activationBytes } = plain.memory
  expect(planWith(activationBytes).steps.length).toBe(plain.steps.length)
  const spared = planWith(activationBytes - 1)
  expect(spared.steps.length).toBeGreaterThan(plain.steps.length)
  expect(spared.memory.activationBytes).toBeLessThan(0.5 * activationBytes)
})
