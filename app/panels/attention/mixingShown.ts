/** A mixing map: what a place of anything's output depends on, as attention would show it. */
import type { Grid, MixingAnswer, MixingSide } from '../../../engine/index'
import { type Cells, cellArea, fileStem, type MapFigure, type Mark } from '../../figure/mapFigure'
import { rangeOver } from '../../figure/ranges'
import { edgesOf } from '../../figure/regions'
import type { Asked, Direction, Normalisation } from '../../state/attentionStore'
import { formatPercent } from '../../ui/formatNumber'
import { describeAsked, fileWords, placeOf, tokenName } from './asked'
import { mostEdges } from './attentionShown'
import { normalisedRange } from './normalising'
import type { Fact, Scene, Shown } from './shown'

export interface MixingSubject {
  /** Instance path; '' for the network. */
  readonly path: string
  /** `Layer 1.0 · Pooling`. */
  readonly title: string
}

/** The cells that are drawn and asked about. */
export const gridOfSide = ({ height, width, prefix }: MixingSide): Grid => ({ height, width, prefix })

/** What is drawn of an answer: signed weights where channels stay apart, sizes of derivatives elsewhere. */
export function mixingCells({ shown, norms, weights, kind }: MixingAnswer, size: Scene['size']): Cells {
  const { prefix, height, width } = shown
  const own = norms.subarray(prefix, prefix + height * width)
  const values = (weights ?? norms).slice(prefix, prefix + height * width)
  // An estimate may miss by chance; of an exact map zero means that there is no way.
  const hasGaps = kind === 'exact' && own.includes(0)
  return {
    height,
    width,
    values,
    area: areaOf(shown, size),
    absent: hasGaps ? Uint8Array.from(own, (norm) => (norm === 0 ? 1 : 0)) : undefined,
  }
}

/** A side whose positions do not fill whole cells reaches beyond the picture by the rest. */
function areaOf({ cell, rows, columns, height, width }: MixingSide, size: Scene['size']) {
  return {
    left: 0,
    top: 0,
    right: (size.width * width * cell) / columns,
    bottom: (size.height * height * cell) / rows,
  }
}

export function mixingRange(answer: MixingAnswer, cells: Cells, normalisation: Normalisation) {
  const isSigned = answer.weights?.some((weight) => weight < 0) ?? false
  return isSigned
    ? rangeOver([cells], { isSigned: true, beyond: normalisation.isClipped ? 0.01 : 0 })
    : normalisedRange(cells, { ...normalisation, over: 'map', kept: 1 }, () => [])
}

export function mixingShown(
  subject: MixingSubject,
  answer: MixingAnswer,
  {
    asked,
    isHeld,
    direction,
    normalisation,
  }: {
    readonly asked: Asked
    readonly isHeld: boolean
    readonly direction: Direction
    readonly normalisation: Normalisation
  },
  scene: Scene,
): Shown {
  const grid = gridOfSide(answer.asked)
  const hasMap = answer.shown.height * answer.shown.width > 1
  const cells = hasMap ? mixingCells(answer, scene.size) : null
  const range = cells ? mixingRange(answer, cells, normalisation) : rangeOver([])
  const place = placeOf(asked, grid)
  const askedArea = areaOf(answer.asked, scene.size)
  const query: readonly Mark[] =
    place && grid.height * grid.width > 1
      ? [
          {
            kind: 'query',
            area: cellArea({ ...grid, area: askedArea }, place.row, place.column, scene.size),
          },
        ]
      : []
  const node = subject.path === '' ? 'network' : subject.path.replaceAll('/', '.')
  const who = describeAsked(asked, grid)
  const figure: MapFigure = {
    title: subject.title,
    caption: [
      ['Model', scene.design],
      ['Node', node],
      [direction === 'reads' ? 'Query' : 'Key', who],
      ['Shows', directionWords[direction]],
      [
        'Values',
        answer.weights ? 'weights with sign, mean over channels' : '‖∂y/∂x‖, Frobenius norm over channels',
      ],
      ['Method', methodWords(answer)],
      ...(answer.residual === 'none' ? [] : [['Residual', answer.residual] as const]),
      ['Normalisation', range.words],
      ...scene.source,
    ],
    picture: scene.picture,
    size: scene.size,
    cells,
    range,
    quantity: answer.weights ? 'weight' : '‖∂y/∂x‖',
    marks: [...(cells ? reachMarks(cells, scene.size) : []), ...query],
    fileName: fileStem(
      scene.design,
      node,
      'mixing',
      direction === 'reads' ? fileWords(asked, grid) : `readby-${fileWords(asked, grid)}`,
    ),
  }
  const capital = who.charAt(0).toUpperCase() + who.slice(1)
  const action = direction === 'reads' ? 'of the output reads the input' : 'of the input reaches the output'
  return {
    figures: [figure],
    grid,
    sentence: `${capital} ${action}. ${isHeld ? 'Held.' : 'A click holds it.'}`,
    facts: factsOf(answer),
    notes: answer.note === null ? [] : [answer.note],
  }
}

function reachMarks(cells: Cells, size: Scene['size']): readonly Mark[] {
  if (!cells.absent) return []
  const lines = edgesOf(
    cells,
    cells.absent.map((isAbsent) => 1 - isAbsent),
    size,
  )
  return lines.length <= mostEdges ? [{ kind: 'contour', lines }] : []
}

const directionWords = {
  reads: 'What one place of the output depends on.',
  readBy: 'Which places of the output depend on one place of the input.',
} as const

/** `exact, 1 gradient`, `estimate from 16 probes, ± 5 %`. */
function methodWords({ kind, probes, spread }: MixingAnswer): string {
  if (kind === 'exact') return `exact, ${probes} ${probes === 1 ? 'gradient' : 'gradients'}`
  const sure = spread === null ? '' : `, ± ${formatPercent(spread)}`
  return `estimate from ${probes} ${probes === 1 ? 'probe' : 'probes'}${sure}`
}

function factsOf(answer: MixingAnswer): readonly Fact[] {
  const { norms, shown } = answer
  const total = norms.reduce((sum, norm) => sum + norm * norm, 0)
  const cells = norms.subarray(shown.prefix, shown.prefix + shown.height * shown.width)
  const reached = cells.reduce((count, norm) => count + (norm > 0 ? 1 : 0), 0)
  return [
    { label: 'Method', value: methodWords(answer) },
    { label: 'Reaches', value: `${reached} of ${cells.length} cells` },
    ...Array.from({ length: Math.min(shown.prefix, 5) }, (_, token) => ({
      label: `On ${tokenName(token).short}`,
      value: formatPercent(total > 0 ? (norms[token] ?? 0) ** 2 / total : 0),
    })),
  ]
}
