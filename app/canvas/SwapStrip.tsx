import { NodeToolbar, Position } from '@xyflow/react'
import { useSessionStore } from '../state/sessionStore'
import { SwapChoices } from './SwapChoices'
import type { Scene } from './scene'
import { useIsNarrow } from './useIsNarrow'
import { useSwap } from './useSwap'

/** Floats above the selected mixer; on narrow screens the selection bar has it. */
export function SwapStrip({ scene }: { readonly scene: Scene }) {
  const swap = useSwap()
  const isBusy = useSessionStore(
    (state) => state.drag !== null || state.connecting !== null || state.picker !== null,
  )
  const isNarrow = useIsNarrow()
  if (!swap || isBusy || isNarrow || !scene.items.some((item) => item.id === swap.key)) return null
  return (
    <NodeToolbar nodeId={swap.key} isVisible position={Position.Top} offset={14}>
      <div className="swap-strip">
        <SwapChoices swap={swap} />
      </div>
    </NodeToolbar>
  )
}
