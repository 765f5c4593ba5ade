import { useMemo } from 'react'
import { type AttentionLayer, rowStatistics } from '../../../engine/index'
import { isEnabled } from '../../commands/command'
import { replaceType } from '../../commands/nodes'
import { runNow, runOnCpu } from '../../commands/runs'
import { ColourBar } from '../../figure/ColourBar'
import { FigureTools } from '../../figure/FigureTools'
import { MapPicture } from '../../figure/MapPicture'
import { cellArea, fileStem, type MapFigure } from '../../figure/mapFigure'
import type { Place } from '../../figure/places'
import { rangeOver } from '../../figure/ranges'
import { errorsOf, useAnalysis } from '../../state/derived'
import { useDocumentStore } from '../../state/documentStore'
import { attentionLayers, type RunState, useRunStore } from '../../state/runStore'
import { type SessionState, useSessionStore } from '../../state/sessionStore'
import { Button } from '../../ui/Button'
import { formatPercent } from '../../ui/formatNumber'
import { Segmented } from '../../ui/Segmented'
import { Select } from '../../ui/Select'
import { PictureTray } from '../pictures/PictureTray'
import { HeadGrid } from './HeadGrid'
import { isDrawable, layerId, placeOf, readingOf, usualQuery } from './queries'
import './AttentionPanel.css'

const choiceOf = (state: SessionState) => state.attention
const runOf = (state: RunState) => state.status
const deviceOf = (state: RunState) => state.device
const ranWithFile = (state: RunState) => (state.result?.weights?.fits ?? 0) > 0
const ranOnCpu = (state: RunState) => state.result?.onReference === true

/** Where each head looks: pick block and head, hover a patch, see its row on the picture. */
export function AttentionPanel() {
  const layers = useRunStore(attentionLayers)
  const drawable = useMemo(() => layers.filter(isDrawable), [layers])
  const choice = useSessionStore(choiceOf)
  const layer = drawable.find((each) => layerId(each) === choice.layer) ?? drawable.at(-1)
  return layer ? <Attention layers={drawable} layer={layer} /> : <NoAttention />
}

function Attention({
  layers,
  layer,
}: {
  readonly layers: readonly AttentionLayer[]
  readonly layer: AttentionLayer
}) {
  const choice = useSessionStore(choiceOf)
  const { lookAt } = useSessionStore.getState()
  const design = useDocumentStore((state) => state.document)
  const { input } = design
  const picture = useRunStore((state) => state.picture)
  const isFromCpu = useRunStore(ranOnCpu)
  const hasRealWeights = useRunStore(ranWithFile)
  const head = choice.head === 'mean' ? 'mean' : Math.min(choice.head, layer.heads - 1)
  const grid = layer.queryPlaces.map
  const tokens = grid.prefix + grid.height * grid.width
  const query = choice.query !== null && choice.query < tokens ? choice.query : usualQuery(layer)
  const reading = useMemo(() => readingOf(layer, head, query), [layer, head, query])
  const { row } = reading
  const summary = rowStatistics(layer, row, reading.at, input)
  const place = placeOf(grid, query)
  const top = row.reduce((best, weight) => Math.max(best, weight), 0)
  const names = layerNames(layers)
  const nameOf = (each: AttentionLayer) => names.get(layerId(each)) ?? layerId(each)
  const who = place ? `Row ${place.row}, column ${place.column}` : 'The class token'
  const sentence = `${who} (query) reads the ${grid.height} × ${grid.width} map (keys).`
  const figures = [
    {
      label: 'Mean distance',
      value: summary.distance === null ? 'has no place' : `${summary.distance.toFixed(0)} px`,
    },
    { label: 'Entropy', value: `${summary.entropy.toFixed(2)} of ${Math.log(layer.keys).toFixed(2)} nats` },
    { label: 'Top weight', value: formatPercent(top) },
  ]
  const tokenOf = (at: Place) => grid.prefix + at.row * grid.width + at.column
  const look = (next: number) => next !== query && lookAt({ query: next, layer: layerId(layer) })
  const { map: keys } = layer.keyPlaces
  const cells = { height: keys.height, width: keys.width, values: reading.tokens.slice(keys.prefix) }
  const title = `Layer ${nameOf(layer)} · ${head === 'mean' ? 'mean of heads' : `head ${head}`}`
  const range = rangeOver([cells])
  const figure: MapFigure = {
    title,
    caption: [
      ['Model', design.name],
      ['Node', layer.path.replaceAll('/', '.')],
      ['Head', head === 'mean' ? `mean of ${layer.heads}` : String(head)],
      ['Query', who],
      ['Reads', 'row is query, column is key; softmax runs along keys'],
      ['Normalisation', range.words],
      ['Weights', hasRealWeights ? 'loaded from a file' : 'procedural'],
      ['Picture', picture?.name ?? 'none'],
    ],
    picture: picture?.view ?? null,
    size: input,
    cells,
    range,
    quantity: 'weight',
    marks: place ? [{ kind: 'query', area: cellArea(grid, place.row, place.column, input) }] : [],
    fileName: fileStem(
      design.name,
      layer.path.replaceAll('/', '.'),
      head === 'mean' ? 'mean' : `head${head}`,
      place ? `row${place.row}col${place.column}` : 'cls',
    ),
  }
  return (
    <div className="attention">
      <PictureTray />
      <div className="attention-picture">
        <MapPicture
          figure={figure}
          grid={grid}
          name="Attention on the picture"
          description={`${sentence} ${figures.map(({ label, value }) => `${label} ${value}`).join(', ')}.`}
          held={choice.isPinned ? place : null}
          onHover={(next) => next && !choice.isPinned && look(tokenOf(next))}
          onPin={(next) => {
            const isHeld = choice.isPinned && tokenOf(next) === query
            lookAt({ query: tokenOf(next), layer: layerId(layer), isPinned: !isHeld })
          }}
          onRelease={() => lookAt({ isPinned: false })}
        />
      </div>
      <ColourBar figure={figure} />
      <div className="attention-controls">
        <header className="attention-title">
          <h2>{title}</h2>
          <FigureTools figures={[figure]} />
        </header>
        <p className="small muted">
          {sentence}{' '}
          {choice.isPinned ? 'Held: click it again to let go.' : 'Hover another patch, click to hold it.'}
        </p>
        <dl className="attention-figures small">
          {figures.map(({ label, value }) => (
            <div key={label}>
              <dt className="muted">{label}</dt>
              <dd data-figure={label}>{value}</dd>
            </div>
          ))}
        </dl>
        <div className="attention-choices">
          <Select
            label="Block"
            value={layerId(layer)}
            options={layers.map((each) => ({ value: layerId(each), label: `Layer ${nameOf(each)}` }))}
            onChange={(path) => lookAt({ layer: path })}
          />
          <Select
            label="Head"
            value={String(head)}
            options={[
              { value: 'mean', label: 'Mean of heads' },
              ...Array.from({ length: layer.heads }, (_, index) => ({
                value: String(index),
                label: `Head ${index}`,
              })),
            ]}
            onChange={(value) => lookAt({ head: value === 'mean' ? 'mean' : Number(value) })}
          />
          {grid.prefix > 0 && (
            <Segmented
              label="Query"
              value={place ? 'patch' : 'cls'}
              options={[
                { value: 'cls', label: 'CLS' },
                { value: 'patch', label: 'Patch' },
              ]}
              onChange={(value) =>
                lookAt({
                  layer: layerId(layer),
                  isPinned: value === 'cls',
                  query:
                    value === 'cls'
                      ? 0
                      : grid.prefix + Math.floor(grid.height / 2) * grid.width + Math.floor(grid.width / 2),
                })
              }
            />
          )}
        </div>
        {isFromCpu && (
          <p className="label muted">Computed on the CPU: slow, and the same numbers as on a GPU.</p>
        )}
        {!hasRealWeights && (
          <p className="label faint">Procedural weights: maps show structure, not meaning.</p>
        )}
      </div>
      <HeadGrid
        layers={layers}
        layer={layer}
        head={head}
        query={query}
        nameOf={nameOf}
        onChoose={(chosen, number) =>
          lookAt({ layer: layerId(chosen), head: number, query: null, isPinned: false })
        }
      />
    </div>
  )
}

/** `3.6`: stage and block as the row above shows them; one number where there are no stages. */
function layerNames(layers: readonly AttentionLayer[]): ReadonlyMap<string, string> {
  return new Map(
    layers.map((layer) => {
      const { path, name } = layer
      const numbers = path.split('/').flatMap((id) => /(\d+)$/.exec(id)?.[1] ?? [])
      const [first = '', ...rest] = numbers
      const number = rest.length > 0 ? [Number(first) + 1, ...rest].join('.') : first || path
      return [layerId(layer), name ? `${number} ${name}` : number]
    }),
  )
}

/** The real object that would be there, and why it is not. */
function NoAttention() {
  const device = useRunStore(deviceOf)
  const status = useRunStore(runOf)
  const analysis = useAnalysis()
  const { lowered } = analysis
  const isBroken = errorsOf(analysis).length > 0
  // The button follows the selection.
  useSessionStore((state) => state.selection)
  const hasAttention = lowered.graph.calls.some(({ name }) => name === 'attention')
  const isRunning = status.kind === 'running' || status.kind === 'starting'
  return (
    <div className="attention attention-none">
      <PictureTray />
      <div className="attention-picture">
        <PlainPicture />
      </div>
      <div className="attention-controls">
        {isBroken ? (
          <>
            <h2>A part of this design does not fit</h2>
            <p className="small muted">The maps appear when its problems are solved and it has run.</p>
          </>
        ) : !hasAttention ? (
          <>
            <h2>This design has no attention</h2>
            <p className="small muted">
              Pooling and convolution mix with fixed weights. Replace a token mixer by Attention to see where
              it looks.
            </p>
            {isEnabled(replaceType) && (
              <Button onClick={() => void replaceType.run()}>Replace the selected node</Button>
            )}
          </>
        ) : device?.available === false && !isRunning ? (
          <>
            <h2>Not measured: no WebGPU</h2>
            <p className="small muted">{device.reason}</p>
            <Button look="filled" onClick={() => void runOnCpu.run()}>
              Run on the CPU (slow)
            </Button>
          </>
        ) : (
          <>
            <h2>{isRunning ? 'The first run is on its way' : 'The maps of this design are not here yet'}</h2>
            <p className="small muted">The maps appear when the design has run on the picture.</p>
            {!isRunning && <Button onClick={() => void runNow.run()}>Run now</Button>}
          </>
        )}
      </div>
    </div>
  )
}

function PlainPicture() {
  const picture = useRunStore((state) => state.picture)
  return (
    <div>
      <canvas
        width={picture?.view.width ?? 224}
        height={picture?.view.height ?? 224}
        role="img"
        aria-label={picture ? `Picture ${picture.name}` : 'No picture yet'}
        ref={(canvas) => {
          if (picture) canvas?.getContext('2d')?.putImageData(picture.view, 0, 0)
        }}
      />
    </div>
  )
}
