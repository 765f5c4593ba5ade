import type { ReactNode } from 'react'
import type { Figures } from '../../figure/exports'
import type { Place } from '../../figure/places'
import type { Shown } from './featureFigures'
import type { FeatureState } from './featureStore'

/** What can be pointed at on the pictures. */
export interface Pointing {
  readonly heldOf: (picture: number) => Place | null
  readonly onHover: (picture: number, place: Place) => void
  readonly onPin: (picture: number, place: Place) => void
  readonly onRelease: () => void
}

/** What one mode of the panel shows; the panel keeps its own controls in their places around it. */
export interface ModeView {
  /** One per picture. */
  readonly figures: Figures
  readonly bar: ReactNode
  /** In a sentence. */
  readonly description: string
  readonly controls: ReactNode
  /** What else there is to see. */
  readonly side: ReactNode
  readonly pointing?: Pointing
}

export type Mode = (shown: Shown, choice: FeatureState) => ModeView

/** The same for every picture of an answer; there is always one. */
export function forPictures<T>({ answer }: Shown, make: (picture: number) => T): readonly [T, ...T[]] {
  return [make(0), ...answer.maps.slice(1).map((_, index) => make(index + 1))]
}
