/** Files and clipboard: what a figure can become outside the page. */
import { download } from '../ui/download'
import { notify } from '../ui/notify'
import { drawShapes } from './drawShapes'
import type { MapFigure } from './mapFigure'
import { csvOf, npyOfCells, npyOfStack } from './numbers'
import { captionText, type Sheet, sheetOf } from './sheet'
import { svgOf } from './svg'
import { useViewStore } from './viewStore'

/** Several figures become one sheet and one file of numbers. */
export type Figures = readonly [MapFigure, ...MapFigure[]]

const stemOf = ([{ fileName }, ...others]: Figures): string =>
  others.length > 0 ? `${fileName}-and-${others.length}-more` : fileName

const sheet = (figures: Figures): Sheet => sheetOf(figures, useViewStore.getState())

export function saveSvg(figures: Figures): void {
  download(`${stemOf(figures)}.svg`, svgOf(sheet(figures)), 'image/svg+xml')
}

/** Twice the size of the sheet, for print. */
const pngScale = 2

export async function savePng(figures: Figures): Promise<void> {
  const { width, height, shapes } = sheet(figures)
  const canvas = new OffscreenCanvas(width * pngScale, height * pngScale)
  const context = canvas.getContext('2d')
  if (!context) {
    notify.problem('This browser gives no canvas to draw the PNG on; save the SVG instead.')
    return
  }
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.scale(pngScale, pngScale)
  drawShapes(context, shapes)
  download(`${stemOf(figures)}.png`, await canvas.convertToBlob({ type: 'image/png' }), 'image/png')
}

export const saveCsv = (figures: Figures): void =>
  download(`${stemOf(figures)}.csv`, csvOf(figures), 'text/csv')

/** Maps of one shape become one array [maps, height, width]; others one file each. */
export function saveNpy(figures: Figures): void {
  const cells = figures.flatMap((figure) => (figure.cells ? [figure.cells] : []))
  const stacked = npyOfStack(cells)
  if (stacked) download(`${stemOf(figures)}.npy`, stacked, 'application/octet-stream')
  else
    figures.forEach(({ cells: own, fileName }, index) => {
      if (own) download(`${fileName}-${index}.npy`, npyOfCells(own), 'application/octet-stream')
    })
}

export async function copyCaption(figures: Figures): Promise<void> {
  try {
    await navigator.clipboard.writeText(figures.map(captionText).join('\n'))
    notify.info('Caption copied.')
  } catch {
    notify.problem('This browser does not let the page write to the clipboard.')
  }
}
