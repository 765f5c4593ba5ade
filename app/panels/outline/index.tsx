import { Suspense } from 'react'
import { laterComponent } from '../../later'

const Tree = laterComponent(async () => (await import('./Outline')).Outline)

/** The design as a tree. */
export const Outline = () => (
  <Suspense fallback={null}>
    <Tree />
  </Suspense>
)
