/** Which values carry a map, and how elements of a value are counted as tokens of its map. */
import type { Graph, Grid, Value } from '../../graph/graph'
import { indicesOf, type Region } from '../../ops/region'

/** Where the tokens of a value lie, counted as Places counts them; null for what is neither a map nor tokens. */
export function mapOf({ shape, grid }: Value): Grid | null {
  const [, height = 0, width = 0] = shape
  if (shape.length === 4) return { height, width, prefix: 0 }
  if (shape.length !== 3) return shape.length === 2 ? { height: 0, width: 0, prefix: 1 } : null
  // What does not lie on the grid, before it or behind it, lies nowhere.
  if (grid) return { ...grid, prefix: height - grid.height * grid.width }
  return { height: 0, width: 0, prefix: height }
}

export const hasCells = (map: Grid | null): map is Grid => map !== null && map.height * map.width > 0

/** The tokens of the first picture that a region of the value covers. */
export function tokensIn({ shape, grid }: Value, region: Region): readonly number[] {
  const [pictures, rows, columns] = region
  if (pictures && indicesOf(pictures)[0] !== 0) return []
  if (shape.length === 2) return [0]
  const first = rows ? indicesOf(rows) : []
  if (shape.length === 4) {
    const across = columns ? indicesOf(columns) : []
    const width = shape[2]
    return first.flatMap((row) => across.map((column) => row * width + column))
  }
  if (!grid) return first
  const cells = grid.height * grid.width
  const others = shape[1] - cells
  return first.map((token) => {
    if (token < grid.prefix) return token
    return token < grid.prefix + cells ? token - grid.prefix + others : token - cells
  })
}

/** The tokens of one map that lie where a token of another does: both cover the picture. */
export function onOtherMap(token: number, from: Grid, to: Grid): readonly number[] {
  if (token < from.prefix || !hasCells(to)) return []
  const cell = token - from.prefix
  const span = (at: number, size: number, other: number): number[] => {
    const first = Math.floor((at * other) / size)
    const end = Math.max(first + 1, Math.ceil(((at + 1) * other) / size))
    return Array.from({ length: end - first }, (_, i) => first + i)
  }
  const columns = span(cell % from.width, from.width, to.width)
  return span(Math.floor(cell / from.width), from.height, to.height).flatMap((row) =>
    columns.map((column) => to.prefix + row * to.width + column),
  )
}

/** The value of a node that carries a map; throws for what does not. */
export function mapAt(graph: Graph, node: number): Grid {
  return mapOf(graph.nodes[node]) ?? { height: 0, width: 0, prefix: 0 }
}
