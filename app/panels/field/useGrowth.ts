import { useMemo } from 'react'
import { tensorOf, usePictureStore } from '../../state/pictureStore'
import { useWeightsStore } from '../../state/weightsStore'
import { useLook } from '../useLook'
import { centreOf, type Depth, placeIn } from './depths'
import { useFieldSettings } from './fieldSettings'
import { shares } from './shares'

/** Sides of the squares that hold the shares, at some depths: by index of the depth. */
export type Growth = ReadonlyMap<number, readonly number[]>

/** Each depth takes a plan of its own: a deep network is sampled. */
const mostDepths = 24

/** Measures how the field of one place of the picture grows with depth, when the settings ask for it. */
export function useGrowth(
  depths: readonly Depth[],
  place: { readonly y: number; readonly x: number },
  input: { readonly height: number; readonly width: number },
  isWanted: boolean,
): { readonly growth: Growth; readonly asked: number } {
  const settings = useFieldSettings()
  const loaded = useWeightsStore((state) => state.loaded !== null)
  const pictures = usePictureStore((state) => state.pictures)
  const isAveraged = settings.pictures === 'all' && pictures.length > 1
  const averaged = useMemo(() => (isAveraged ? pictures.map(tensorOf) : null), [isAveraged, pictures])
  const sampled = useMemo(() => evenly(depths, mostDepths), [depths])
  const question =
    isWanted && settings.isGrowing
      ? {
          depths: sampled.map((depth) => {
            const { row, column, token } = placeIn(depth.grid, place)
            return { path: depth.instancePath, place: token, centre: centreOf(depth, row, column, input) }
          }),
          shares,
          rule: settings.rule,
          isRandom: !loaded || settings.weights === 'random',
        }
      : null
  const { answer } = useLook('fieldGrowth', question, averaged ? { pictures: averaged } : {})
  const growth = useMemo(() => {
    const indices = new Map(depths.map(({ instancePath }, index) => [instancePath, index]))
    return new Map(
      answer?.depths.flatMap(({ path, sides }) => {
        const index = indices.get(path)
        return index === undefined ? [] : [[index, sides] as const]
      }),
    )
  }, [answer, depths])
  return { growth, asked: question?.depths.length ?? 0 }
}

/** The last one is always among them. */
function evenly<T>(items: readonly T[], most: number): readonly T[] {
  const step = Math.max(1, items.length / most)
  const count = Math.min(items.length, most)
  return Array.from({ length: count }, (_, i) => items[Math.round((i + 1) * step) - 1]).filter(
    (item) => item !== undefined,
  )
}
