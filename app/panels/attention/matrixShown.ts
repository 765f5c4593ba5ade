/** Attention without a place on the picture, between channels or learned tokens: its matrix, row is query, column is key. */
import { type AttentionLayer, attentionRow } from '../../../engine/index'
import { type Cells, cellArea, fileStem, type MapFigure } from '../../figure/mapFigure'
import type { Asked, HeadChoice } from '../../state/attentionStore'
import { formatPercent } from '../../ui/formatNumber'
import { placeOf } from './asked'
import { headIn, mapTitle, type Reading } from './attentionShown'
import type { MixerRow } from './mixerRows'
import { normalisedRange } from './normalising'
import type { Scene, Shown } from './shown'

/** All weights of one head of a window: [queries, keys]. */
export function matrixOf(layer: AttentionLayer, head: HeadChoice): Cells {
  const { queries, keys } = layer
  const values = new Float32Array(queries * keys)
  for (let query = 0; query < queries; query++) values.set(attentionRow(layer, head, query), query * keys)
  return { height: queries, width: keys, values }
}

export function matrixShown(row: MixerRow, layer: AttentionLayer, reading: Reading, scene: Scene): Shown {
  const head = headIn(reading.head, layer)
  const { queries, keys } = layer
  const grid = { height: queries, width: keys, prefix: 0 }
  const cells = matrixOf(layer, head)
  const range = normalisedRange(cells, { ...reading.normalisation, kept: 1 }, () =>
    Array.from({ length: layer.heads }, (_, index) => matrixOf(layer, index)),
  )
  const asked: Asked = reading.first ?? reading.hovered ?? { kind: 'place', y: 0, x: 0 }
  const place = placeOf(asked, grid) ?? { row: 0, column: 0 }
  const size = { height: queries, width: keys }
  const line = cellArea(grid, place.row, 0, size)
  const weight = cells.values[place.row * keys + place.column] ?? 0
  const figure: MapFigure = {
    title: mapTitle(row, head),
    caption: [
      ['Model', scene.design],
      ['Node', row.key.replaceAll('/', '.')],
      [
        'Head',
        typeof head === 'number'
          ? `${head} of ${layer.heads}, counted from 0`
          : `${head} of ${layer.heads} heads`,
      ],
      ['Shows', 'Channels by channels: row is query, column is key; softmax runs along keys.'],
      ['Normalisation', range.words],
      ...scene.source,
    ],
    picture: null,
    size,
    cells,
    range,
    quantity: 'weight',
    marks: [
      { kind: 'outline', areas: [{ ...line, right: keys }], look: 'solid' },
      { kind: 'query', area: cellArea(grid, place.row, place.column, size) },
    ],
    fileName: fileStem(
      scene.design,
      row.key.replaceAll('/', '.'),
      typeof head === 'number' ? `head${head}` : head,
      'matrix',
    ),
  }
  return {
    figures: [figure],
    grid,
    sentence: `Channels attend to channels here, so there is no map on the picture: this is the ${queries} × ${keys} matrix of weights.`,
    facts: [
      { label: 'Query', value: `channel ${place.row}` },
      { label: 'Key', value: `channel ${place.column}` },
      { label: 'Weight', value: formatPercent(weight) },
    ],
    notes: layer.scores.kind === 'absent' ? [layer.scores.reason] : [],
  }
}
