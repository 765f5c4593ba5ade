import { useMemo } from 'react'
import { type FieldQuestion, isEverywhere } from '../../../engine/index'
import { fileStem, type MapFigure, type Mark } from '../../figure/mapFigure'
import { rangeOver } from '../../figure/ranges'
import { useDocumentStore } from '../../state/documentStore'
import { tensorOf, usePictureStore } from '../../state/pictureStore'
import { useRunStore } from '../../state/runStore'
import { useWeightsStore } from '../../state/weightsStore'
import { contourMarks } from './contours'
import type { Depth } from './depths'
import { useFieldSettings } from './fieldSettings'
import { type Centre, shares, squareAround } from './shares'
import { type Measured, useMeasured } from './useMeasured'

/** One measured map with its figure: with the weights of a file or with random ones. */
export interface MeasuredMap {
  readonly heading: string
  readonly measured: Measured
  readonly figure: MapFigure
  readonly centre: Centre
  /** Kept from before: it answers nothing new. */
  readonly isKept: boolean
}

/** One, or several side by side. */
export type MeasuredMaps = readonly [MeasuredMap, ...MeasuredMap[]]

/** Decades between the strongest contribution and nothing, where they are drawn by powers. */
const fieldDecades = 3

/** The maps of one place as the settings want them: one, or random weights beside those of a file. */
export function useMeasuredField(
  depth: Depth,
  { row, column }: { readonly row: number; readonly column: number },
  centre: Centre,
  isWanted: boolean,
): MeasuredMaps {
  const design = useDocumentStore((state) => state.document)
  const picture = useRunStore((state) => state.picture)
  const pictures = usePictureStore((state) => state.pictures)
  const loaded = useWeightsStore((state) => state.loaded)
  const settings = useFieldSettings()
  const { rule, hasContours } = settings
  const isAveraged = settings.pictures === 'all' && pictures.length > 1
  const averaged = useMemo(() => (isAveraged ? pictures.map(tensorOf) : null), [isAveraged, pictures])
  const { grid, field } = depth
  const bounds = depth.boxAt(row, column)
  const place = grid ? grid.prefix + row * grid.width + column : 0
  const ask = (isRandom: boolean): FieldQuestion | null =>
    isWanted ? { path: depth.instancePath, place, rule, isRandom } : null
  const wantsLoaded = loaded !== null && settings.weights !== 'random'
  const wantsRandom = loaded === null || settings.weights !== 'loaded'
  const withLoaded = useMeasured(wantsLoaded ? ask(false) : null, averaged, 'loaded')
  const withRandom = useMeasured(wantsRandom ? ask(true) : null, averaged, 'random')

  const figureOf = (measured: Measured, weights: string): MapFigure => {
    const { map } = measured
    const squares: Mark[] = map
      ? [0.5, 0.99].map((share) => ({
          kind: 'outline',
          areas: [squareAround(map, centre, share)],
          look: 'solid',
          label: `${100 * share} %`,
        }))
      : []
    const lines = map ? (hasContours ? contourMarks(map, shares) : squares) : []
    const scale = rule === 'positive' ? ({ kind: 'linear' } as const) : powers
    return {
      title: `Contributions to ${depth.name}`,
      caption: [
        ['Model', design.name],
        ['Node', depth.name],
        ['Place', `row ${row}, column ${column}`],
        ['Quantity', ruleWords[rule]],
        ['Pictures', `${measured.pictures}, at ${design.input.height} × ${design.input.width}`],
        ['Weights', weights],
        ...(hasContours
          ? ([['Lines', 'the strongest pixels that together hold the share']] as const)
          : ([['Squares', 'hold the share, around the place']] as const)),
      ],
      picture: isAveraged ? null : (picture?.view ?? null),
      size: design.input,
      cells: map,
      range: rangeOver(map ? [map] : [], { scale }),
      colours: 'inferno',
      quantity: rule === 'positive' ? 'score' : '|gradient|',
      marks: [
        ...(bounds && !isEverywhere(field)
          ? [{ kind: 'outline', areas: [bounds.clipped], look: 'bounds' } as const]
          : []),
        ...lines,
        { kind: 'cross', x: centre.x + 0.5, y: centre.y + 0.5 },
      ],
      fileName: fileStem(design.name, depth.name, 'field', `row${row}col${column}`, weights),
    }
  }
  const mapOf = (measured: Measured, heading: string, weights: string): MeasuredMap => ({
    heading,
    measured,
    figure: figureOf(measured, weights),
    centre,
    isKept: false,
  })
  const random = mapOf(withRandom, randomHeading, 'random')
  const kept = settings.keptMap ? [settings.keptMap] : []
  if (!wantsLoaded) return [random, ...kept]
  const { name } = loaded.file
  const ofFile = mapOf(withLoaded, name, name)
  return wantsRandom ? [ofFile, random, ...kept] : [ofFile, ...kept]
}

/** Above the map with weights by their rule. */
export const randomHeading = 'Random weights'

const powers = { kind: 'logOnePlus', decades: fieldDecades } as const

/** What is measured, for captions. */
export const ruleWords = {
  absolute: '|∂ Σ channels / ∂ pixel|, summed over colours',
  positive: 'RepLKNet’s rule: gradients above 0 of channels above 0, log₁₀(x + 1), divided by the largest',
} as const
