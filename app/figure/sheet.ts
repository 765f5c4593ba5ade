/** A figure as it goes into a paper or onto a slide: title, map with its colour bar, caption; on white whatever the theme. */
import { colourTable } from './colourMaps'
import type { CaptionLine, MapFigure, Raster } from './mapFigure'
import { ticksOf } from './ranges'
import { type Box, mapShapes, type Shape } from './shapes'
import { coloursFor, type ViewSettings } from './viewStore'

export interface Sheet {
  readonly width: number
  readonly height: number
  readonly title: string
  /** The whole caption as one text, for those who cannot see it. */
  readonly description: string
  readonly shapes: readonly Shape[]
}

const margin = 20
const mapWidth = 448
const barGap = 14
const barWidth = 12
const barRoom = 76
const ink = '#1b1c1f'
const pale = '#53565f'
const captionSize = 11
const lineHeight = 16

/** One figure, or several side by side, each with its own bar and caption. */
export function sheetOf(figures: readonly MapFigure[], view: ViewSettings): Sheet {
  let left = 0
  let height = 0
  const shapes: Shape[] = []
  for (const figure of figures) {
    const column = columnOf(figure, view, left)
    shapes.push(...column.shapes)
    left += column.width
    height = Math.max(height, column.height)
  }
  return {
    width: left + margin,
    height: Math.ceil(height + margin),
    title: figures.map(({ title }) => title).join(' | '),
    description: figures.map(captionText).join('\n'),
    shapes,
  }
}

/** `Model: swin_tiny. Head: 3.`: for the clipboard and for SVG's description. */
export const captionText = ({ title, caption }: MapFigure): string =>
  `${title}. ${caption.map(([name, value]) => `${name}: ${value}.`).join(' ')}`

function columnOf(figure: MapFigure, view: ViewSettings, start: number) {
  const left = start + margin
  const map: Box = {
    x: left,
    y: margin + 30,
    width: mapWidth,
    height: (mapWidth * figure.size.height) / figure.size.width,
  }
  const hasBar = figure.cells !== null && figure.cells.isColour !== true
  const width = mapWidth + (hasBar ? barGap + barRoom : 0)
  const caption = captionShapes(figure.caption, left, map.y + map.height + 24, width)
  const shapes: Shape[] = [
    { kind: 'text', x: left, y: margin + 14, text: figure.title, size: 15, isBold: true, colour: ink },
    ...mapShapes(figure, view, map),
    ...(hasBar ? barShapes(figure, view, map) : []),
    ...caption.shapes,
  ]
  return { width: width + margin, height: caption.bottom, shapes }
}

function barShapes(figure: MapFigure, view: ViewSettings, map: Box): readonly Shape[] {
  const x = map.x + map.width + barGap
  const bar: Box = { x, y: map.y, width: barWidth, height: map.height }
  const table = colourTable(coloursFor(view, figure.range, figure.colours))
  const ticks = ticksOf(figure.range, 5).flatMap(({ share, text }): Shape[] => {
    const y = bar.y + (1 - share) * bar.height
    // The outer numbers stay beside the bar.
    const baseline = Math.min(bar.y + bar.height, Math.max(bar.y + 8, y + 4))
    return [
      { kind: 'path', d: `M${x + barWidth} ${y}h4`, stroke: pale, lineWidth: 1 },
      { kind: 'text', x: x + barWidth + 8, y: baseline, text, size: captionSize, colour: ink },
    ]
  })
  return [
    { kind: 'image', ...bar, raster: columnRaster(table), isSmooth: true },
    ...ticks,
    { kind: 'text', x, y: map.y - 8, text: figure.quantity, size: captionSize, colour: pale },
  ]
}

/** High values at the top. */
function columnRaster(table: Uint8ClampedArray): Raster {
  const steps = table.length / 3
  const data = new Uint8ClampedArray(steps * 4)
  for (let step = 0; step < steps; step++) {
    const from = 3 * (steps - 1 - step)
    data.set([table[from] ?? 0, table[from + 1] ?? 0, table[from + 2] ?? 0, 255], 4 * step)
  }
  return { height: steps, width: 1, data }
}

/** Names in one column, what they say in the next, broken where the room ends. */
function captionShapes(caption: readonly CaptionLine[], left: number, top: number, width: number) {
  const names = Math.min(140, Math.max(...caption.map(([name]) => textWidth(name)), 0) + 14)
  const shapes: Shape[] = []
  let y = top
  for (const [name, value] of caption) {
    shapes.push({ kind: 'text', x: left, y, text: name, size: captionSize, colour: pale })
    for (const line of brokenInto(value, width - names)) {
      shapes.push({ kind: 'text', x: left + names, y, text: line, size: captionSize, colour: ink })
      y += lineHeight
    }
  }
  return { shapes, bottom: y - lineHeight + 4 }
}

/** A little more than Inter takes, so that no line is cut in another font. */
const textWidth = (text: string): number => text.length * captionSize * 0.56

function brokenInto(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && textWidth(longer) > width) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}
