import { expect, test } from 'vitest'
import { presets } from '../catalogue'
import { isHubName } from './names'
import { hubNamesOf } from './pretrained'
import table from './pretrained.json'

test('every name with weights is a preset’s, and every weight has a name that the hub can be asked for', () => {
  const ids = new Set(presets.map(({ id }) => id))
  const known = Object.keys(table)
  expect(known.filter((id) => !ids.has(id))).toEqual([])
  expect(known.length).toBeGreaterThan(700)
  const names = known.flatMap(hubNamesOf)
  expect(names.filter((name) => !isHubName(name) || !name.includes('.'))).toEqual([])
})

test('the first one is timm’s own choice', () => {
  expect(hubNamesOf('vit_small_patch8_224')).toEqual(['vit_small_patch8_224.dino'])
  expect(hubNamesOf('resnet50')[0]).toBe('resnet50.a1_in1k')
  expect(hubNamesOf('vit_base_patch16_clip_quickgelu_224')).toContain('vit_base_patch16_clip_224.openai')
  expect(hubNamesOf('toString')).toEqual([])
})
