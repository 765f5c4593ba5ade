import type { Point } from './geometry'
import type { Route } from './layoutBody'

const stub = 18

/** The line of an edge between two points, corner by corner. The same line is drawn and hit. */
export function edgeLine(kind: Route['kind'], from: Point, to: Point, forkBefore: number): readonly Point[] {
  const isForward = to.x > from.x + 4
  if (kind === 'fork' && to.x - forkBefore >= from.x - 1 && Math.abs(to.y - from.y) > 4) {
    const x = to.x - forkBefore
    return [{ x, y: from.y }, { x, y: to.y }, to]
  }
  if (kind === 'join' && isForward && from.y > to.y) return [from, { x: to.x, y: from.y }, to]
  // A node that was moved past its merge still enters it from below.
  if (kind === 'join' && from.y > to.y) {
    const y = (from.y + to.y) / 2
    const x = from.x + stub
    return [from, { x, y: from.y }, { x, y }, { x: to.x, y }, to]
  }
  if (isForward) {
    if (Math.abs(to.y - from.y) < 0.5) return [from, to]
    const x = (from.x + to.x) / 2
    return [from, { x, y: from.y }, { x, y: to.y }, to]
  }
  const y = (from.y + to.y) / 2
  return [
    from,
    { x: from.x + stub, y: from.y },
    { x: from.x + stub, y },
    { x: to.x - stub, y },
    { x: to.x - stub, y: to.y },
    to,
  ]
}
