/** The maps of an attention: one question's answer, or two and their difference. */
import type { AttentionLayer, Grid } from '../../../engine/index'
import type { Figures } from '../../figure/exports'
import { type Cells, cellArea, fileStem, type MapFigure, type Mark } from '../../figure/mapFigure'
import { rangeOver } from '../../figure/ranges'
import { edgesOf } from '../../figure/regions'
import type { Asked, AttentionChoice, HeadChoice } from '../../state/attentionStore'
import { formatPercent } from '../../ui/formatNumber'
import { describeAsked, fileWords, placeOf, tokenName, usualAsked } from './asked'
import { answerPlaces, askedPlaces, type HeadMap, headMap } from './headMaps'
import type { MixerRow } from './mixerRows'
import { normalisedRange } from './normalising'
import type { Fact, Scene, Shown } from './shown'

export type Reading = Pick<
  AttentionChoice,
  'head' | 'hovered' | 'first' | 'second' | 'compared' | 'direction' | 'normalisation'
>

export const mapTitle = (row: MixerRow, head: HeadChoice): string => `Layer ${row.name} · ${headWords(head)}`

const headWords = (head: HeadChoice): string =>
  typeof head === 'number' ? `head ${head}` : `${head} of heads`

/** A head that the layer has. */
export const headIn = (head: HeadChoice, { heads }: AttentionLayer): HeadChoice =>
  typeof head === 'number' ? Math.min(head, heads - 1) : head

export function attentionShown(
  row: MixerRow,
  layer: AttentionLayer,
  rows: readonly MixerRow[],
  reading: Reading,
  scene: Scene,
): Shown {
  const { first, second, hovered, compared, direction } = reading
  const { map: grid } = askedPlaces(layer, direction)
  const context: Context = { row, layer, rows, reading, scene, grid }
  const asked = first ?? hovered ?? usualAsked(grid)
  const one = answerTo(context, asked)
  if (first === null || second === null) {
    return {
      figures: [one.figure],
      allHeads: () => allHeads(context, asked),
      grid,
      sentence: sentenceOf(context, one, first !== null),
      facts: one.map ? factsOf(context, one.map) : [],
      notes: notesOf(context, one.map),
    }
  }
  const other = answerTo(context, second)
  const difference = differenceOf(context, one, other)
  const order =
    compared === 'first'
      ? [one.figure, other.figure]
      : compared === 'second'
        ? [other.figure, one.figure]
        : []
  const [shown = difference, ...rest] = order
  return {
    figures: order.length > 0 ? [shown, ...rest, difference] : [difference, one.figure, other.figure],
    grid,
    sentence: `${capital(describeAsked(first, grid))} against ${describeAsked(second, grid)}. Escape lets go of the second.`,
    facts: one.map && other.map ? comparedFacts(one.map, other.map) : [],
    notes: notesOf(context, one.map),
  }
}

interface Context {
  readonly row: MixerRow
  readonly layer: AttentionLayer
  readonly rows: readonly MixerRow[]
  readonly reading: Reading
  readonly scene: Scene
  /** Of what is asked about. */
  readonly grid: Grid
}

function allHeads(context: Context, asked: Asked): Figures {
  const of = (head: number) => answerTo({ ...context, reading: { ...context.reading, head } }, asked).figure
  return [of(0), ...Array.from({ length: context.layer.heads - 1 }, (_, index) => of(index + 1))]
}

interface Answered {
  readonly asked: Asked
  readonly map: HeadMap | null
  readonly figure: MapFigure
}

function answerTo(context: Context, asked: Asked): Answered {
  const { layer, reading, scene, rows, row, grid } = context
  const { direction, normalisation } = reading
  const head = headIn(reading.head, layer)
  const question = { asked, direction, kept: normalisation.kept }
  const map = headMap(layer, head, question, scene.size)
  const peers = (over: 'layer' | 'all') =>
    (over === 'layer'
      ? [layer]
      : rows.flatMap(({ map: each }) => (each?.kind === 'tokens' ? [each] : []))
    ).flatMap((each) =>
      Array.from({ length: each.heads }, (_, index) => headMap(each, index, question, scene.size)).flatMap(
        (found): Cells[] => (found ? [found.cells] : []),
      ),
    )
  const range = map ? normalisedRange(map.cells, normalisation, peers) : rangeOver([])
  const figure: MapFigure = {
    title: mapTitle(row, head),
    caption: captionOf(context, describeAsked(asked, grid), range.words),
    picture: scene.picture,
    size: scene.size,
    cells: map?.cells ?? null,
    range,
    quantity: 'weight',
    marks: [...windowMarks(map, scene.size), ...queryMark(asked, grid, scene.size, false)],
    fileName: nameOf(context, fileWords(asked, grid)),
  }
  return { asked, map, figure }
}

/** Lines beyond these are a scatter that the hatch shows better. */
export const mostEdges = 240

function windowMarks(map: HeadMap | null, size: Scene['size']): readonly Mark[] {
  if (!map?.window) return []
  const lines = edgesOf(map.cells, map.window, size)
  return lines.length <= mostEdges ? [{ kind: 'contour', lines }] : []
}

export function queryMark(asked: Asked, grid: Grid, size: Scene['size'], isSecond: boolean): readonly Mark[] {
  const place = placeOf(asked, grid)
  return place ? [{ kind: 'query', area: cellArea(grid, place.row, place.column, size), isSecond }] : []
}

function differenceOf(context: Context, one: Answered, other: Answered): MapFigure {
  const { scene, grid } = context
  const cells = one.map && other.map ? subtracted(one.map.cells, other.map.cells) : null
  const words = `${describeAsked(one.asked, grid)} minus ${describeAsked(other.asked, grid)}`
  const range = rangeOver(cells ? [cells] : [], { isSigned: true })
  return {
    ...one.figure,
    title: `${one.figure.title} · difference`,
    caption: captionOf(context, words, range.words),
    cells,
    range,
    quantity: 'difference',
    marks: [
      ...queryMark(one.asked, grid, scene.size, false),
      ...queryMark(other.asked, grid, scene.size, true),
    ],
    fileName: nameOf(context, `${fileWords(one.asked, grid)}-minus-${fileWords(other.asked, grid)}`),
  }
}

/** What one query alone cannot read counts as nothing; hatched is what neither can. */
function subtracted(one: Cells, other: Cells): Cells {
  return {
    height: one.height,
    width: one.width,
    values: one.values.map((value, at) => value - (other.values[at] ?? 0)),
    absent:
      one.absent && other.absent
        ? one.absent.map((isAbsent, at) => isAbsent * (other.absent?.[at] ?? 0))
        : undefined,
  }
}

const nameOf = ({ scene, row, layer, reading }: Context, query: string): string => {
  const head = headIn(reading.head, layer)
  return fileStem(
    scene.design,
    row.key.replaceAll('/', '.'),
    typeof head === 'number' ? `head${head}` : head,
    reading.direction === 'reads' ? query : `readby-${query}`,
  )
}

const captionOf = (
  { row, layer, reading, scene }: Context,
  query: string,
  normalisation: string,
): MapFigure['caption'] => [
  ['Model', scene.design],
  ['Node', row.key.replaceAll('/', '.')],
  ['Head', headCaption(headIn(reading.head, layer), layer)],
  [reading.direction === 'reads' ? 'Query' : 'Key', query],
  ['Shows', directionWords[reading.direction]],
  ['Normalisation', normalisation],
  ...scene.source,
]

const headCaption = (head: HeadChoice, { heads }: AttentionLayer): string =>
  typeof head === 'number' ? `${head} of ${heads}, counted from 0` : `${head} of ${heads} heads`

export const directionWords = {
  reads: 'Row is query, column is key; softmax runs along keys.',
  readBy: 'One column: the weight with which each query reads this key. A column has no fixed sum.',
} as const

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

function sentenceOf({ layer, reading, grid }: Context, { asked, map }: Answered, isHeld: boolean): string {
  const who = capital(describeAsked(asked, grid))
  const held = isHeld ? 'Held; Alt+click compares.' : 'A click holds it.'
  if (!map)
    return reading.direction === 'reads'
      ? `${who} asks nothing here. ${held}`
      : `${who} is read by nothing here. ${held}`
  const { map: answers } = answerPlaces(layer, reading.direction)
  const all = answers.height * answers.width
  const reached = map.cells.absent ? all - map.cells.absent.reduce((sum, each) => sum + each, 0) : all
  const size = `${answers.height} × ${answers.width}`
  const where = reached === all ? `the ${size} map` : `${reached} of ${size} cells`
  return reading.direction === 'reads'
    ? `${who} (query) reads ${where} (keys). ${held}`
    : `${who} (key) is read by ${where} (queries). ${held}`
}

function factsOf({ layer, reading }: Context, map: HeadMap): readonly Fact[] {
  const { statistics, top, extras, padding } = map
  // Max and min over heads are no distributions.
  const isRow = reading.head !== 'max' && reading.head !== 'min'
  return [
    ...(statistics && isRow
      ? [
          {
            label: 'Mean distance',
            value: statistics.distance === null ? 'has no place' : `${statistics.distance.toFixed(0)} px`,
          },
          {
            label: 'Entropy',
            value: `${statistics.entropy.toFixed(2)} of ${Math.log(layer.keys).toFixed(2)} nats`,
          },
        ]
      : []),
    { label: 'Top weight', value: formatPercent(top) },
    ...[...extras].map((weight, token) => ({
      label: `On ${tokenName(token).short}`,
      value: formatPercent(weight),
    })),
    ...(padding > 0 ? [{ label: 'On padding', value: formatPercent(padding) }] : []),
  ]
}

function comparedFacts(one: HeadMap, other: HeadMap): readonly Fact[] {
  let overlap = 0
  one.cells.values.forEach((value, at) => {
    overlap += Math.min(value, other.cells.values[at] ?? 0)
  })
  return [
    { label: 'Top weights', value: `${formatPercent(one.top)} and ${formatPercent(other.top)}` },
    { label: 'Shared mass', value: formatPercent(overlap) },
  ]
}

function notesOf({ layer }: Context, map: HeadMap | null): readonly string[] {
  const { scores } = layer
  if (scores.kind === 'absent') return [scores.reason]
  return map ? [] : ['Nothing to draw for this token.']
}
