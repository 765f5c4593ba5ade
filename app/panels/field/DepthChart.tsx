import {
  CartesianGrid,
  LabelList,
  Line,
  LineChart,
  ReferenceLine,
  ResponsiveContainer,
  XAxis,
  YAxis,
} from 'recharts'
import { type Depth, sideOf } from './depths'
import { shares } from './shares'
import type { Growth } from './useGrowth'

interface DepthChartProps {
  readonly depths: readonly Depth[]
  readonly current: number
  readonly pictureSide: number
  /** Measured sides that hold the shares, where they are known. */
  readonly growth: Growth
}

const tick = { fontSize: 10.5, fill: 'var(--text-3)' } as const

/** Side length by depth on a log axis; `global` is the top tick. */
export function DepthChart({ depths, current, pictureSide, growth }: DepthChartProps) {
  const finite = depths.map(({ field }) => sideOf(field)).filter(Number.isFinite)
  const largest = Math.max(pictureSide, ...finite)
  const global = 2 ** Math.ceil(Math.log2(largest) + 0.5)
  const ticks = powersUpTo(global)
  const data = depths.map(({ field }, depth) => ({
    depth,
    side: Math.min(sideOf(field), global),
    ...Object.fromEntries(shares.map((share, i) => [share, growth.get(depth)?.[i]])),
  }))
  const last = depths.at(-1)
  const endsAbove = last !== undefined && sideOf(last.field) > pictureSide
  return (
    <div className="field-chart" aria-hidden="true">
      <ResponsiveContainer width="100%" height="100%">
        <LineChart
          accessibilityLayer={false}
          data={data}
          margin={{ left: 0, right: growth.size > 0 ? 40 : 12, top: 8, bottom: 0 }}
        >
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
              value: growth.size > 0 ? '' : `picture, ${pictureSide} px`,
              // A field only grows: its last side says on which side of the line there is room.
              position:
                growth.size > 0 ? 'insideTopLeft' : endsAbove ? 'insideTopRight' : 'insideBottomRight',
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
          {growth.size > 0 &&
            shares.map((share) => (
              <Line
                key={share}
                type="linear"
                dataKey={String(share)}
                name={`${100 * share} %`}
                stroke="var(--ember)"
                strokeWidth={share >= 0.5 ? 1.5 : 1}
                {...(share < 0.5 && { strokeDasharray: '4 3' })}
                dot={growth.size < 2}
                connectNulls
                isAnimationActive={false}
              >
                <LabelList
                  content={<EndLabel last={Math.max(...growth.keys())} text={`${100 * share} %`} />}
                />
              </Line>
            ))}
        </LineChart>
      </ResponsiveContainer>
    </div>
  )
}

/** The share, at the right end of its line. */
function EndLabel({
  index,
  x,
  y,
  last,
  text,
}: {
  readonly index?: number
  readonly x?: number
  readonly y?: number
  readonly last: number
  readonly text: string
}) {
  if (index !== last || x === undefined || y === undefined) return null
  return (
    <text x={Number(x) + 5} y={Number(y) + 3.5} fontSize={10.5} fill="var(--text-3)">
      {text}
    </text>
  )
}

function powersUpTo(global: number): number[] {
  const ticks: number[] = []
  for (let side = 1; side < global; side *= 4) ticks.push(side)
  return [...ticks.filter((side) => side * 2 < global), global]
}
