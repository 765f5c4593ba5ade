import { expect, test } from 'vitest'
import { type AttentionLayer, analyze, replaceModule } from '../../../engine/index'
import { presetDocument } from '../../testing/presetDocument'
import { mapsThatStay, mixerRows } from './mixerRows'

const design = presetDocument('caformer_s18')
const caformer = analyze(design)
const nowhere = {
  map: { height: 14, width: 14, prefix: 0 },
  count: 0,
  sets: new Int32Array(),
  starts: new Int32Array(1),
  members: new Int32Array(),
  centres: new Int32Array(),
}
const mapAt = (path: string, name = ''): AttentionLayer => ({
  path,
  name,
  kind: 'tokens',
  windows: 1,
  heads: 1,
  queries: 0,
  keys: 0,
  queryPlaces: nowhere,
  keyPlaces: nowhere,
  scores: { kind: 'absent', reason: 'A test.' },
  followsMap: false,
  mixes: true,
  isChained: true,
})

test('every mixer has a row in the order of the forward pass, with attention or without', () => {
  const map = mapAt('stages.2/blocks.0/token_mixer')
  const rows = mixerRows(caformer, [map])
  expect(rows.map(({ name }) => name).slice(0, 8)).toEqual([
    '1.0',
    '1.1',
    '1.2',
    '2.0',
    '2.1',
    '2.2',
    '3.0',
    '3.1',
  ])
  expect(rows).toHaveLength(18)
  expect(rows[0]).toMatchObject({ title: 'Separable convolution', map: null })
  expect(rows[6]?.map).toBe(map)
})

test('a mixer with several maps has a row for each', () => {
  const path = 'stages.2/blocks.0/token_mixer'
  const rows = mixerRows(caformer, [mapAt(path, 'height'), mapAt(path, 'width')])
  expect(rows.filter((row) => row.path === path).map(({ key, name }) => [key, name])).toEqual([
    [`${path}#height`, '3.0 height'],
    [`${path}#width`, '3.0 width'],
  ])
})

test('the map of a mixer that was replaced is not shown for its successor', () => {
  const replaced = analyze(replaceModule(design, ['stages.3', 'blocks.0', 'token_mixer'], 'pooling'))
  const maps = [mapAt('stages.2/blocks.0/token_mixer'), mapAt('stages.3/blocks.0/token_mixer')]
  expect(mapsThatStay(maps, caformer, replaced)).toEqual([maps[0]])
})
