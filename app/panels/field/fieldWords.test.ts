import { expect, test } from 'vitest'
import { findPreset } from '../../../engine/catalogue'
import { analyze } from '../../../engine/index'
import { type Depth, depthsOf } from './depths'
import { describeField, fieldNotes, reachText, sizeText, startText, strideText } from './fieldWords'

/** The last layer inside. */
function depthAt(preset: string, place: string): Depth {
  const found = findPreset(preset)
  if (!found) throw new Error(`there is no preset ${preset}`)
  const depth = depthsOf(analyze(found.document)).findLast(
    ({ instancePath }) => instancePath === place || instancePath.startsWith(`${place}/`),
  )
  if (!depth) throw new Error(`${preset} has no ${place}`)
  return depth
}

test('a local field is told unclipped, with a true minus', () => {
  const depth = depthAt('resnet18', 'layer1')
  expect(describeField(depth.field)).toBe('43 × 43 px, stride 4 px')
  expect([sizeText, strideText, startText, reachText].map((text) => text(depth.field))).toEqual([
    '43 × 43 px',
    '4 px',
    '−21 px',
    '',
  ])
  expect(fieldNotes(depth)).toEqual(['Exact on the graph: what lies outside cannot change the output.'])
})

test('global by attention, and global only through squeeze-excite, are told apart', () => {
  const attention = depthAt('vit_tiny_patch16_224', 'blocks.0')
  expect(describeField(attention.field)).toBe('global (attention)')
  expect(fieldNotes(attention)).toEqual(['Every position reads the whole picture.'])
  const gate = depthAt('seresnext26d_32x4d', 'layer1/0')
  expect(sizeText(gate.field)).toBe('23 × 23 px')
  expect(reachText(gate.field)).toBe('through squeeze-excite')
  expect(fieldNotes(gate)[1]).toBe(
    'Global only through squeeze-excite gates over the pooled map: they scale whole channels and are left out of these bounds.',
  )
  expect(reachText(depthAt('poolformer_s12', 'stages.0/blocks.0').field)).toBe(
    'through statistics of groupNorm',
  )
})

test('global along one side only says so', () => {
  const { field } = depthAt('resnet18', 'layer1')
  const rows = { ...field, x: { ...field.x, size: Number.POSITIVE_INFINITY, global: 'attention' } }
  expect(describeField(rows)).toBe('43 px high, global in width (attention)')
  expect(sizeText(rows)).toBe('43 × all px')
  expect(reachText(rows)).toBe('attention in width')
})

test('paths that meet off centre are named where they meet and after it', () => {
  expect(fieldNotes(depthAt('seresnext26d_32x4d', 'layer2/0/add')).at(-1)).toBe(
    'The paths that meet here are centred 2 px apart.',
  )
  expect(fieldNotes(depthAt('seresnext26d_32x4d', 'layer3/1')).at(-1)).toBe(
    'The paths that meet in layer3.0.add are centred 4 px apart; so are those of 1 earlier merge.',
  )
})
