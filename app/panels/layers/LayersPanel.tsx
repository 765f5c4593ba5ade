import { ArrowDown, ArrowUp, Copy } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useMeasuredCosts, useShownAnalysis } from '../../state/derived'
import { type SessionState, useSessionStore } from '../../state/sessionStore'
import { IconButton } from '../../ui/IconButton'
import { notify } from '../../ui/notify'
import { type LayerColumn, layerColumns, layersAsText, type MeasuredLayer } from './layerColumns'
import './LayersPanel.css'

const icon = { size: 14, strokeWidth: 1.6, 'aria-hidden': true } as const
const selectionOf = (state: SessionState) => state.selection
const hoveredOf = (state: SessionState) => state.hovered

/** Every layer with its costs, in order of execution unless a header says otherwise. */
export function LayersPanel() {
  const rows = useMeasuredLayers()
  const [sort, setSort] = useState<{ readonly column: string; readonly isDescending: boolean }>({
    column: 'order',
    isDescending: false,
  })
  const [search, setSearch] = useState('')
  const selection = useSessionStore(selectionOf)
  const hovered = useSessionStore(hoveredOf)
  const shown = useMemo(() => arrange(rows, sort, search), [rows, sort, search])

  const sortBy = (column: LayerColumn) =>
    setSort(({ column: before, isDescending }) => ({
      column: column.id,
      isDescending: before === column.id ? !isDescending : column.isNumber && column.id !== 'order',
    }))

  return (
    <div className="layers">
      <div className="layers-bar">
        <input
          type="search"
          className="layers-search"
          placeholder="Filter layers"
          aria-label="Filter layers"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <span className="label faint">
          {shown.length} of {rows.length} layers, MACs count convolutions, linear layers and products
        </span>
        <span className="layers-space" />
        <IconButton
          label="Copy the table with full precision"
          side="top"
          onClick={() =>
            void navigator.clipboard.writeText(layersAsText(shown)).then(() => notify.info('Table copied.'))
          }
        >
          <Copy {...icon} />
        </IconButton>
      </div>
      <div className="layers-scroll">
        <table className="layers-table" aria-label="Layers">
          <thead>
            <tr>
              {layerColumns.map((column) => (
                <th
                  key={column.id}
                  scope="col"
                  data-number={column.isNumber || undefined}
                  aria-sort={
                    sort.column !== column.id ? 'none' : sort.isDescending ? 'descending' : 'ascending'
                  }
                >
                  <button type="button" title={column.help} onClick={() => sortBy(column)}>
                    {column.title}
                    {sort.column === column.id &&
                      (sort.isDescending ? (
                        <ArrowDown {...icon} size={12} />
                      ) : (
                        <ArrowUp {...icon} size={12} />
                      ))}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <LayerLine
                key={row.layer.path}
                row={row}
                isSelected={selection.includes(row.layer.path)}
                isHovered={hovered === row.layer.path}
              />
            ))}
          </tbody>
        </table>
        {rows.length === 0 && (
          <p className="layers-empty muted">Nothing is connected yet: start with a stem.</p>
        )}
      </div>
    </div>
  )
}

interface LayerLineProps {
  readonly row: MeasuredLayer
  readonly isSelected: boolean
  readonly isHovered: boolean
}

function LayerLine({ row, isSelected, isHovered }: LayerLineProps) {
  const { select, wishCamera, hover } = useSessionStore.getState()
  const show = () => {
    select([row.layer.path])
    wishCamera('show', row.layer.path)
  }
  return (
    <tr
      data-selected={isSelected || undefined}
      data-hovered={isHovered || undefined}
      onClick={show}
      onPointerEnter={() => hover(row.layer.path)}
      onPointerLeave={() => hover(null)}
    >
      {layerColumns.map((column) => (
        <td
          key={column.id}
          data-number={column.isNumber || undefined}
          data-column={column.id}
          title={column.isNumber ? undefined : column.print(row)}
        >
          {column.id === 'layer' ? (
            <button type="button" className="layers-name mono" onClick={show}>
              {column.print(row)}
            </button>
          ) : (
            column.print(row)
          )}
          {column.share && (
            <span className="layers-meter" aria-hidden="true">
              <span style={{ width: `${100 * column.share(row)}%` }} />
            </span>
          )}
        </td>
      ))}
    </tr>
  )
}

function useMeasuredLayers(): readonly MeasuredLayer[] {
  const { layers } = useShownAnalysis()
  const measured = useMeasuredCosts()
  return useMemo(
    () =>
      layers.map((layer, order) => ({
        order,
        layer,
        ms: measured?.costs.byPath.get(layer.path) ?? null,
        isStale: measured?.isStale ?? false,
      })),
    [layers, measured?.costs, measured?.isStale],
  )
}

function arrange(
  rows: readonly MeasuredLayer[],
  sort: { readonly column: string; readonly isDescending: boolean },
  search: string,
): readonly MeasuredLayer[] {
  const column = layerColumns.find(({ id }) => id === sort.column)
  const words = search.trim().toLowerCase()
  const found = words
    ? rows.filter(({ layer }) => `${layer.path} ${layer.title} ${layer.kind}`.toLowerCase().includes(words))
    : rows
  if (!column) return found
  const direction = sort.isDescending ? -1 : 1
  return [...found].sort((a, b) => direction * compare(column.value(a), column.value(b)))
}

const compare = (a: number | string, b: number | string): number =>
  typeof a === 'number' && typeof b === 'number'
    ? a - b
    : String(a).localeCompare(String(b), 'en', { numeric: true })
