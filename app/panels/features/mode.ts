import type { ReactNode } from 'react'
import type { Shown } from './featureFigures'

/** What each mode of the panel is given. */
export interface ModeProps {
  readonly shown: Shown
  /** The place's name. */
  readonly title: ReactNode
  /** The choice of mode and depth. */
  readonly head: ReactNode
}
