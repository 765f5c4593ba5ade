import { ShapeError } from '../../errors'
import type { Grid, Value } from '../../graph/graph'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { resize } from '../../nn/resample'
import { autoInt, choice, flag, int } from '../../schema/schema'
import { channelsOf, isMap, mapSizes, onTokens, rankError, tokenSizes } from '../layout'
import { defineModule } from '../module'
import { pointwise } from '../pointwise'
import { fromWindows } from '../windows'

/**
 * A vector per position, added to the token there: Y = X + P with P [1, t, c], learned or of sines of rising wavelength.
 *
 * x [n, t, c] or [n, h, w, c] → the same shape. Ties the design to one input size.
 * Dosovitskiy et al. 2020, https://arxiv.org/abs/2010.11929; sines: Vaswani et al. 2017, https://arxiv.org/abs/1706.03762;
 * projected: El-Nouby et al. 2021, XCiT, https://arxiv.org/abs/2106.09681; tiled: Bolya et al. 2023, https://arxiv.org/abs/2311.05613
 */
export const positionEmbedding = defineModule({
  id: 'positionEmbedding',
  title: 'Position embedding',
  shortTitle: 'Position',
  kind: 'tensor',
  summary: 'Adds a vector to every token that says where it lies; attention alone could not tell.',
  formula: 'Y = X + P',
  paper: {
    title: 'An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale',
    authors: 'Dosovitskiy et al.',
    year: 2020,
    url: 'https://arxiv.org/abs/2010.11929',
  },
  inputs: ['x'],
  attrs: {
    positions: choice({
      label: 'Positions',
      help: 'Learned, or fixed: sines and cosines of the token’s number, or of its row and column.',
      default: 'learned',
      options: [
        { value: 'learned', label: 'Learned' },
        { value: 'sequence', label: 'Sines of the number' },
        { value: 'grid', label: 'Sines of row and column' },
        { value: 'share', label: 'Sines of the share of height and width' },
        { value: 'projected', label: 'The same, few, projected' },
      ],
    }),
    sines: int({
      label: 'Sines',
      help: 'Sines and cosines of both axes together, before they are projected.',
      default: 64,
      min: 4,
      max: 1024,
      step: 4,
      when: { field: 'positions', is: 'projected' },
    }),
    asMap: flag({
      label: 'Kept as a map',
      help: 'Whether a checkpoint holds it as rows and columns; the computation is the same.',
      default: false,
      when: { field: 'positions', is: 'learned' },
    }),
    channelsFirst: flag({
      label: 'Channels first',
      help: 'Whether a checkpoint holds the map as channels × rows × columns; the computation is the same.',
      default: false,
      when: { field: 'asMap', is: true },
    }),
    windowSize: autoInt({
      label: 'Kept by windows',
      help: 'Side of the windows, one after the other, in which a checkpoint holds a map; the computation is the same.',
      default: null,
      min: 1,
      max: 512,
      auto: 'no',
      when: { field: 'asMap', is: true },
    }),
    keptSide: autoInt({
      label: 'Side it is kept at',
      help: 'Of a square map that is brought to the size of the input, so that few weights serve maps of other sizes.',
      default: null,
      min: 1,
      max: 512,
      auto: 'as the input',
      when: { field: 'asMap', is: true },
    }),
    fit: choice({
      label: 'Brought to size',
      help: 'Interpolated, or laid side by side: then every window of the map has the same positions.',
      default: 'resized',
      options: [
        { value: 'resized', label: 'Bicubic' },
        { value: 'tiled', label: 'Tiled' },
      ],
      when: { field: 'asMap', is: true },
    }),
    asTable: flag({
      label: 'Kept as a table',
      help: 'Whether a checkpoint holds it without an axis for pictures; the computation is the same.',
      default: false,
      when: { field: 'positions', is: 'learned' },
    }),
  },

  subtitle: ({ positions }) => subtitles[positions],
  build: (b, [x], { positions, sines, asMap, asTable, ...kept }) =>
    onTokens(b, 'positionEmbedding', x, (tokens) => {
      const { t, c } = tokenSizes('positionEmbedding', tokens)
      if (positions === 'sequence') return b.add(tokens, b.table('', sinesOfNumbers(t, c), [1, t, c]))
      if (positions === 'grid') return b.add(tokens, b.table('', sinesOfPlaces(tokens), [1, t, c]))
      if (positions === 'share') return b.add(tokens, b.constant(sinesOfShares(tokens, c), [1, t, c]))
      if (positions === 'projected') return b.add(tokens, projected(b, tokens, sines))
      if (asMap && isMap(x)) return b.add(tokens, b.reshape(learnedMap(b, x, kept), [1, t, c]))
      return b.add(tokens, b.reshape(b.weight('', [...(asTable ? [] : [1]), t, c], { init }), [1, t, c]))
    }),
})

const init = { a: 0, b: 0.035 }

interface Kept {
  readonly channelsFirst: boolean
  readonly windowSize: number | null
  readonly keptSide: number | null
  readonly fit: 'resized' | 'tiled'
}

/** A vector per place of the map, from however a checkpoint keeps them: [1, h, w, c]. */
function learnedMap(b: ModuleBuilder, x: Value, { channelsFirst, windowSize, keptSide, fit }: Kept): Value {
  const { h, w, c } = mapSizes('positionEmbedding', x)
  if (windowSize !== null) {
    const count = (h * w) / windowSize ** 2
    const learned = b.weight('', [1, count, windowSize ** 2, c], { init })
    const windows = b.reshape(learned, [count, windowSize ** 2, c])
    return fromWindows(b, windows, { height: windowSize, width: windowSize }, [h, w])
  }
  const [height, width] = keptSide === null ? [h, w] : [keptSide, keptSide]
  const map = channelsFirst
    ? b.transpose(b.weight('', [1, c, height, width], { init }), [0, 2, 3, 1])
    : b.weight('', [1, height, width, c], { init })
  if (keptSide !== null && fit === 'tiled') return tiled(b, map, h, w)
  return resize(b, map, { height: h, width: w, mode: 'bicubic', antialias: true })
}

/** Bolya et al. 2023, Window Attention is Bugged, https://arxiv.org/abs/2311.05613 */
function tiled(b: ModuleBuilder, map: Value, h: number, w: number): Value {
  const { h: side, c } = mapSizes('positionEmbedding', map)
  if (h % side !== 0 || w % side !== 0) {
    throw new ShapeError(
      'ATTRIBUTE',
      `positionEmbedding: a map of ${h}×${w} does not split into tiles of ${side}×${side}; choose a side that divides both`,
      [{ what: 'side', expected: `a divisor of ${h} and ${w}`, got: `${side}` }],
    )
  }
  const tile = b.reshape(map, [1, 1, side, 1, side, c])
  return b.reshape(b.broadcast(tile, [1, h / side, side, w / side, side, c]), [1, h, w, c])
}

const subtitles = {
  learned: 'learned',
  sequence: 'sines',
  grid: 'sines of row, column',
  share: 'sines, at any size',
  projected: 'projected sines',
}

/** Positions on the grid as `count` sines, brought to the width of the tokens (XCiT). */
const projected = (b: ModuleBuilder, tokens: Value, count: number): Value =>
  b.part('encoding', () => {
    const { t, c } = tokenSizes('positionEmbedding', tokens)
    const sines = b.constant(sinesOfShares(tokens, count), [1, t, count])
    return pointwise(b, sines, { name: 'token_projection', out: c, bias: true, weights: 'conv' })
  })

/** Sine and cosine in turn, of p / 10000^(2⌊j/2⌋/c). */
const sinesOfNumbers = (count: number, width: number): number[] =>
  Array.from({ length: count * width }, (_, at) => {
    const [place, channel] = [Math.floor(at / width), at % width]
    const angle = place / 10000 ** ((2 * Math.floor(channel / 2)) / width)
    return channel % 2 === 0 ? Math.sin(angle) : Math.cos(angle)
  })

/** Half of the channels for the column and half for the row, each all sines, then all cosines (MAE). */
function sinesOfPlaces(tokens: Value): number[] {
  const quarter = channelsOf(tokens) / 4
  const sines = (place: number) => {
    const angles = Array.from({ length: quarter }, (_, i) => place / 10000 ** (i / quarter))
    return [...angles.map(Math.sin), ...angles.map(Math.cos)]
  }
  return perPlace(tokens, channelsOf(tokens), (row, column) => [...sines(column), ...sines(row)])
}

/**
 * Half of the channels for the row and half for the column, sine and cosine in turn; the angles run to 2π over the map
 * whatever its size, less a little that kept the paper's code from dividing by zero (DETR).
 */
function sinesOfShares(tokens: Value, width: number): number[] {
  const half = width / 2
  const sines = (place: number, count: number) =>
    Array.from({ length: half }, (_, i) => {
      const angle = (((place + 1) / (count + 1e-6)) * 2 * Math.PI) / 10000 ** ((2 * Math.floor(i / 2)) / half)
      return i % 2 === 0 ? Math.sin(angle) : Math.cos(angle)
    })
  return perPlace(tokens, width, (row, column, grid) => [
    ...sines(row, grid.height),
    ...sines(column, grid.width),
  ])
}

/** 0 for tokens before the grid. */
function perPlace(
  tokens: Value,
  c: number,
  sines: (row: number, column: number, grid: Grid) => readonly number[],
): number[] {
  const { t } = tokenSizes('positionEmbedding', tokens)
  const { grid } = tokens
  if (!grid) throw rankError('positionEmbedding', 'a map or tokens that lie on a grid', tokens.shape)
  if (c % 4 !== 0) {
    throw new ShapeError(
      'ATTRIBUTE',
      `positionEmbedding: ${c} channels do not split into sines and cosines of rows and columns; choose a multiple of 4`,
      [{ what: 'channels', expected: 'a multiple of 4', got: `${c}` }],
    )
  }
  return Array.from({ length: t }, (_, token) => {
    const place = token - grid.prefix
    if (place < 0) return new Array<number>(c).fill(0)
    return sines(Math.floor(place / grid.width), place % grid.width, grid)
  }).flat()
}
