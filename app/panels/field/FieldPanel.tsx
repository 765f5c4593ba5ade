import { useEffect, useState } from 'react'
import { fieldBox, type ReceptiveField } from '../../../engine/index'
import { useAnalysis } from '../../state/derived'
import { useDocumentStore } from '../../state/documentStore'
import { useRunStore } from '../../state/runStore'
import { type SessionState, useSessionStore } from '../../state/sessionStore'
import { formatPercent } from '../../ui/formatNumber'
import { Segmented } from '../../ui/Segmented'
import { Slider } from '../../ui/Slider'
import { PictureTray } from '../pictures/PictureTray'
import { Contributions } from './Contributions'
import { DepthChart } from './DepthChart'
import { type Depth, depthsOf, describeField } from './depths'
import { FieldPicture } from './FieldPicture'
import { Figure } from './Figure'
import { useMeasuredField } from './useMeasuredField'
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
  const row = grid ? Math.min(grid.height - 1, Math.floor(place.y * grid.height)) : 0
  const column = grid ? Math.min(grid.width - 1, Math.floor(place.x * grid.width)) : 0
  const isGlobal = field.global !== null
  const [view, setView] = useState<'bounds' | 'measured'>('bounds')
  const isMeasured = view === 'measured'
  const token = grid ? grid.prefix + row * grid.width + column : 0
  const measured = useMeasuredField(depth.instancePath, isMeasured ? token : null)
  const hasDevice = useRunStore((state) => state.device?.available === true)
  const { clipped } = fieldBox(field, row, column, input)
  const area =
    ((clipped.bottom - clipped.top) * (clipped.right - clipped.left)) / (input.height * input.width)
  return (
    <div className="field">
      <PictureTray />
      <div className="field-left">
        <FieldPicture
          depth={depth}
          row={row}
          column={column}
          measured={isMeasured ? measured.map : null}
          onPlace={(newRow, newColumn) =>
            grid && setPlace({ y: (newRow + 0.5) / grid.height, x: (newColumn + 0.5) / grid.width })
          }
        />
      </div>
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
        <DepthChart depths={depths} current={index} pictureSide={Math.max(input.height, input.width)} />
        {isMeasured ? (
          <Contributions
            measured={measured}
            hasDevice={hasDevice}
            centre={centreOf(depth, row, column, input)}
          />
        ) : (
          <>
            <dl className="field-figures small">
              <Figure name="Side" value={isGlobal ? 'global' : `${field.y.size} × ${field.x.size} px`} />
              <Figure name="Stride" value={isGlobal ? 'none' : `${field.y.stride} px`} />
              <Figure name="Start" value={isGlobal ? 'none' : `${field.y.start} px`.replace('-', '−')} />
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
  )
}

/** The middle pixel of what the place reads; where that is everything, of the cell of the picture that it stands for. */
function centreOf(
  { field, grid }: Depth,
  row: number,
  column: number,
  input: { readonly height: number; readonly width: number },
): { readonly y: number; readonly x: number } {
  const middle = ({ start, stride, size }: ReceptiveField['y'], at: number, sides: number, count: number) =>
    field.global === null
      ? Math.floor(start + stride * at + (size - 1) / 2)
      : Math.floor(((at + 0.5) * sides) / count)
  return {
    y: middle(field.y, row, input.height, grid?.height ?? 1),
    x: middle(field.x, column, input.width, grid?.width ?? 1),
  }
}

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
