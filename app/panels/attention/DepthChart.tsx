import { useMemo, useRef } from 'react'
import { CartesianGrid, ComposedChart, Line, ResponsiveContainer, Scatter, XAxis, YAxis } from 'recharts'
import type { RowStatistics } from '../../../engine/index'
import { ChartTools } from '../../figure/ChartTools'
import { fileStem } from '../../figure/mapFigure'
import { useAttentionStore } from '../../state/attentionStore'
import { useDocumentStore } from '../../state/documentStore'
import { Segmented } from '../../ui/Segmented'
import { useHeadStatistics } from './headStatistics'
import type { MixerRow } from './mixerRows'
import { useScene } from './useScene'

interface DepthChartProps {
  readonly rows: readonly MixerRow[]
  readonly row: MixerRow
}

interface Dot {
  readonly layer: number
  readonly head: number
  readonly value: number
}

const tick = { fontSize: 10.5, fill: 'var(--text-3)' } as const

/** How far, or how widely, every head reads on average: a dot for each, over the layers; a click looks at it. */
export function DepthChart({ rows, row }: DepthChartProps) {
  const design = useDocumentStore((state) => state.document)
  const kind = useAttentionStore((state) => state.chart)
  const head = useAttentionStore((state) => state.head)
  const { lookAt } = useAttentionStore.getState()
  const scene = useScene()
  const around = useRef<HTMLDivElement>(null)
  const attending = useMemo(() => rows.filter(({ map }) => map?.kind === 'tokens'), [rows])
  const statistics = useHeadStatistics(attending, design.input)
  const dots = attending.flatMap(({ map }, layer) => dotsOf(map && statistics.get(map), layer, kind))
  const means = attending.flatMap((_, layer) => {
    const own = dots.filter((dot) => dot.layer === layer)
    return own.length > 0
      ? [{ layer, value: own.reduce((sum, { value }) => sum + value, 0) / own.length }]
      : []
  })
  const chosenLayer = attending.indexOf(row)
  const nameAt = (layer: number) => attending[layer]?.name ?? ''
  const waiting = attending.length - statistics.size
  return (
    <section className="attention-chart" aria-label="Heads over depth">
      <Segmented
        label="Chart"
        value={kind}
        options={[
          { value: 'distance', label: 'Distance' },
          { value: 'entropy', label: 'Entropy' },
        ]}
        onChange={(value) => lookAt({ chart: value })}
      />
      <header>
        <p className="label faint">{kind === 'distance' ? 'Mean distance, px' : 'Mean entropy, nats'}</p>
        <ChartTools
          around={around}
          chart={() => ({
            title: kind === 'distance' ? 'Mean distance of heads, px' : 'Mean entropy of heads, nats',
            caption: [
              ['Model', scene.design],
              ['Shows', chartWords[kind]],
              ...(waiting > 0
                ? [['Layers', `${statistics.size} of ${attending.length} computed so far`] as const]
                : []),
              ...scene.source,
            ],
            columns: ['layer', 'head', 'distance (px)', 'entropy (nats)'],
            rows: attending.flatMap(({ name, map }) =>
              ((map && statistics.get(map)) ?? []).map(({ distance, entropy }, index) => [
                name,
                index,
                distance ?? '',
                entropy,
              ]),
            ),
            fileName: fileStem(scene.design, 'heads', kind),
          })}
        />
      </header>
      <div className="attention-chart-plot" ref={around} aria-hidden="true">
        <ResponsiveContainer width="100%" height="100%">
          <ComposedChart accessibilityLayer={false} margin={{ left: 0, right: 8, top: 6, bottom: 0 }}>
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis
              dataKey="layer"
              type="number"
              domain={[-0.5, Math.max(0.5, attending.length - 0.5)]}
              ticks={endsOf(attending.length)}
              tickFormatter={nameAt}
              tick={tick}
              tickLine={false}
              axisLine={false}
              height={16}
              allowDataOverflow
            />
            <YAxis
              type="number"
              domain={[0, 'auto']}
              tick={tick}
              tickLine={false}
              axisLine={false}
              width={30}
              tickCount={4}
            />
            <Line
              data={means}
              dataKey="value"
              stroke="var(--role-mixer)"
              strokeWidth={1.5}
              dot={false}
              isAnimationActive={false}
            />
            <Scatter
              data={dots}
              dataKey="value"
              isAnimationActive={false}
              shape={(dot: PlacedDot) => (
                <HeadDot
                  {...dot}
                  isChosen={dot.payload?.layer === chosenLayer && dot.payload.head === head}
                  onChoose={({ layer, head: number }) => {
                    const chosen = attending[layer]
                    if (chosen) lookAt({ row: chosen.key, head: number, mode: 'attention' })
                  }}
                />
              )}
            />
          </ComposedChart>
        </ResponsiveContainer>
      </div>
      {waiting === 0 && dots.length === 0 && (
        <p className="label faint">
          {kind === 'distance'
            ? 'No query here has a place, so there is no distance.'
            : 'Nothing to measure.'}
        </p>
      )}
      {waiting > 0 && (
        <p className="label faint">
          {waiting} of {attending.length} layers to come
        </p>
      )}
    </section>
  )
}

const chartWords = {
  distance:
    'Mean distance in pixels between a query and what it reads, weighted, mean over all queries on the map; line: mean over heads.',
  entropy:
    'Entropy of the weights of a query in nats, mean over all queries on the map; line: mean over heads.',
} as const

function dotsOf(
  statistics: readonly RowStatistics[] | null | undefined,
  layer: number,
  kind: 'distance' | 'entropy',
): readonly Dot[] {
  return (statistics ?? []).flatMap((each, head) => {
    const value = each[kind]
    return value === null ? [] : [{ layer, head, value }]
  })
}

/** First, middle and last. */
const endsOf = (count: number): number[] =>
  count <= 1 ? [0] : count <= 3 ? [0, count - 1] : [0, Math.floor((count - 1) / 2), count - 1]

/** Where the chart puts a dot. */
interface PlacedDot {
  readonly cx?: number | undefined
  readonly cy?: number | undefined
  readonly payload?: Dot | undefined
}

interface HeadDotProps extends PlacedDot {
  readonly isChosen: boolean
  readonly onChoose: (dot: Dot) => void
}

/** Drawn small, hit easily. */
function HeadDot({ cx, cy, payload, isChosen, onChoose }: HeadDotProps) {
  if (cx === undefined || cy === undefined || !payload) return null
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the grid of heads chooses by keyboard
    <g className="head-dot" onClick={() => onChoose(payload)}>
      <circle cx={cx} cy={cy} r={7} fill="transparent" />
      <circle cx={cx} cy={cy} r={2.2} fill="var(--role-mixer)" fillOpacity={0.55} />
      {isChosen && <circle cx={cx} cy={cy} r={4.5} fill="none" stroke="var(--text-1)" strokeWidth={1.5} />}
    </g>
  )
}
