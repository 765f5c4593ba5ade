import { expect, test } from 'vitest'
import { findPreset, presets } from '../catalogue'
import { evaluated } from './evaluated'

const preprocessingOf = (id: string) => findPreset(id)?.preprocessing

test('every model that is evaluated otherwise is a preset, and is named once', () => {
  const known = new Set(presets.map(({ id }) => id))
  expect([...evaluated.keys()].filter((id) => !known.has(id))).toEqual([])
  expect(evaluated.size).toBe(307)
})

// As timm 1.0.28's resolve_data_config answers for the default weights of these names.
test('presets are evaluated as timm evaluates them', () => {
  expect(preprocessingOf('caformer_s18')).toMatchObject({ crop: 1, mean: [0.485, 0.456, 0.406] })
  expect(preprocessingOf('convnext_tiny')).toMatchObject({ crop: 0.95 })
  expect(preprocessingOf('convnext_base')).toMatchObject({ crop: 0.875, std: [0.229, 0.224, 0.225] })
  expect(preprocessingOf('swin_tiny_patch4_window7_224')).toMatchObject({ crop: 0.9 })
  expect(preprocessingOf('vgg16')).toMatchObject({ crop: 0.875, filter: 'bilinear' })
  expect(preprocessingOf('maxvit_tiny_tf_384')).toMatchObject({ crop: 1, mode: 'squash' })
  expect(preprocessingOf('volo_d5_512')).toMatchObject({ crop: 1.15 })
  expect(preprocessingOf('dm_nfnet_f6')).toMatchObject({ crop: 0.956, mode: 'squash' })
  expect(preprocessingOf('tf_efficientnetv2_l')).toMatchObject({
    crop: 1,
    mean: [0.5, 0.5, 0.5],
    mode: 'squash',
  })
  expect(preprocessingOf('convnext_xxlarge')).toMatchObject({
    crop: 1,
    mean: [0.48145466, 0.4578275, 0.40821073],
  })
})
