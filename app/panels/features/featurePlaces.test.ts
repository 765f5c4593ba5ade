import { expect, test } from 'vitest'
import { findPreset } from '../../../engine/catalogue'
import { analyze } from '../../../engine/index'
import { featurePlaces, placeOfSelection } from './featurePlaces'

function placesOf(name: string) {
  const preset = findPreset(name)
  if (!preset) throw new Error(`there is no preset ${name}`)
  return featurePlaces(analyze(preset.document))
}

test('a stage, its last block and its last module are one place, named by the stage', () => {
  const places = placesOf('resnet18')
  const stage = places.find(({ instancePath }) => instancePath === 'layer1')
  expect(stage?.paths).toEqual(['layer1', 'layer1/0', 'layer1/0/act2'])
  expect(new Set(places.map(({ name }) => name)).size).toBe(places.length)
  expect(stage?.grid).toEqual({ height: 56, width: 56, prefix: 0 })
  expect(stage?.layout?.area).toMatchObject({ left: -1.5, right: 222.5 })
})

test('what is selected on the canvas is found, or else the deepest map', () => {
  const places = placesOf('resnet18')
  const nameAt = (selection: readonly string[]) => places[placeOfSelection(places, selection)]?.name
  expect(nameAt(['stem'])).toBe('stem')
  expect(nameAt(['layer2'])).toBe('layer2')
  expect(nameAt(['layer2/1/conv1'])).toBe('layer2.1.conv1')
  expect(nameAt([])).toBe('layer4')
  expect(nameAt(['head'])).toBe('head')
})

test('tokens after attention lie where their patches were cut', () => {
  const places = placesOf('vit_tiny_patch16_224')
  const block = places.find(({ instancePath }) => instancePath === 'blocks.5')
  expect(block?.grid).toEqual({ height: 14, width: 14, prefix: 1 })
  expect(block?.layout).toMatchObject({ stride: { y: 16, x: 16 }, from: 'field' })
})

test('maps that share windows lie where their positions do', () => {
  const places = placesOf('swin_tiny_patch4_window7_224')
  const stage = places.find(({ instancePath }) => instancePath === 'layers.1')
  expect(stage?.layout).toMatchObject({ stride: { y: 8, x: 8 }, from: 'field' })
})

test('maps that read everything from their first layer on are divided evenly', () => {
  const places = placesOf('caformer_s18')
  const stage = places.find(({ instancePath }) => instancePath === 'stages.3')
  expect(stage?.layout).toMatchObject({ stride: { y: 32, x: 32 }, from: 'even' })
})
