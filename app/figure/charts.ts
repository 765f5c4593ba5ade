/** Charts as files: what the page shows, in the light theme, between a title and a caption. */
import { download } from '../ui/download'
import { notify } from '../ui/notify'
import type { CaptionLine } from './mapFigure'
import { csvTable } from './numbers'
import { chartSheet } from './sheet'
import { svgOf } from './svg'

export interface ChartFigure {
  readonly title: string
  readonly caption: readonly CaptionLine[]
  /** What is drawn, in numbers: for the table and for CSV. */
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
  /** Name of exported files without the ending; see fileStem. */
  readonly fileName: string
}

interface DrawnChart {
  readonly svg: string
  readonly width: number
  readonly height: number
}

/** `drawing` is the SVG element on the page. */
function drawnChart(chart: ChartFigure, drawing: SVGSVGElement): DrawnChart {
  const { width, height } = drawing.getBoundingClientRect()
  const { sheet, x, y } = chartSheet(chart, { width, height })
  const copy = drawing.cloneNode(true) as SVGSVGElement
  copy.setAttribute('x', String(x))
  copy.setAttribute('y', String(y))
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height))
  copy.removeAttribute('style')
  return { ...sheet, svg: svgOf(sheet, inLightTheme(new XMLSerializer().serializeToString(copy))) }
}

/** Colours that the page takes from its theme are written out; files are for white paper. */
function inLightTheme(markup: string): string {
  const probe = document.createElement('div')
  probe.dataset.theme = 'light'
  document.body.append(probe)
  const style = getComputedStyle(probe)
  const named = markup.replace(/var\((--[\w-]+)\)/g, (_, name: string) => style.getPropertyValue(name).trim())
  probe.remove()
  return named
}

export function saveChartSvg(chart: ChartFigure, drawing: SVGSVGElement): void {
  download(`${chart.fileName}.svg`, drawnChart(chart, drawing).svg, 'image/svg+xml')
}

const pngScale = 2

export async function saveChartPng(chart: ChartFigure, drawing: SVGSVGElement): Promise<void> {
  const { svg, width, height } = drawnChart(chart, drawing)
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  try {
    const image = new Image()
    image.src = address
    await image.decode()
    const canvas = new OffscreenCanvas(width * pngScale, height * pngScale)
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
    download(`${chart.fileName}.png`, await canvas.convertToBlob({ type: 'image/png' }), 'image/png')
  } catch {
    notify.problem('This browser does not draw the chart into a PNG; save the SVG instead.')
  } finally {
    URL.revokeObjectURL(address)
  }
}

export function saveChartCsv({ title, caption, columns, rows, fileName }: ChartFigure): void {
  download(`${fileName}.csv`, csvTable([['Title', title], ...caption], [columns, ...rows]), 'text/csv')
}
