import { Gauge } from 'lucide-react'
import {
  Bar,
  BarChart,
  CartesianGrid,
  ReferenceArea,
  ReferenceLine,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  XAxis,
  YAxis,
} from 'recharts'
import type { Latency } from '../../../engine/index'
import { profile } from '../../commands/runs'
import { runWords } from '../../shell/runWords'
import { useAnalysis, useMeasuredCosts } from '../../state/derived'
import { type RunState, useRunStore, whyNothingRuns } from '../../state/runStore'
import { useSessionStore } from '../../state/sessionStore'
import { Button } from '../../ui/Button'
import { formatMs, formatMsDigits, formatPercent } from '../../ui/formatNumber'
import { jitterOf, type Part, partsOf } from './parts'
import './LatencyPanel.css'

const icon = { size: 14, strokeWidth: 1.6, 'aria-hidden': true } as const
const latencyOf = (state: RunState) => state.latency
const deviceOf = (state: RunState) => state.device
const statusOf = (state: RunState) => state.status
const tick = { fontSize: 10.5, fill: 'var(--text-3)' } as const
const shownBars = 9
const processorOf = (state: RunState) => state.result?.processor ?? state.processor

/** Where the time of one forward goes on this machine, and how far it spreads. */
export function LatencyPanel() {
  const device = useRunStore(deviceOf)
  const latency = useRunStore(latencyOf)
  const status = useRunStore(statusOf)
  const measured = useMeasuredCosts()
  const analysis = useAnalysis()
  const reason = useRunStore(whyNothingRuns)
  const processor = useRunStore(processorOf)
  if (reason !== null) {
    return (
      <div className="latency-none">
        <h2>Not measured: no WebGPU</h2>
        <p className="small muted">
          {reason} Params, MACs, memory and receptive fields are exact without it.
        </p>
      </div>
    )
  }
  if (!latency) {
    return (
      <div className="latency-none">
        <h2>Not measured yet</h2>
        <p className="small muted">{runWords(status) ?? 'The design runs as soon as its shapes fit.'}</p>
      </div>
    )
  }
  const parts = measured ? partsOf(analysis, measured.costs) : []
  return (
    <div className="latency">
      <section className="latency-parts" aria-label="Latency by part">
        <header>
          <h2>Latency by part</h2>
          <span className="label faint">
            ms, all instances{measured?.isStale ? ', before the last edit' : ''}
          </span>
          <Button look="quiet" icon={<Gauge {...icon} />} onClick={() => void profile.run()}>
            Measure again
          </Button>
        </header>
        {parts.length > 0 ? (
          <>
            <PartBars parts={parts.slice(0, shownBars)} />
            <PartTable parts={parts} />
          </>
        ) : (
          <p className="small muted">{runWords(status) ?? 'Each kernel is measured after the first run.'}</p>
        )}
      </section>
      <section className="latency-runs" aria-label="Whole network">
        <header>
          <h2>{runsOf(latency)}</h2>
          <span className="label faint">whole network, ms</span>
        </header>
        <RunStrip latency={latency} />
        <p className="small">
          <span className="latency-median">{formatMs(latency.median)}</span>{' '}
          <span className="muted">
            median, p10 {formatMsDigits(latency.p10)}, p90 {formatMsDigits(latency.p90)}, {runsOf(latency)},
            by {latency.method}
          </span>
        </p>
        {processor === 'cpu' && (
          <p className="small muted">
            On the CPU, by WebAssembly: from array to array, by the wall clock. Single layers are measured on
            a GPU only.
          </p>
        )}
        {processor === 'gpu' && device?.available && (
          <p className="small muted">
            {device.name}, WebGPU f32.{' '}
            {device.isSoftware
              ? 'This is a software adapter: WebGPU runs on the processor here. Times compare designs on this machine and say nothing about a GPU.'
              : 'Latency belongs to this machine, not to the design.'}
          </p>
        )}
        {measured && (
          <p className="label faint">
            Parts add up to {formatMs(measured.costs.total)}: each kernel is measured alone and repeated, with
            warm caches. A fused kernel counts for its main part.
          </p>
        )}
      </section>
    </div>
  )
}

function PartBars({ parts }: { readonly parts: readonly Part[] }) {
  return (
    <div className="latency-chart" aria-hidden="true">
      <ResponsiveContainer width="100%" height={parts.length * 20 + 22}>
        <BarChart
          accessibilityLayer={false}
          data={[...parts]}
          layout="vertical"
          margin={{ left: 0, right: 46, top: 0, bottom: 0 }}
          barSize={9}
        >
          <CartesianGrid horizontal={false} stroke="var(--line)" />
          <XAxis type="number" tick={tick} tickLine={false} axisLine={false} height={18} />
          <YAxis
            type="category"
            dataKey="name"
            tick={tick}
            tickLine={false}
            axisLine={false}
            width={150}
            interval={0}
          />
          <Bar
            dataKey="ms"
            fill="var(--ember)"
            radius={2}
            isAnimationActive={false}
            label={{
              position: 'right',
              fontSize: 10.5,
              fill: 'var(--text-1)',
              formatter: (ms: unknown) => formatMsDigits(Number(ms)),
            }}
          />
        </BarChart>
      </ResponsiveContainer>
    </div>
  )
}

function PartTable({ parts }: { readonly parts: readonly Part[] }) {
  const { select, wishCamera } = useSessionStore.getState()
  return (
    <table className="latency-table" aria-label="Latency by part">
      <thead>
        <tr>
          <th scope="col">Part</th>
          <th scope="col">Kernels</th>
          <th scope="col">Latency</th>
          <th scope="col">Share</th>
        </tr>
      </thead>
      <tbody>
        {parts.map((part) => (
          <tr key={part.path}>
            <td>
              <button
                type="button"
                className="mono"
                onClick={() => {
                  select([part.path])
                  wishCamera('show', part.path)
                }}
              >
                {part.name}
              </button>
            </td>
            <td>{part.instances}</td>
            <td>{formatMs(part.ms)}</td>
            <td>{formatPercent(part.share)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const runsOf = ({ runs }: Latency): string => (runs === 1 ? '1 run' : `${runs} runs`)

/** Every run as a dot, the middle 80 % shaded, the median as a line. */
function RunStrip({ latency }: { readonly latency: Latency }) {
  const dots = latency.samples.map((ms, index) => ({ ms, spread: jitterOf(index) }))
  const low = Math.min(...latency.samples)
  const high = Math.max(...latency.samples)
  const margin = Math.max((high - low) * 0.08, high * 0.005)
  return (
    <div className="latency-chart" aria-hidden="true">
      <ResponsiveContainer width="100%" height={74}>
        <ScatterChart accessibilityLayer={false} margin={{ left: 8, right: 8, top: 4, bottom: 0 }}>
          <XAxis
            type="number"
            dataKey="ms"
            domain={[low - margin, high + margin]}
            tick={tick}
            tickLine={false}
            axisLine={false}
            height={18}
            tickFormatter={(ms: number) => formatMsDigits(ms)}
          />
          <YAxis type="number" dataKey="spread" domain={[0, 1]} hide />
          <ReferenceArea x1={latency.p10} x2={latency.p90} fill="var(--text-1)" fillOpacity={0.05} />
          <Scatter
            data={dots}
            fill="var(--ember)"
            fillOpacity={0.7}
            isAnimationActive={false}
            shape={<RunDot />}
          />
          <ReferenceLine x={latency.median} stroke="var(--text-1)" strokeWidth={2} />
        </ScatterChart>
      </ResponsiveContainer>
    </div>
  )
}

const RunDot = ({ cx = 0, cy = 0 }: { readonly cx?: number; readonly cy?: number }) => (
  <circle cx={cx} cy={cy} r={3} fill="var(--ember)" fillOpacity={0.7} />
)
