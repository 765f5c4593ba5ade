/**
 * A figure as a few kinds of shapes, in the order in which they are drawn. The canvas, the SVG and the PNG draw these and know
 * nothing else, so that they cannot differ.
 */
import { type Area, insideOf, type MapFigure, type Mark, type Raster, wholeOf } from './mapFigure'
import { greyOf, paintCells } from './paint'
import { areasOf } from './regions'
import { coloursFor, type ViewSettings } from './viewStore'

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export type Shape =
  | (Box & {
      readonly kind: 'image'
      readonly raster: Raster
      readonly isSmooth: boolean
      /** Nothing is drawn beyond it. */
      readonly clip?: Box
    })
  | {
      readonly kind: 'path'
      /** In the language of SVG's `d`. */
      readonly d: string
      readonly fill?: string
      readonly stroke?: string
      readonly lineWidth?: number
      readonly dash?: readonly number[]
    }
  /** Diagonal lines over rectangles. */
  | { readonly kind: 'hatch'; readonly boxes: readonly Box[] }
  | {
      readonly kind: 'text'
      readonly x: number
      readonly y: number
      readonly text: string
      readonly size: number
      readonly isBold?: boolean
      readonly colour: string
      readonly anchor?: 'start' | 'middle' | 'end'
      /** Dark around the letters, for text on a picture. */
      readonly hasHalo?: boolean
    }

/** The map on its picture with its marks, filling `box`. */
export function mapShapes(figure: MapFigure, view: ViewSettings, box: Box): readonly Shape[] {
  const { picture, cells, size } = figure
  const place = placing(size, box)
  const shapes: Shape[] = []
  if (picture) {
    const raster = view.isPictureGrey && cells ? greyOf(picture) : picture
    shapes.push({ kind: 'image', ...box, raster, isSmooth: true })
  }
  if (cells) {
    const colours = coloursFor(view, figure.range, figure.colours)
    const raster = paintCells(cells, figure.range, colours, picture ? view.alpha : 1)
    shapes.push({
      kind: 'image',
      ...place(cells.area ?? wholeOf(size)),
      raster,
      // A map as fine as the screen has no edges to keep.
      isSmooth: view.isSmooth,
      ...(cells.area ? { clip: box } : {}),
    })
    const hatched = cells.absent
      ? areasOf(cells, cells.absent, size).map((area) => place(insideOf(area, size)))
      : []
    if (hatched.length > 0) shapes.push({ kind: 'hatch', boxes: hatched })
  }
  for (const mark of figure.marks) shapes.push(...markShapes(mark, size, place))
  return shapes
}

/** From the picture's pixels to the box. */
const placing =
  ({ height, width }: MapFigure['size'], box: Box) =>
  ({ left, top, right, bottom }: Area): Box => ({
    x: box.x + (left / width) * box.width,
    y: box.y + (top / height) * box.height,
    width: ((right - left) / width) * box.width,
    height: ((bottom - top) / height) * box.height,
  })

const halo = 'rgba(0, 0, 0, 0.6)'
const white = '#ffffff'

/** A line that is seen on every colour: dark and wide below, white above. */
const haloed = (d: string, lineWidth = 2, dash?: readonly number[]): readonly Shape[] => [
  { kind: 'path', d, stroke: halo, lineWidth: lineWidth + 2 },
  { kind: 'path', d, stroke: white, lineWidth, ...(dash ? { dash } : {}) },
]

function markShapes(mark: Mark, size: MapFigure['size'], place: (area: Area) => Box): readonly Shape[] {
  switch (mark.kind) {
    case 'query': {
      const box = atLeast(place(mark.area), 6)
      return haloed(rectangle(box), 2, mark.isSecond ? [3, 2] : undefined)
    }
    case 'outline': {
      const boxes = mark.areas.map(place)
      const first = boxes[0]
      const lineWidth = mark.look === 'solid' ? 1.5 : mark.look === 'window' ? 1.5 : 2
      return [
        ...haloed(
          boxes.map((each) => rectangle(each)).join(''),
          lineWidth,
          mark.look === 'bounds' ? [6, 4] : undefined,
        ),
        ...(mark.label && first ? [labelAt(first.x + first.width, first.y, mark.label)] : []),
      ]
    }
    case 'shade': {
      const whole = place(wholeOf(size))
      return [
        {
          kind: 'path',
          d: `${rectangle(whole)}${rectangle(place(mark.outside), true)}`,
          fill: 'rgba(0, 0, 0, 0.5)',
        },
      ]
    }
    case 'contour': {
      const d = mark.lines.map((line) => polyline(line, place)).join('')
      const highest = mark.lines
        .flat()
        .reduce<readonly [number, number] | null>(
          (best, point) => (best === null || point[1] < best[1] ? point : best),
          null,
        )
      const label = highest && mark.label ? pointAt(highest, place) : null
      return [
        ...haloed(d, 1.25),
        ...(label && mark.label
          ? [{ ...labelAt(label.x, label.y, mark.label), anchor: 'middle' as const }]
          : []),
      ]
    }
    case 'cross': {
      const { x, y } = pointAt([mark.x, mark.y], place)
      return haloed(`M${round(x - 5)} ${round(y)}h10M${round(x)} ${round(y - 5)}v10`, 1.5)
    }
    case 'points':
      return mark.points.map(({ x, y, weight }) => ({
        kind: 'path',
        d: disc(pointAt([x, y], place), 1.5 + 3 * Math.sqrt(weight)),
        fill: white,
        stroke: halo,
        lineWidth: 1,
      }))
  }
}

/** Inside the corner, so that it never leaves the map. */
const labelAt = (x: number, y: number, text: string): Extract<Shape, { kind: 'text' }> => ({
  kind: 'text',
  x: x - 4,
  y: y + 12,
  text,
  size: 10.5,
  colour: white,
  anchor: 'end',
  hasHalo: true,
})

/** Seen and hit even when a cell is a pixel. */
function atLeast({ x, y, width, height }: Box, side: number): Box {
  const wider = Math.max(width, side)
  const higher = Math.max(height, side)
  return { x: x - (wider - width) / 2, y: y - (higher - height) / 2, width: wider, height: higher }
}

const round = (value: number): number => Math.round(100 * value) / 100

/** Anticlockwise inside another rectangle, it is a hole. */
const rectangle = ({ x, y, width, height }: Box, isHole = false): string =>
  isHole
    ? `M${round(x)} ${round(y)}v${round(height)}h${round(width)}v${round(-height)}z`
    : `M${round(x)} ${round(y)}h${round(width)}v${round(height)}h${round(-width)}z`

const pointAt = ([x, y]: readonly [number, number], place: (area: Area) => Box) =>
  place({ left: x, top: y, right: x, bottom: y })

const polyline = (line: readonly (readonly [number, number])[], place: (area: Area) => Box): string =>
  line
    .map((point, index) => {
      const { x, y } = pointAt(point, place)
      return `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`
    })
    .join('')

const disc = ({ x, y }: { readonly x: number; readonly y: number }, radius: number): string =>
  `M${round(x - radius)} ${round(y)}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0z`
