import { formatValue } from '../../figure/ranges'

interface HistogramProps {
  readonly title: string
  readonly values: readonly Float32Array[]
  /** Single values that are shown beside: class and register tokens. */
  readonly marks?: readonly { readonly value: number; readonly label: string }[]
}

const bins = 32
const height = 100

/** How often which values occur; what it says is in the figures beside it too. */
export function Histogram({ title, values, marks = [] }: HistogramProps) {
  const all = values.flatMap((each) => [...each]).filter(Number.isFinite)
  const ends = [...all, ...marks.map(({ value }) => value)]
  const low = ends.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
  const high = ends.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  if (!(high > low)) return null
  const binOf = (value: number) => Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins))
  const counts = new Array<number>(bins).fill(0)
  for (const value of all) counts[binOf(value)] = (counts[binOf(value)] ?? 0) + 1
  const most = Math.max(...counts)
  return (
    <div className="histogram" aria-hidden="true">
      <p className="label muted">{title}</p>
      <div className="histogram-plot">
        <svg viewBox={`0 0 ${bins} ${height}`} preserveAspectRatio="none" aria-hidden="true">
          {counts.map((count, bin) => (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: bins are their numbers
              key={bin}
              x={bin + 0.06}
              width={0.88}
              y={height - (height * count) / most}
              height={(height * count) / most}
            />
          ))}
        </svg>
        {marks.map(({ value, label }, index) => (
          <span
            key={label}
            className="histogram-mark"
            data-end={value > (low + high) / 2 || undefined}
            style={{ left: `${(100 * (value - low)) / (high - low)}%` }}
          >
            <span style={{ top: 13 * index }}>{label}</span>
          </span>
        ))}
      </div>
      <p className="histogram-ends label faint">
        <span>{formatValue(low)}</span>
        <span>{formatValue(high)}</span>
      </p>
    </div>
  )
}
