import { Download, Table2 } from 'lucide-react'
import { type RefObject, useState } from 'react'
import { Dialog } from '../ui/Dialog'
import { IconButton } from '../ui/IconButton'
import { Menu } from '../ui/Menu'
import { type ChartFigure, saveChartCsv, saveChartPng, saveChartSvg } from './charts'
import { formatInColumn } from './ranges'

const icon = { size: 16, strokeWidth: 1.6, 'aria-hidden': true } as const

interface ChartToolsProps {
  /** Made when somebody asks for it. */
  readonly chart: () => ChartFigure
  /** What holds the chart's SVG. */
  readonly around: RefObject<HTMLElement | null>
}

/** A chart's numbers as a table, and its files. */
export function ChartTools({ chart, around }: ChartToolsProps) {
  const [shown, setShown] = useState<ChartFigure | null>(null)
  const withDrawing = (save: (chart: ChartFigure, drawing: SVGSVGElement) => unknown) => () => {
    const drawing = around.current?.querySelector('svg')
    if (drawing) void save(chart(), drawing)
  }
  return (
    <div className="figure-tools">
      <IconButton label="Numbers of the chart" onClick={() => setShown(chart())}>
        <Table2 {...icon} />
      </IconButton>
      <Menu
        align="end"
        items={[
          { label: 'PNG', hint: 'picture at 2×', onSelect: withDrawing(saveChartPng) },
          { label: 'SVG', hint: 'vectors and text', onSelect: withDrawing(saveChartSvg) },
          'line',
          { label: 'CSV', hint: 'numbers with caption', onSelect: () => saveChartCsv(chart()) },
        ]}
      >
        <IconButton label="Save chart">
          <Download {...icon} />
        </IconButton>
      </Menu>
      <Dialog isOpen={shown !== null} onClose={() => setShown(null)} title={shown?.title ?? ''} width={520}>
        {shown && <ChartTable chart={shown} />}
      </Dialog>
    </div>
  )
}

function ChartTable({ chart: { title, columns, rows } }: { readonly chart: ChartFigure }) {
  return (
    <section className="figure-table" aria-label={`${title}, as a table`}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="figure-table-rows figure-tables" tabIndex={0} aria-label="Numbers of the chart">
        <table>
          <caption className="spoken">{title}</caption>
          <thead>
            <tr>
              {columns.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.join()}>
                {row.map((value, column) => (
                  <td key={columns[column]}>
                    {typeof value === 'number' && !Number.isInteger(value) ? formatInColumn(value) : value}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  )
}
