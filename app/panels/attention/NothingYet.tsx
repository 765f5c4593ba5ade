import { runNow, runOnCpu } from '../../commands/runs'
import { errorsOf, useAnalysis } from '../../state/derived'
import { type RunState, useRunStore, whyNothingRuns } from '../../state/runStore'
import { Button } from '../../ui/Button'
import { PictureTray } from '../pictures/PictureTray'

const runOf = (state: RunState) => state.status

/** The picture that would carry a map, and why there is none. */
export function NothingYet() {
  return (
    <div className="attention">
      <div className="attention-map">
        <PlainPicture />
      </div>
      <PictureTray />
      <div className="attention-controls">
        <Reason />
      </div>
    </div>
  )
}

function Reason() {
  const reason = useRunStore(whyNothingRuns)
  const status = useRunStore(runOf)
  const analysis = useAnalysis()
  const hasAttention = analysis.lowered.graph.calls.some(({ name }) => name === 'attention')
  const hasMixer = analysis.layers.some(({ kind }) => kind === 'mixer')
  const isRunning = status.kind === 'running' || status.kind === 'starting'
  if (errorsOf(analysis).length > 0)
    return (
      <>
        <h2>A part of this design does not fit</h2>
        <p className="small muted">The maps appear when its problems are solved and it has run.</p>
      </>
    )
  if (!hasAttention && !hasMixer)
    return (
      <>
        <h2>This design has no token mixer</h2>
        <p className="small muted">Add one, and this view shows what every place of it reads.</p>
      </>
    )
  if (reason !== null && !isRunning)
    return (
      <>
        <h2>Not measured: no WebGPU</h2>
        <p className="small muted">{reason}</p>
        <Button look="filled" onClick={() => void runOnCpu.run()}>
          Run on the CPU
        </Button>
      </>
    )
  return (
    <>
      <h2>{isRunning ? 'The first run is on its way' : 'The maps of this design are not here yet'}</h2>
      <p className="small muted">The maps appear when the design has run on the picture.</p>
      {!isRunning && <Button onClick={() => void runNow.run()}>Run now</Button>}
    </>
  )
}

function PlainPicture() {
  const picture = useRunStore((state) => state.picture)
  return (
    <canvas
      className="attention-plain"
      width={picture?.view.width ?? 224}
      height={picture?.view.height ?? 224}
      role="img"
      aria-label={picture ? `Picture ${picture.name}` : 'No picture yet'}
      ref={(canvas) => {
        if (picture) canvas?.getContext('2d')?.putImageData(picture.view, 0, 0)
      }}
    />
  )
}
