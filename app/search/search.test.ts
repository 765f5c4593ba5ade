import { beforeAll, expect, test } from 'vitest'
import { presets } from '../../engine/catalogue'
import { knownModules, loadModules } from '../state/modules'
import { moduleEntry } from './modules'
import { presetEntry } from './presets'
import { entryOf, ranked, wordsOf } from './search'

beforeAll(loadModules)

const modulesFor = (query: string) => ranked(knownModules(), query, moduleEntry).map(({ id }) => id)
const presetsFor = (query: string) => ranked(presets, query, presetEntry).map(({ id }) => id)

test('words are the same whatever their accents, case and punctuation', () => {
  expect(wordsOf('Nyström–Attention, 2021')).toEqual(['nystrom', 'attention', '2021'])
  expect(wordsOf('without softmax, no parameters')).toEqual(['no+softmax', 'no+parameters'])
})

test('a name comes before what only mentions it', () => {
  expect(modulesFor('attention')[0]).toBe('attention')
  expect(modulesFor('pool')[0]).toBe('pooling')
  expect(modulesFor('LKA')[0]).toBe('largeKernelAttention')
})

test('linear cost is what the FLOPs say', () => {
  const found = modulesFor('linear cost')
  for (const id of ['linearAttention', 'windowAttention', 'depthwiseConv', 'pooling', 'crossCovariance'])
    expect(found).toContain(id)
  for (const id of ['attention', 'spatialLinear', 'axialAttention', 'randomMixing'])
    expect(found).not.toContain(id)
  expect(modulesFor('quadratic')).toContain('attention')
  expect(modulesFor('quadratic')).not.toContain('axialAttention')
})

test('no softmax leaves out what has one', () => {
  const found = modulesFor('no softmax')
  for (const id of ['linearAttention', 'pooling', 'spatialMlp', 'fourierMixing']) expect(found).toContain(id)
  for (const id of ['attention', 'windowAttention', 'nonLocal']) expect(found).not.toContain(id)
  expect(modulesFor('softmax')).toContain('attention')
  expect(modulesFor('softmax')).not.toContain('linearAttention')
})

test('other ideas follow from the graph, too', () => {
  expect(modulesFor('no parameters')).toEqual(expect.arrayContaining(['pooling', 'fourierMixing', 'relu']))
  expect(modulesFor('no parameters')).not.toContain('depthwiseConv')
  expect(modulesFor('global')).toEqual(expect.arrayContaining(['attention', 'globalFilter']))
  expect(modulesFor('global mixer')).not.toContain('depthwiseConv')
  expect(modulesFor('local mixer')).toEqual(expect.arrayContaining(['windowAttention', 'depthwiseConv']))
  expect(modulesFor('attention-free')).not.toContain('attention')
  expect(modulesFor('attention free')).toContain('depthwiseConv')
  expect(modulesFor('frequency')).toEqual(expect.arrayContaining(['globalFilter', 'fourierMixing']))
  expect(modulesFor('data dependent')).toContain('attention')
  expect(modulesFor('data-dependent')).not.toContain('pooling')
  expect(modulesFor('fixed resolution')).toContain('spatialMlp')
  expect(modulesFor('position encoding')).toContain('windowAttention')
})

test('papers are found by author and year together', () => {
  expect(modulesFor('2022 conv')).toContain('largeKernelAttention')
  expect(presetsFor('2022 conv')).toContain('convnext_tiny')
  expect(presetsFor('2022 conv')).not.toContain('resnet50')
  expect(presetsFor('liu swin')[0]).toMatch(/^swin_/)
  expect(
    presetsFor('liu swin')
      .slice(0, 4)
      .every((id) => id.startsWith('swin')),
  ).toBe(true)
})

test('designs are found by what they are made of', () => {
  expect(presetsFor('no softmax')).toContain('mixer_b16_224')
  expect(presetsFor('no softmax')).not.toContain('deit_small_patch16_224')
  expect(presetsFor('linear cost')).toContain('swin_tiny_patch4_window7_224')
  expect(presetsFor('Cross-covariance')).toEqual(
    ranked(presets, 'cross covariance', presetEntry).map(({ id }) => id),
  )
})

test('every word must be found', () => {
  const entry = () => entryOf([{ weight: 1, texts: ['depthwise convolution'] }])
  expect(ranked(['one'], 'depth conv', entry)).toEqual(['one'])
  expect(ranked(['one'], 'depth attention', entry)).toEqual([])
  expect(ranked(['one'], '  ', entry)).toEqual(['one'])
})
