/** Attention through many layers: what one token of the last gathered from the first. */
import { type Grid, type Rollout as RolloutAnswer, rollout } from '../../../engine/index'
import { type Cells, fileStem, type MapFigure } from '../../figure/mapFigure'
import { rangeOver } from '../../figure/ranges'
import type { Asked, Normalisation, Rollout } from '../../state/attentionStore'
import { formatPercent } from '../../ui/formatNumber'
import { describeAsked, fileWords, tokenName, tokenOf } from './asked'
import { capital, queryMark } from './attentionShown'
import type { MixerRow } from './mixerRows'
import { normalisedRange } from './normalising'
import type { Fact, Scene, Shown } from './shown'

/** Rows with attention up to the chosen one, in order. */
export const rowsUpTo = (rows: readonly MixerRow[], row: MixerRow): readonly MixerRow[] =>
  rows.slice(0, rows.indexOf(row) + 1).filter(({ map }) => map !== null)

interface RolloutQuestion {
  readonly asked: Asked
  readonly isHeld: boolean
  readonly options: Rollout
  readonly normalisation: Normalisation
}

export function rolloutShown(
  rows: readonly MixerRow[],
  grid: Grid,
  { asked, isHeld, options, normalisation }: RolloutQuestion,
  scene: Scene,
): Shown {
  const first = rows[Math.min(options.start, rows.length - 1)]
  const last = rows.at(-1)
  const answer = rollout(
    rows.flatMap(({ map }) => map ?? []),
    {
      token: tokenOf(asked, grid),
      start: Math.min(options.start, rows.length - 1),
      fusion: options.merge,
      discard: options.discard,
    },
  )
  const who = describeAsked(asked, grid)
  const cells = answer.kind === 'rollout' ? cellsOf(answer) : null
  const range = cells
    ? normalisedRange(cells, { ...normalisation, over: 'map', kept: 1 }, () => [])
    : rangeOver([])
  const span = `layers ${first?.name} to ${last?.name}`
  const figure: MapFigure = {
    title: `Rollout · ${span}`,
    caption: [
      ['Model', scene.design],
      ['Layers', `${first?.key.replaceAll('/', '.')} to ${last?.key.replaceAll('/', '.')}`],
      ['Query', who],
      ['Shows', 'Attention rollout: ½A + ½I of every layer, multiplied; all else keeps tokens in place.'],
      ['Heads', `${options.merge} of heads`],
      ['Discarded', `${formatPercent(options.discard)} of the keys of every row, the weakest`],
      ['Normalisation', range.words],
      ...scene.source,
    ],
    picture: scene.picture,
    size: scene.size,
    cells,
    range,
    quantity: 'share',
    marks: queryMark(asked, grid, scene.size, false),
    fileName: fileStem(scene.design, last?.key.replaceAll('/', '.') ?? '', 'rollout', fileWords(asked, grid)),
  }
  return {
    figures: [figure],
    grid,
    sentence: `What ${who} of layer ${last?.name} gathered from the tokens before layer ${first?.name}. ${isHeld ? 'Held.' : 'A click holds it.'}`,
    facts: answer.kind === 'rollout' ? factsOf(answer) : [],
    notes: answer.kind === 'none' ? [answer.reason] : passedWords(answer.passed),
  }
}

type Answered = Extract<RolloutAnswer, { kind: 'rollout' }>

const cellsOf = ({ map: { height, width, prefix }, tokens }: Answered): Cells => ({
  height,
  width,
  values: Float32Array.from(tokens.subarray(prefix)),
})

function factsOf({ map, tokens, elsewhere }: Answered): readonly Fact[] {
  const top = tokens.subarray(map.prefix).reduce((most, share) => Math.max(most, share), 0)
  return [
    { label: 'Top share', value: formatPercent(top) },
    ...Array.from({ length: map.prefix }, (_, token) => ({
      label: `On ${tokenName(token).short}`,
      value: formatPercent(tokens[token] ?? 0),
    })),
    ...(elsewhere > 1e-6 ? [{ label: 'Elsewhere', value: formatPercent(elsewhere) }] : []),
  ]
}

const passedWords = (passed: readonly string[]): readonly string[] =>
  passed.length === 0
    ? []
    : [
        `${capital(passed.length === 1 ? 'one layer was' : `${passed.length} layers were`)} passed over: their attention has no place on the picture.`,
      ]
