/** What the modes of the panel draw, as figures: plain data, made from the answer of the worker. */
import { type FeaturesAnswer, scoreColours, scoreRanges, tokenSimilarity } from '../../../engine/index'
import { type CaptionLine, cellArea, fileStem, type MapFigure, type Raster } from '../../figure/mapFigure'
import { rangeOver, type ValueRange } from '../../figure/ranges'
import { formatPercent } from '../../ui/formatNumber'
import { strideWords } from './cellLayout'
import type { FeaturePlace } from './featurePlaces'
import { cellsOf, colourCellsOf, type Frame, placeOfToken, type TokenOf, tokenWords } from './frame'

/** An answer with all that a caption says about it. */
export interface Shown {
  readonly design: string
  readonly place: FeaturePlace
  readonly answer: FeaturesAnswer
  readonly frame: Frame
  /** In the order of the maps. */
  readonly pictures: readonly { readonly name: string; readonly view: Raster | null }[]
  readonly hasRealWeights: boolean
}

const linear = { scale: { kind: 'linear' }, isSigned: false, isClipped: false } as const

/** One channel at every position of one picture. */
export const channelValues = ({ answer }: Shown, picture: number, channel: number): Float32Array => {
  const kept = Math.ceil(answer.channels / answer.every)
  const values = answer.maps[picture]?.values ?? new Float32Array()
  return Float32Array.from(
    { length: answer.positions },
    (_, position) => values[position * kept + channel / answer.every] ?? 0,
  )
}

/** `isOneRange`: between the percentiles 1 and 99 of all channels; otherwise from this channel's lowest to its highest. */
export function channelRange(shown: Shown, channel: number, isOneRange: boolean): ValueRange {
  if (isOneRange)
    return { ...linear, ...wholeRange(shown), isClipped: true, words: 'all channels, percentiles 1 to 99' }
  const cells = shown.answer.maps.map((_, picture) =>
    cellsOf(shown.frame, channelValues(shown, picture, channel)),
  )
  return rangeOver(cells, { over: overPictures(shown, 'per channel') })
}

const wholeRanges = new WeakMap<FeaturesAnswer, { readonly low: number; readonly high: number }>()
const mostSamples = 50_000

function wholeRange({ answer }: Shown): { readonly low: number; readonly high: number } {
  let range = wholeRanges.get(answer)
  if (!range) {
    const count = answer.maps.reduce((sum, { values }) => sum + values.length, 0)
    // A step that is not a multiple of anything takes all channels in turn.
    const step = Math.max(1, 2 * Math.floor(count / mostSamples / 2) + 1)
    const sample = answer.maps.flatMap(({ values }) => [...values].filter((_, at) => at % step === 0))
    const sorted = Float64Array.from(sample).sort()
    const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0
    range = { low: at(0.01), high: at(0.99) }
    wholeRanges.set(answer, range)
  }
  return range
}

export function channelFigure(shown: Shown, picture: number, channel: number, range: ValueRange): MapFigure {
  const { summary } = shown.answer
  return {
    ...base(shown, picture, `channel${channel}`),
    title: `Channel ${channel}`,
    caption: caption(shown, picture, [
      ['Channel', `${channel} of ${shown.answer.channels}`],
      [
        'Mean, deviation',
        `${(summary.mean[channel] ?? 0).toPrecision(3)}, ${(summary.deviation[channel] ?? 0).toPrecision(3)}`,
      ],
      ['Normalisation', range.words],
    ]),
    cells: cellsOf(shown.frame, channelValues(shown, picture, channel)),
    range,
    quantity: 'activation',
  }
}

/** Shares of the scores beyond which colours do not go on changing. */
const clippedShare = 0.01

export interface ColourRange {
  readonly low: number
  readonly high: number
  readonly explained: number
}

/** Of the first three components, over all pictures. */
export function componentRanges({ answer: { components } }: Shown): readonly ColourRange[] {
  if (!components) return []
  const { scores, isUsed, explained } = components
  const parts = scores.map((each, index) => ({ scores: each, isUsed: isUsed[index] ?? new Uint8Array() }))
  return scoreRanges(parts, explained.length, clippedShare).map((range, axis) => ({
    ...range,
    explained: explained[axis] ?? 0,
  }))
}

/** Three components as red, green and blue; or one of them with its sign. */
export function componentFigure(
  shown: Shown,
  picture: number,
  ranges: readonly ColourRange[],
  component: number | null,
  sideWords: string,
): MapFigure {
  const { components } = shown.answer
  const isUsed = components?.isUsed[picture] ?? new Uint8Array()
  const scores = components?.scores[picture] ?? new Float32Array()
  const explained: CaptionLine = [
    'Variance explained',
    ranges.map((each) => formatPercent(each.explained)).join(', '),
  ]
  const fitted: CaptionLine = [
    'Fitted on',
    `${sideWords}${overPictures(shown, '') === '' ? '' : ', all pictures together'}`,
  ]
  const axes = ranges.length
  if (component === null || component >= axes) {
    return {
      ...base(shown, picture, 'components'),
      title: 'Principal components 1 to 3',
      caption: caption(shown, picture, [
        ['Red, green, blue', 'principal components 1, 2 and 3 of the tokens, centred'],
        explained,
        fitted,
        ['Normalisation', 'each component between its percentiles 1 and 99'],
      ]),
      cells: colourCellsOf(shown.frame, scoreColours(scores, ranges), isUsed),
      range: { ...linear, low: 0, high: 1, words: 'each component between its percentiles 1 and 99' },
      quantity: 'colour',
    }
  }
  const cellsFor = (of: number) =>
    cellsOf(
      shown.frame,
      every(components?.scores[of] ?? new Float32Array(), axes, component),
      components?.isUsed[of] ?? null,
    )
  const range = rangeOver(
    shown.answer.maps.map((_, of) => cellsFor(of)),
    {
      isSigned: true,
      over: overPictures(shown, 'per map'),
    },
  )
  return {
    ...base(shown, picture, `component${component + 1}`),
    title: `Principal component ${component + 1}`,
    caption: caption(shown, picture, [explained, fitted, ['Normalisation', range.words]]),
    cells: cellsFor(picture),
    range,
    quantity: 'score',
  }
}

const every = (values: Float32Array, step: number, first: number): Float32Array =>
  Float32Array.from({ length: values.length / step }, (_, index) => values[index * step + first] ?? 0)

/** A patch is an outlier when it is so many times as long as the median patch. */
export const outlierFactor = 3

/** Lengths of the patches of all pictures, class tokens left out. */
export const patchNorms = ({ answer, frame }: Shown): readonly Float32Array[] =>
  answer.maps.map(({ norms }) => norms.subarray(frame.prefix))

export function medianOf(values: readonly Float32Array[]): number {
  const sorted = Float64Array.from(values.flatMap((each) => [...each])).sort()
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

export function normFigure(shown: Shown, picture: number, isClipped: boolean): MapFigure {
  const { frame, answer } = shown
  const all = answer.maps.map(({ norms }) => cellsOf(frame, norms))
  const range = rangeOver(all, { beyond: isClipped ? 0.01 : 0, over: overPictures(shown, 'per map') })
  const limit = outlierFactor * medianOf(patchNorms(shown))
  const cells = all[picture]
  const outliers = [...(cells?.values ?? [])].flatMap((norm, cell) => (norm > limit ? [cell] : []))
  return {
    ...base(shown, picture, 'norms'),
    title: 'Norms of tokens',
    caption: caption(shown, picture, [
      ['Norm', `Euclidean length over ${answer.channels} channels`],
      ['Outliers', `${outliers.length} over ${outlierFactor} × the median, outlined`],
      ['Normalisation', range.words],
    ]),
    cells: cells ?? null,
    range,
    quantity: 'norm',
    marks:
      outliers.length === 0
        ? []
        : [
            {
              kind: 'outline',
              look: 'solid',
              areas: outliers.map((cell) => cellOnPicture(frame, cell + frame.prefix)),
            },
          ],
  }
}

/** Cosine of one token of one picture with all tokens of each picture: [positions] per picture. */
export function similarities({ answer }: Shown, { picture, token }: TokenOf): readonly Float32Array[] {
  const kept = Math.ceil(answer.channels / answer.every)
  const query = answer.maps[picture]?.values.subarray(token * kept, (token + 1) * kept) ?? new Float32Array()
  return answer.maps.map(({ values }) => tokenSimilarity(values, query))
}

export function similarityRange(
  shown: Shown,
  cosines: readonly Float32Array[],
  isWhole: boolean,
): ValueRange {
  if (isWhole) return { ...linear, low: -1, high: 1, isSigned: true, words: 'from −1 to 1, linear' }
  return rangeOver(
    cosines.map((values) => cellsOf(shown.frame, values)),
    { over: overPictures(shown, 'per query') },
  )
}

export function similarityFigure(
  shown: Shown,
  picture: number,
  query: TokenOf,
  cosines: readonly Float32Array[],
  range: ValueRange,
): MapFigure {
  const { frame, answer } = shown
  const isHere = query.picture === picture && placeOfToken(frame, query.token) !== null
  const elsewhere =
    query.picture === picture ? '' : ` of ${shown.pictures[query.picture]?.name ?? 'another picture'}`
  const words = tokenWords(frame, query.token)
  return {
    ...base(shown, picture, `similarity-${words.replaceAll(/[^\w]+/g, '')}`),
    title: `Similarity to ${words}${elsewhere}`,
    caption: caption(shown, picture, [
      ['Query', `${words}${elsewhere}`],
      [
        'Similarity',
        `cosine over ${answer.every === 1 ? answer.channels : `every ${nth(answer.every)} of ${answer.channels}`} channels`,
      ],
      ['Normalisation', range.words],
    ]),
    cells: cellsOf(frame, cosines[picture] ?? []),
    range,
    quantity: 'cosine',
    marks: isHere ? [{ kind: 'query', area: cellOnPicture(frame, query.token) }] : [],
  }
}

export const nth = (every: number): string => (every === 2 ? '2nd' : every === 3 ? '3rd' : `${every}th`)

/** What lies outside of the picture is not drawn. */
function cellOnPicture(frame: Frame, token: number) {
  const { row, column } = placeOfToken(frame, token) ?? { row: 0, column: 0 }
  const { left, top, right, bottom } = cellArea(frame, row, column, frame.size)
  return {
    left: Math.max(0, left),
    top: Math.max(0, top),
    right: Math.min(frame.size.width, right),
    bottom: Math.min(frame.size.height, bottom),
  }
}

const overPictures = ({ answer }: Shown, single: string): string =>
  answer.maps.length > 1 ? `${single === '' ? '' : `${single}, `}over ${answer.maps.length} pictures` : single

function base({ design, place, frame, pictures }: Shown, picture: number, what: string) {
  const { name = '', view = null } = pictures[picture] ?? {}
  return {
    picture: frame.isOnPicture ? view : null,
    size: frame.size,
    marks: [],
    fileName: fileStem(design, place.name, what, pictures.length > 1 ? name : ''),
  }
}

/** The lines of every mode around its own. */
function caption(shown: Shown, picture: number, own: readonly CaptionLine[]): readonly CaptionLine[] {
  const { design, place, frame, pictures, hasRealWeights } = shown
  return [
    ['Model', design],
    ['Node', place.name],
    ['Map', mapWords(shown)],
    ...own,
    ['Cells', cellWords(place, frame)],
    ['Weights', hasRealWeights ? 'loaded from a file' : 'procedural'],
    ['Picture', pictures[picture]?.name ?? 'none'],
  ]
}

/** `14 × 14 + 1 tokens × 192 channels`. */
export function mapWords({ answer, frame }: Shown): string {
  const positions = frame.isOnPicture
    ? `${frame.height} × ${frame.width}${frame.prefix > 0 ? ` + ${frame.prefix}` : ''}`
    : `${answer.positions} tokens`
  return `${positions} × ${answer.channels} channels`
}

/** How far apart cells are, and why they lie where they do. */
export function cellWords({ layout }: FeaturePlace, frame: Frame): string {
  if (!layout || !frame.isOnPicture) return 'no place on the picture: tokens in their order'
  return layout.from === 'field'
    ? `${strideWords(layout)} apart, around the middle of what each reads`
    : `${strideWords(layout)} apart: the picture divided evenly`
}
