import { ReactFlowProvider } from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import './Canvas.css'
import { CanvasBar } from './CanvasBar'
import { Flow } from './Flow'
import { SelectionBar } from './SelectionBar'

/** The design as a picture that can be edited: overview row, lens, blocks. Fills its parent. */
export function Canvas() {
  return (
    <ReactFlowProvider>
      <section className="canvas-region" aria-label="Canvas" data-region="canvas">
        <CanvasBar />
        <Flow />
        <SelectionBar />
      </section>
    </ReactFlowProvider>
  )
}
