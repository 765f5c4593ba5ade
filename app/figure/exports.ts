/** Files and clipboard: what a figure can become outside the page. */
import { download } from '../ui/download'
import { notify } from '../ui/notify'
import { drawShapes } from './drawShapes'
import type { MapFigure } from './mapFigure'
import { csvOf, npyOfCells } from './numbers'
import { captionText, type Sheet, sheetOf } from './sheet'
import { svgOf } from './svg'
import { useViewStore } from './viewStore'

/** Several figures become one picture side by side; their numbers one file each. */
export type Figures = readonly [MapFigure, ...MapFigure[]]

const sheet = (figures: Figures): Sheet => sheetOf(figures, useViewStore.getState())

export function saveSvg(figures: Figures): void {
  download(`${figures[0].fileName}.svg`, svgOf(sheet(figures)), 'image/svg+xml')
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
  download(`${figures[0].fileName}.png`, await canvas.convertToBlob({ type: 'image/png' }), 'image/png')
}

export function saveCsv(figures: Figures): void {
  for (const figure of figures) download(`${figure.fileName}.csv`, csvOf(figure), 'text/csv')
}

export function saveNpy(figures: Figures): void {
  for (const { cells, fileName } of figures)
    if (cells) download(`${fileName}.npy`, npyOfCells(cells), 'application/octet-stream')
}

export async function copyCaption(figures: Figures): Promise<void> {
  try {
    await navigator.clipboard.writeText(figures.map(captionText).join('\n'))
    notify.info('Caption copied.')
  } catch {
    notify.problem('This browser does not let the page write to the clipboard.')
  }
}
