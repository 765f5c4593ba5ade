import { CartesianGrid, Line, LineChart, ReferenceLine, ResponsiveContainer, XAxis, YAxis } from 'recharts'
import { type Depth, sideOf } from './depths'

interface DepthChartProps {
  readonly depths: readonly Depth[]
  readonly current: number
  readonly pictureSide: number
}

const tick = { fontSize: 10.5, fill: 'var(--text-3)' } as const

/** Side length by depth on a log axis; `global` is the top tick. */
export function DepthChart({ depths, current, pictureSide }: DepthChartProps) {
  const finite = depths.map(({ field }) => sideOf(field)).filter(Number.isFinite)
  const largest = Math.max(pictureSide, ...finite)
  const global = 2 ** Math.ceil(Math.log2(largest) + 0.5)
  const ticks = powersUpTo(global)
  const data = depths.map(({ field }, depth) => ({ depth, side: Math.min(sideOf(field), global) }))
  const last = depths.at(-1)
  const endsAbove = last !== undefined && sideOf(last.field) > pictureSide
  return (
    <div className="field-chart" aria-hidden="true">
      <ResponsiveContainer width="100%" height="100%">
        <LineChart accessibilityLayer={false} data={data} margin={{ left: 0, right: 12, top: 8, bottom: 0 }}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="depth"
            type="number"
            domain={[0, 'dataMax']}
            tick={tick}
            tickLine={false}
            axisLine={false}
            height={18}
          />
          <YAxis
            scale="log"
            domain={[1, global]}
            ticks={ticks}
            tick={tick}
            tickLine={false}
            axisLine={false}
            width={44}
            tickFormatter={(side: number) => (side === global ? 'global' : String(side))}
          />
          <ReferenceLine
            y={pictureSide}
            stroke="var(--line-3)"
            strokeDasharray="3 4"
            label={{
              value: `picture, ${pictureSide} px`,
              // A field only grows: its last side says on which side of the line there is room.
              position: endsAbove ? 'insideTopRight' : 'insideBottomRight',
              fontSize: 10.5,
              fill: 'var(--text-3)',
            }}
          />
          <ReferenceLine x={current} stroke="var(--accent)" strokeWidth={1.5} />
          <Line
            type="stepAfter"
            dataKey="side"
            stroke="var(--text-1)"
            strokeWidth={2}
            dot={false}
            isAnimationActive={false}
          />
        </LineChart>
      </ResponsiveContainer>
    </div>
  )
}

function powersUpTo(global: number): number[] {
  const ticks: number[] = []
  for (let side = 1; side < global; side *= 4) ticks.push(side)
  return [...ticks.filter((side) => side * 2 < global), global]
}
