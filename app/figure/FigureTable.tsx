import { useState } from 'react'
import { Button } from '../ui/Button'
import { formatInteger } from '../ui/formatNumber'
import { Segmented } from '../ui/Segmented'
import { colourAt } from './colourMaps'
import type { MapFigure } from './mapFigure'
import { type NumberRow, numberRows, strongestFirst } from './numbers'
import { formatInColumn, shareOf } from './ranges'
import { coloursFor, useViewStore } from './viewStore'

const strongestCount = 20
const pageLength = 200

/** The figure in numbers: the strongest cells, or all of them in the picture's order. */
export function FigureTable({ figure }: { readonly figure: MapFigure }) {
  const [which, setWhich] = useState<'strongest' | 'all'>('strongest')
  const [shown, setShown] = useState(pageLength)
  const view = useViewStore()
  const { cells, range, quantity, title } = figure
  if (!cells) return <p className="small muted">There are no numbers to show yet.</p>
  const rows = which === 'strongest' ? strongestFirst(cells).slice(0, strongestCount) : numberRows(cells)
  const colours = coloursFor(view, range, figure.colours)
  const count = cells.height * cells.width
  return (
    <section className="figure-table" aria-label={`${title}, as a table`}>
      <header>
        <Segmented
          label="Rows of the table"
          value={which}
          options={[
            { value: 'strongest', label: `Strongest ${strongestCount}` },
            { value: 'all', label: `All ${formatInteger(count)}` },
          ]}
          onChange={setWhich}
        />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="figure-table-rows" tabIndex={0} aria-label="Numbers of the figure">
        <table>
          <caption className="spoken">{title}</caption>
          <thead>
            <tr>
              <th scope="col">Row</th>
              <th scope="col">Column</th>
              {cells.isColour ? (
                ['Red', 'Green', 'Blue'].map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))
              ) : (
                <th scope="col">{quantity.charAt(0).toUpperCase() + quantity.slice(1)}</th>
              )}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((row) => (
              <tr key={row.row * cells.width + row.column}>
                <th scope="row">{row.row}</th>
                <td>{row.column}</td>
                <Values
                  values={row.values}
                  components={cells.isColour ? 3 : 1}
                  colourOf={
                    cells.isColour ? null : (value) => colourAt(colours, shareOf(value, range)).join(' ')
                  }
                />
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length > shown && (
          <Button look="link" onClick={() => setShown(shown + pageLength)}>
            Show {Math.min(pageLength, rows.length - shown)} more
          </Button>
        )}
      </section>
    </section>
  )
}

function Values({
  values,
  components,
  colourOf,
}: {
  readonly values: NumberRow['values']
  readonly components: number
  readonly colourOf: ((value: number) => string) | null
}) {
  if (!values) return <td colSpan={components}>cannot be read</td>
  return values.map((value, component) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: components are their numbers
    <td key={component}>
      {formatInColumn(value)}
      {colourOf && (
        <span
          className="figure-table-ramp"
          aria-hidden="true"
          style={{ background: `rgb(${colourOf(value)})` }}
        />
      )}
    </td>
  ))
}
