import { sideHolding } from '../../../engine/index'
import { runWords } from '../../shell/runWords'
import { Figure } from './Figure'
import type { MeasuredField } from './useMeasuredField'

interface ContributionsProps {
  readonly measured: MeasuredField
  readonly hasDevice: boolean
  readonly centre: { readonly y: number; readonly x: number }
}

const shares = [0.2, 0.3, 0.5, 0.99]

/** How wide the squares around the place are that hold given shares of |gradient|. */
export function Contributions({ measured: { map, status }, hasDevice, centre }: ContributionsProps) {
  if (!hasDevice)
    return <p className="small muted">Gradients are measured on the GPU; this browser has no WebGPU.</p>
  if (status.kind === 'failed') return <p className="small">{status.message}</p>
  if (!map) {
    return (
      <p className="small muted" role="status">
        Measuring: {runWords(status) ?? 'waiting'}
      </p>
    )
  }
  return (
    <>
      <dl className="field-figures small" data-figure="contributions">
        {shares.map((share) => (
          <Figure
            key={share}
            name={`${100 * share} % within`}
            value={`${sideHolding(map, centre, share)} px`}
          />
        ))}
      </dl>
      <p className="label faint">
        |∂ Σ channels / ∂ pixel|, summed over colours, of one picture; log₁₀(1 + 1000 x / max). Weights are
        random: the map shows what the structure favours, not what a trained network looks at.
      </p>
    </>
  )
}
