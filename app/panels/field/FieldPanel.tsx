import { Pause, Pin, Play, Table } from 'lucide-react'
import { type CSSProperties, useEffect, useState } from 'react'
import { isEverywhere } from '../../../engine/index'
import type { Figures } from '../../figure/exports'
import { FigureTools } from '../../figure/FigureTools'
import { useAnalysis } from '../../state/derived'
import { useDocumentStore } from '../../state/documentStore'
import { type SessionState, useSessionStore } from '../../state/sessionStore'
import { IconButton } from '../../ui/IconButton'
import { Segmented } from '../../ui/Segmented'
import { Slider } from '../../ui/Slider'
import { PictureTray } from '../pictures/PictureTray'
import { Bounds } from './Bounds'
import { ContourSwitch } from './ContourSwitch'
import { Contributions } from './Contributions'
import { DepthChart } from './DepthChart'
import { centreOf, type Depth, depthsOf, placeIn } from './depths'
import { FieldPicture } from './FieldPicture'
import { FieldTable } from './FieldTable'
import { useFieldSettings } from './fieldSettings'
import { describeField } from './fieldWords'
import { MeasuredPicture } from './MeasuredPicture'
import { useGrowth } from './useGrowth'
import { type MeasuredMaps, useMeasuredField } from './useMeasuredField'
import { usePlay } from './usePlay'
import './FieldPanel.css'

const icon = { size: 14, strokeWidth: 1.6, 'aria-hidden': true } as const
const selectionOf = (state: SessionState) => state.selection
const depthOf = (state: SessionState) => state.fieldDepth

/** The theoretical receptive field: exact on the graph with its branches, drawn on the picture, along the depth. */
export function FieldPanel() {
  const depths = depthsOf(useAnalysis())
  const chosen = useSessionStore(depthOf)
  const selection = useSessionStore(selectionOf)
  const { setFieldDepth } = useSessionStore.getState()
  // Selecting a node moves the slider there; moving the slider afterwards wins.
  useEffect(() => {
    if (selection.length > 0) setFieldDepth(null)
  }, [selection, setFieldDepth])
  const index = chosen ?? depthOfSelection(depths, selection)
  const depth = depths[Math.min(index, depths.length - 1)]
  if (!depth) {
    return <p className="field-none muted">Nothing reads the picture yet: connect a stem to it.</p>
  }
  return <Field depths={depths} depth={depth} index={Math.min(index, depths.length - 1)} />
}

interface FieldProps {
  readonly depths: readonly Depth[]
  readonly depth: Depth
  readonly index: number
}

function Field({ depths, depth, index }: FieldProps) {
  const input = useDocumentStore((state) => state.document.input)
  const design = useDocumentStore((state) => state.document.name)
  const { setFieldDepth, select } = useSessionStore.getState()
  // A place on the picture, 0..1, so that it stays when the grid changes with the depth.
  const [place, setPlace] = useState({ y: 0.5, x: 0.5 })
  const { field, grid } = depth
  const { row, column } = placeIn(grid, place)
  const [view, setView] = useState<'bounds' | 'measured'>('bounds')
  const isMeasured = view === 'measured'
  const centre = centreOf(depth, row, column, input)
  const maps = useMeasuredField(depth, { row, column }, centre, isMeasured)
  const { growth, asked } = useGrowth(depths, place, input, isMeasured)
  const onPlace = (newRow: number, newColumn: number) =>
    grid && setPlace({ y: (newRow + 0.5) / grid.height, x: (newColumn + 0.5) / grid.width })
  const [isTable, setIsTable] = useState(false)
  const play = usePlay(index, depths.length, setFieldDepth, !isMeasured || maps[0].measured.map !== null)
  return (
    <div className="field-room">
      <div className="field">
        <PictureTray />
        {isMeasured ? (
          <div className="field-maps" style={{ '--maps': maps.length } as CSSProperties}>
            {maps.map((map) => (
              <MeasuredPicture
                key={`${map.heading} ${map.isKept}`}
                map={map}
                grid={grid}
                held={{ row, column }}
                onPlace={onPlace}
                hasHeading={maps.length > 1}
                onDrop={() => useFieldSettings.setState({ keptMap: null })}
              />
            ))}
          </div>
        ) : (
          <div className="field-left">
            <FieldPicture depth={depth} row={row} column={column} onPlace={onPlace} />
          </div>
        )}
        <div className="field-right">
          <header>
            <h2>
              <button type="button" className="field-name" onClick={() => select([depth.path])}>
                {depth.name}
              </button>
            </h2>
            <Segmented
              label="Receptive field"
              value={view}
              options={[
                { value: 'bounds', label: 'Bounds' },
                { value: 'measured', label: 'Measured' },
              ]}
              onChange={setView}
            />
            <span className="small" data-figure="field">
              {describeField(field)}
            </span>
            {!isMeasured && (
              <span className="field-tools">
                <IconButton
                  label={isTable ? 'Show the chart' : 'Show as a table'}
                  side="top"
                  aria-pressed={isTable}
                  onClick={() => setIsTable(!isTable)}
                >
                  <Table {...icon} />
                </IconButton>
              </span>
            )}
            {isMeasured && (
              <IconButton
                label="Keep this map beside the next"
                side="top"
                disabled={maps[0].measured.map === null}
                onClick={() =>
                  useFieldSettings.setState({
                    keptMap: { ...maps[0], heading: `${design} · ${depth.name}`, isKept: true },
                  })
                }
              >
                <Pin {...icon} />
              </IconButton>
            )}
            {isMeasured && (
              <FigureTools figures={figuresOf(maps)} usual="inferno">
                <ContourSwitch />
              </FigureTools>
            )}
          </header>
          <div className="field-depth small">
            <IconButton
              label={play.isPlaying ? 'Pause' : 'Play along the depth'}
              side="top"
              onClick={play.toggle}
            >
              {play.isPlaying ? <Pause {...icon} /> : <Play {...icon} />}
            </IconButton>
            <label className="muted" htmlFor="field-depth">
              Depth
            </label>
            <Slider
              id="field-depth"
              label="Depth"
              min={0}
              max={depths.length - 1}
              value={index}
              valueText={`${depth.name}, ${describeField(field)}`}
              onChange={play.moveTo}
            />
            <span className="faint">
              {index + 1} of {depths.length}
            </span>
          </div>
          {isTable && !isMeasured ? (
            <FieldTable depths={depths} current={index} onChoose={play.moveTo} />
          ) : (
            <div className="field-body">
              <DepthChart
                depths={depths}
                current={index}
                pictureSide={Math.max(input.height, input.width)}
                growth={growth}
              />
              <div className="field-lower">
                {growth.size < asked && (
                  <p className="label muted" role="status">
                    Measured at {growth.size} of {asked} depths
                  </p>
                )}
                {isMeasured ? (
                  <Contributions maps={maps} />
                ) : (
                  <Bounds depth={depth} row={row} column={column} />
                )}
              </div>
            </div>
          )}
        </div>
      </div>
    </div>
  )
}

const figuresOf = ([first, ...rest]: MeasuredMaps): Figures => [
  first.figure,
  ...rest.map(({ figure }) => figure),
]

/** The last layer at or inside the selection; without one, the deepest that is not global. */
function depthOfSelection(depths: readonly Depth[], selection: readonly string[]): number {
  const [selected] = selection
  if (selected !== undefined) {
    const inside = depths.findLastIndex(({ path }) => path === selected || path.startsWith(`${selected}/`))
    if (inside >= 0) return inside
  }
  return Math.max(
    0,
    depths.findLastIndex(({ field }) => !isEverywhere(field)),
  )
}
