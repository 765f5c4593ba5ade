import { useMemo } from 'react'
import { useDocumentStore } from '../../state/documentStore'
import { type RunState, useRunStore } from '../../state/runStore'
import type { Scene } from './shown'

const pictureOf = (state: RunState) => state.picture
const weightsOf = (state: RunState) => state.result?.weights ?? null

/** The design, its picture and its weights, for figures and their captions. */
export function useScene(): Scene {
  const { name, input } = useDocumentStore((state) => state.document)
  const picture = useRunStore(pictureOf)
  const weights = useRunStore(weightsOf)
  return useMemo(
    () => ({
      design: name,
      size: input,
      picture: picture?.view ?? null,
      source: [
        [
          'Weights',
          weights && weights.fits > 0
            ? `from a file, ${weights.fits} of ${weights.wanted}`
            : 'procedural (structure, not meaning)',
        ],
        ['Picture', `${picture?.name ?? 'none'}, ${input.height} × ${input.width} px`],
      ],
    }),
    [name, input, picture, weights],
  )
}
