import type { Cost } from '../../../engine/index'
import { costAt, factsAt, useMeasuredCosts, useShownAnalysis } from '../../state/derived'
import type { PathKey } from '../../state/paths'
import { type RunState, useRunStore, whyNothingRuns } from '../../state/runStore'
import { formatBytes, formatExactCount, formatMs } from '../../ui/formatNumber'

const hasNoGpu = (state: RunState) => whyNothingRuns(state) !== null

const rows: readonly { readonly name: string; readonly print: (cost: Cost) => string }[] = [
  { name: 'Params', print: ({ params }) => formatExactCount(params.trainable + params.frozen) },
  { name: 'MACs', print: ({ macs }) => formatExactCount(macs.total) },
  { name: 'Activations', print: ({ activationBytes }) => formatBytes(activationBytes) },
]

/** What one instance costs and what all of them cost: counted in ink, measured below. */
export function CostTable({ path }: { readonly path: PathKey }) {
  const analysis = useShownAnalysis()
  const measured = useMeasuredCosts()
  const noGpu = useRunStore(hasNoGpu)
  const cost = costAt(analysis, path)
  const facts = factsAt(analysis, path)
  if (!cost || !facts) return null
  // What is bypassed has no instances: its last time is of a design that used it.
  const all = cost.instances > 0 ? measured?.costs.byPath.get(path) : undefined
  const byInstance = facts.instancePaths.map((instance) => measured?.costs.byInstance.get(instance) ?? 0)
  const isStale = measured?.isStale ?? false
  const hasMany = cost.instances > 1
  const print = (ms: number | undefined) =>
    ms === undefined ? (noGpu ? 'not measured' : '–') : `${isStale ? '~' : ''}${formatMs(ms)}`
  return (
    <section className="inspector-section" aria-label="Cost">
      <table className="inspector-table">
        <thead>
          <tr>
            <th scope="col">Cost</th>
            <th scope="col">{hasMany ? 'one' : <span className="spoken">value</span>}</th>
            {hasMany && <th scope="col">all {cost.instances}</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <th scope="row">{row.name}</th>
              <td>{row.print(cost.one)}</td>
              {hasMany && <td className="muted">{row.print(cost.all)}</td>}
            </tr>
          ))}
          <tr>
            <th scope="row">Latency</th>
            <td>{print(all === undefined ? undefined : all / cost.instances)}</td>
            {hasMany && <td className="muted">{print(all)}</td>}
          </tr>
        </tbody>
      </table>
      {all !== undefined && byInstance.length > 1 && <Bars values={byInstance} isStale={isStale} />}
    </section>
  )
}

/** Latency of each instance, on one scale from zero. */
function Bars({ values, isStale }: { readonly values: readonly number[]; readonly isStale: boolean }) {
  const most = Math.max(...values)
  return (
    <figure className={isStale ? 'is-stale' : ''}>
      <div
        className="inspector-bars"
        role="img"
        aria-label={`Latency by block: ${values.map((value, index) => `block ${index} ${formatMs(value)}`).join(', ')}`}
      >
        {values.map((value, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: a block is its number
            key={index}
            className="inspector-bar"
            style={{ height: `${most > 0 ? (value / most) * 100 : 0}%` }}
            title={`block ${index}: ${formatMs(value)}`}
          />
        ))}
      </div>
      <figcaption className="inspector-bars-labels">
        <span>block 0</span>
        <span>{isStale ? 'before the edit' : 'latency by block'}</span>
        <span>{values.length - 1}</span>
      </figcaption>
    </figure>
  )
}
