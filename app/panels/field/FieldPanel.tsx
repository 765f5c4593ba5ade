import { type CSSProperties, useEffect, useState } from 'react'
import { fieldBox } from '../../../engine/index'
import type { Figures } from '../../figure/exports'
import { FigureTools } from '../../figure/FigureTools'
import { useAnalysis } from '../../state/derived'
import { useDocumentStore } from '../../state/documentStore'
import { type SessionState, useSessionStore } from '../../state/sessionStore'
import { formatPercent } from '../../ui/formatNumber'
import { Segmented } from '../../ui/Segmented'
import { Slider } from '../../ui/Slider'
import { PictureTray } from '../pictures/PictureTray'
import { ContourSwitch } from './ContourSwitch'
import { Contributions } from './Contributions'
import { DepthChart } from './DepthChart'
import { centreOf, type Depth, depthsOf, describeField, placeIn } from './depths'
import { FieldPicture } from './FieldPicture'
import { Figure } from './Figure'
import { MeasuredPicture } from './MeasuredPicture'
import { useGrowth } from './useGrowth'
import { type MeasuredMaps, useMeasuredField } from './useMeasuredField'
import './FieldPanel.css'

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
  const { setFieldDepth, select } = useSessionStore.getState()
  // A place on the picture, 0..1, so that it stays when the grid changes with the depth.
  const [place, setPlace] = useState({ y: 0.5, x: 0.5 })
  const { field, grid } = depth
  const { row, column } = placeIn(grid, place)
  const isGlobal = field.global !== null
  const [view, setView] = useState<'bounds' | 'measured'>('bounds')
  const isMeasured = view === 'measured'
  const centre = centreOf(depth, row, column, input)
  const maps = useMeasuredField(depth, { row, column }, centre, isMeasured)
  const { growth, asked } = useGrowth(depths, place, input, isMeasured)
  const onPlace = (newRow: number, newColumn: number) =>
    grid && setPlace({ y: (newRow + 0.5) / grid.height, x: (newColumn + 0.5) / grid.width })
  const { clipped } = fieldBox(field, row, column, input)
  const area =
    ((clipped.bottom - clipped.top) * (clipped.right - clipped.left)) / (input.height * input.width)
  return (
    <div className="field-room">
      <div className="field">
        <PictureTray />
        {isMeasured ? (
          <div className="field-maps" style={{ '--maps': maps.length } as CSSProperties}>
            {maps.map(({ heading, measured, figure }) => (
              <MeasuredPicture
                key={heading}
                figure={figure}
                measured={measured}
                grid={grid}
                held={{ row, column }}
                onPlace={onPlace}
                heading={maps.length > 1 ? heading : null}
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
            {isMeasured && (
              <FigureTools figures={figuresOf(maps)} usual="inferno">
                <ContourSwitch />
              </FigureTools>
            )}
          </header>
          <label className="field-depth small" htmlFor="field-depth">
            <span className="muted">Depth</span>
            <Slider
              id="field-depth"
              label="Depth"
              min={0}
              max={depths.length - 1}
              value={index}
              valueText={`${depth.name}, ${describeField(field)}`}
              onChange={setFieldDepth}
            />
            <span className="faint">
              {index + 1} of {depths.length}
            </span>
          </label>
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
                <Contributions maps={maps} centre={centre} />
              ) : (
                <>
                  <dl className="field-figures small">
                    <Figure
                      name="Side"
                      value={isGlobal ? 'global' : `${field.y.size} × ${field.x.size} px`}
                    />
                    <Figure name="Stride" value={isGlobal ? 'none' : `${field.y.stride} px`} />
                    <Figure
                      name="Start"
                      value={isGlobal ? 'none' : `${field.y.start} px`.replace('-', '−')}
                    />
                    <Figure name="Of the picture" value={area >= 1 ? 'all of it' : formatPercent(area)} />
                  </dl>
                  <p className="label faint">
                    Exact bounds on the graph: what lies outside cannot change the output.
                    {field.statistics !== null &&
                      ` The mean and variance of ${field.statistics} over the whole map are left out; strictly they read everything.`}
                  </p>
                </>
              )}
            </div>
          </div>
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
    depths.findLastIndex(({ field }) => field.global === null),
  )
}
