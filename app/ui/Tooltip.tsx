import { cloneElement, type ReactElement, type ReactNode } from 'react'
import { type HintHandlers, type Side, useHint } from './hint'
import { Keys } from './Keys'

interface TooltipProps {
  readonly text: ReactNode
  /** A shortcut as commands write it: `mod+z`. */
  readonly shortcut?: string | undefined
  readonly side?: Side
  /** An element that passes handlers on. */
  readonly children: ReactElement<HintHandlers>
}

/** Names what it hangs on; never the only place of a fact. */
export function Tooltip({ text, shortcut, side = 'bottom', children }: TooltipProps) {
  const content = (
    <>
      {text}
      {shortcut !== undefined && <Keys shortcut={shortcut} />}
    </>
  )
  return cloneElement(
    children,
    useHint(() => ({ content, look: 'tooltip', side }), children.props),
  )
}
