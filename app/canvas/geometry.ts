export interface Point {
  readonly x: number
  readonly y: number
}

export interface Rect extends Point {
  readonly width: number
  readonly height: number
}

export const right = (rect: Rect): number => rect.x + rect.width
export const bottom = (rect: Rect): number => rect.y + rect.height
export const center = (rect: Rect): Point => ({ x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 })

export const grown = (rect: Rect, by: number): Rect => ({
  x: rect.x - by,
  y: rect.y - by,
  width: rect.width + 2 * by,
  height: rect.height + 2 * by,
})

export const contains = (rect: Rect, { x, y }: Point): boolean =>
  x >= rect.x && x <= right(rect) && y >= rect.y && y <= bottom(rect)

export function union(rects: readonly Rect[]): Rect {
  if (rects.length === 0) return { x: 0, y: 0, width: 0, height: 0 }
  const x = Math.min(...rects.map((rect) => rect.x))
  const y = Math.min(...rects.map((rect) => rect.y))
  return {
    x,
    y,
    width: Math.max(...rects.map(right)) - x,
    height: Math.max(...rects.map(bottom)) - y,
  }
}

/** How far a point is from a rectangle; 0 inside it. */
export function distanceToRect(rect: Rect, { x, y }: Point): number {
  const dx = Math.max(rect.x - x, 0, x - right(rect))
  const dy = Math.max(rect.y - y, 0, y - bottom(rect))
  return Math.hypot(dx, dy)
}

/** How far a point is from a line of several pieces. */
export function distanceToLine(line: readonly Point[], point: Point): number {
  let least = Number.POSITIVE_INFINITY
  for (const [index, from] of line.entries()) {
    const to = line[index + 1]
    if (to) least = Math.min(least, distanceToPiece(from, to, point))
  }
  return least
}

function distanceToPiece(from: Point, to: Point, point: Point): number {
  const dx = to.x - from.x
  const dy = to.y - from.y
  const squared = dx * dx + dy * dy
  const along = squared === 0 ? 0 : ((point.x - from.x) * dx + (point.y - from.y) * dy) / squared
  const t = Math.min(1, Math.max(0, along))
  return Math.hypot(point.x - (from.x + t * dx), point.y - (from.y + t * dy))
}

/** The point half way along a line of several pieces. */
export function middleOf(line: readonly Point[]): Point {
  const lengths = line.slice(1).map((to, index) => {
    const from = line[index] as Point
    return Math.hypot(to.x - from.x, to.y - from.y)
  })
  let left = lengths.reduce((sum, length) => sum + length, 0) / 2
  for (const [index, length] of lengths.entries()) {
    const from = line[index] as Point
    const to = line[index + 1] as Point
    if (left <= length && length > 0) {
      const t = left / length
      return { x: from.x + t * (to.x - from.x), y: from.y + t * (to.y - from.y) }
    }
    left -= length
  }
  return line[0] ?? { x: 0, y: 0 }
}

/** An SVG path along the points, its corners rounded. */
export function roundedPath(line: readonly Point[], radius: number): string {
  const [first, ...rest] = line
  if (!first) return ''
  const parts = [`M${print(first)}`]
  for (const [index, corner] of rest.entries()) {
    const before = line[index] as Point
    const after = line[index + 2]
    if (!after) {
      parts.push(`L${print(corner)}`)
      continue
    }
    const fromBefore = towards(corner, before, radius)
    const toAfter = towards(corner, after, radius)
    parts.push(`L${print(fromBefore)}`, `Q${print(corner)} ${print(toAfter)}`)
  }
  return parts.join('')
}

/** The point at most `distance`, and at most half the way, from `from` towards `to`. */
function towards(from: Point, to: Point, distance: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y)
  if (length === 0) return from
  const t = Math.min(distance, length / 2) / length
  return { x: from.x + t * (to.x - from.x), y: from.y + t * (to.y - from.y) }
}

const print = ({ x, y }: Point): string => `${Number(x.toFixed(2))} ${Number(y.toFixed(2))}`
