import { expect, test } from 'vitest'
import type { FeaturesAnswer } from '../../../engine/index'
import { numberRows } from '../../figure/numbers'
import {
  channelFigure,
  channelRange,
  componentFigure,
  componentRanges,
  normFigure,
  type Shown,
  similarities,
  similarityFigure,
  similarityRange,
} from './featureFigures'
import type { FeaturePlace } from './featurePlaces'
import { frameOf } from './frame'

const place: FeaturePlace = {
  instancePath: 'blocks.0',
  name: 'blocks.0',
  paths: ['blocks.0'],
  shape: [1, 5, 2],
  grid: { height: 2, width: 2, prefix: 1 },
  layout: {
    area: { left: -2, top: -2, right: 6, bottom: 6 },
    stride: { y: 4, x: 4 },
    from: 'field',
  },
}

/** A class token, then four patches of two channels, on two pictures. */
const first = Float32Array.from([30, 40, 3, 4, 0, 1, -3, -4, 4, -3])
const second = Float32Array.from([0, 0, 1, 0, 2, 0, 60, 80, 0, 1])
const norms = (values: Float32Array) =>
  Float32Array.from({ length: 5 }, (_, token) =>
    Math.hypot(values[2 * token] ?? 0, values[2 * token + 1] ?? 0),
  )

const answer: FeaturesAnswer = {
  maps: [first, second].map((values) => ({ values, norms: norms(values) })),
  grid: place.grid,
  positions: 5,
  channels: 2,
  every: 1,
  summary: {
    mean: new Float32Array(2),
    deviation: new Float32Array(2),
    meanSize: new Float32Array(2),
    smallest: Float32Array.from([-3, -4]),
    largest: Float32Array.from([60, 80]),
    zeros: new Float32Array(2),
  },
  components: {
    explained: [0.75, 0.25],
    scores: [
      Float32Array.from([9, 9, 0, 4, 1, 3, 2, 2, 3, 1]),
      Float32Array.from([9, 9, 4, 0, 4, 0, 4, 0, 4, 0]),
    ],
    isUsed: [Uint8Array.from([0, 1, 1, 0, 1]), Uint8Array.from([0, 1, 1, 1, 1])],
  },
}

const shown: Shown = {
  design: 'ViT',
  place,
  answer,
  frame: frameOf(place, 5, { height: 8, width: 8 }),
  pictures: [
    { name: 'Cat', view: null },
    { name: 'Dog', view: null },
  ],
  hasRealWeights: false,
}

test('a channel is drawn where its cells lie, without class tokens, in one range for all pictures', () => {
  const range = channelRange(shown, 1, false)
  expect([range.low, range.high]).toEqual([-4, 80])
  const figure = channelFigure(shown, 0, 1, range)
  expect(figure.cells?.area).toEqual(place.layout?.area)
  expect([...(figure.cells?.values ?? [])]).toEqual([4, 1, -4, -3])
  expect(figure.caption).toContainEqual(['Cells', '4 px apart, around the middle of what each reads'])
  expect(figure.caption).toContainEqual(['Weights', 'procedural'])
  expect(figure.fileName).toBe('ViT-blocks.0-channel1-Cat')
})

test('components are colours in ranges over all pictures; tokens beyond the foreground are absent', () => {
  const ranges = componentRanges(shown)
  expect(ranges.map(({ explained }) => explained)).toEqual([0.75, 0.25])
  expect(ranges[0]?.low).toBeCloseTo(0.06, 5)
  expect(ranges[0]?.high).toBe(4)
  const { cells } = componentFigure(shown, 0, ranges, null, 'foreground')
  const rows = cells ? numberRows(cells) : []
  expect(rows).toHaveLength(4)
  expect(rows[0]?.values?.[0]).toBe(0)
  // A third component that is not there lies in the middle.
  expect(rows[0]?.values?.[2]).toBe(0.5)
  expect(rows[2]?.values).toBeNull()
  const one = componentFigure(shown, 0, ranges, 1, 'foreground')
  expect(one.title).toBe('Principal component 2')
  expect([one.range.low, one.range.high]).toEqual([-4, 4])
  expect([...(one.cells?.values ?? [])]).toEqual([4, 3, 2, 1])
})

test('norms outline outliers and can be clipped', () => {
  // Patches are 5, 1, 5, 5 and 1, 2, 100, 1 long: the median is 5 or 2.
  const figure = normFigure(shown, 1, false)
  expect([...(figure.cells?.values ?? [])]).toEqual([1, 2, 100, 1])
  expect(figure.range.high).toBe(100)
  expect(figure.marks).toEqual([
    { kind: 'outline', look: 'solid', areas: [{ left: 0, top: 2, right: 2, bottom: 6 }] },
  ])
  expect(normFigure(shown, 0, false).marks).toEqual([])
})

test('similarity goes from one token to all tokens of all pictures', () => {
  const query = { picture: 0, token: 1 }
  const cosines = similarities(shown, query)
  expect(cosines[0]?.[3]).toBeCloseTo(-1, 6)
  expect(cosines[0]?.[4]).toBeCloseTo(0, 6)
  expect(cosines[1]?.[3]).toBeCloseTo(1, 6)
  expect(similarityRange(shown, cosines, true)).toMatchObject({ low: -1, high: 1, isSigned: true })
  const range = similarityRange(shown, cosines, false)
  const here = similarityFigure(shown, 0, query, cosines, range)
  expect(here.title).toBe('Similarity to row 0, column 0')
  expect(here.marks).toEqual([{ kind: 'query', area: { left: 0, top: 0, right: 2, bottom: 2 } }])
  const there = similarityFigure(shown, 1, query, cosines, range)
  expect(there.title).toBe('Similarity to row 0, column 0 of Cat')
  expect(there.marks).toEqual([])
})

test('tokens without a place are set in lines, and what is left over is absent', () => {
  const frame = frameOf({ ...place, grid: null, layout: null }, 5, { height: 8, width: 8 })
  expect(frame).toMatchObject({ height: 2, width: 3, prefix: 0, isOnPicture: false })
  const figure = channelFigure({ ...shown, frame }, 0, 0, channelRange({ ...shown, frame }, 0, false))
  expect([...(figure.cells?.absent ?? [])]).toEqual([0, 0, 0, 0, 0, 1])
  expect(figure.picture).toBeNull()
})
