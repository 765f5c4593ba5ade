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
const barGap = 14
const barWidth = 12
const barRoom = 76
const titleRoom = 30
const ink = '#1b1c1f'
const pale = '#53565f'
const captionSize = 11
const lineHeight = 16

/** Many maps, as the heads of a layer, are smaller and stand in rows. */
const arrangement = (count: number) =>
  count <= 3
    ? { columns: Math.max(1, count), mapWidth: 448, titleSize: 15 }
    : { columns: 4, mapWidth: 176, titleSize: 12.5 }

/** One figure, or several in rows, each with its own bar. What all their captions say stands once below. */
export function sheetOf(figures: readonly MapFigure[], view: ViewSettings): Sheet {
  const { columns, mapWidth, titleSize } = arrangement(figures.length)
  const shared = sharedLines(figures)
  const shapes: Shape[] = []
  let top = margin
  let width = 0
  for (let first = 0; first < figures.length; first += columns) {
    let left = margin
    let bottom = top
    for (const figure of figures.slice(first, first + columns)) {
      const own = figure.caption.filter((line) => !shared.has(keyOf(line)))
      const panel = panelOf(figure, view, { left, top, mapWidth, titleSize, caption: own })
      shapes.push(...panel.shapes)
      left += panel.width + margin
      bottom = Math.max(bottom, panel.bottom)
    }
    width = Math.max(width, left)
    top = bottom + margin
  }
  const common = (figures[0]?.caption ?? []).filter((line) => shared.has(keyOf(line)))
  const caption = captionShapes(common, margin, top + 2, width - 2 * margin)
  shapes.push(...caption.shapes)
  return {
    width,
    height: Math.ceil(caption.bottom + margin),
    title: figures.map(({ title }) => title).join(' | '),
    description: figures.map(captionText).join('\n'),
    shapes,
  }
}

/** Room for a chart of this size between its title and its caption, and where its left upper corner lies. */
export function chartSheet(
  { title, caption }: Pick<MapFigure, 'title' | 'caption'>,
  chart: { readonly width: number; readonly height: number },
): { readonly sheet: Sheet; readonly x: number; readonly y: number } {
  const width = Math.max(360, chart.width + 2 * margin)
  const y = margin + titleRoom
  const below = captionShapes(caption, margin, y + chart.height + 24, width - 2 * margin)
  const sheet: Sheet = {
    width,
    height: Math.ceil(below.bottom + margin),
    title,
    description: captionText({ title, caption }),
    shapes: [
      { kind: 'text', x: margin, y: margin + 14, text: title, size: 15, isBold: true, colour: ink },
      ...below.shapes,
    ],
  }
  return { sheet, x: margin, y }
}

const keyOf = ([name, value]: CaptionLine): string => `${name}: ${value}`

/** Lines that every caption has. */
function sharedLines(figures: readonly MapFigure[]): ReadonlySet<string> {
  const [first, ...others] = figures.map(({ caption }) => new Set(caption.map(keyOf)))
  return new Set([...(first ?? [])].filter((line) => others.every((lines) => lines.has(line))))
}

/** `Model: swin_tiny. Head: 3.`: for the clipboard and for SVG's description. */
export const captionText = ({ title, caption }: Pick<MapFigure, 'title' | 'caption'>): string =>
  `${title}. ${caption.map(([name, value]) => `${name}: ${value}.`).join(' ')}`

interface PanelPlace {
  readonly left: number
  readonly top: number
  readonly mapWidth: number
  readonly titleSize: number
  readonly caption: readonly CaptionLine[]
}

function panelOf(figure: MapFigure, view: ViewSettings, place: PanelPlace) {
  const { left, top, mapWidth, titleSize } = place
  const map: Box = {
    x: left,
    y: top + titleRoom,
    width: mapWidth,
    height: (mapWidth * figure.size.height) / figure.size.width,
  }
  const hasBar = figure.cells !== null && figure.cells.isColour !== true
  const width = mapWidth + (hasBar ? barGap + barRoom : 0)
  const caption = captionShapes(place.caption, left, map.y + map.height + 24, width)
  const shapes: Shape[] = [
    { kind: 'text', x: left, y: top + 14, text: figure.title, size: titleSize, isBold: true, colour: ink },
    ...mapShapes(figure, view, map),
    ...(hasBar ? barShapes(figure, view, map) : []),
    ...caption.shapes,
  ]
  const bottom = place.caption.length > 0 ? caption.bottom : map.y + map.height + 4
  return { width, bottom, shapes }
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
