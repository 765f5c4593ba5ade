/**
 * The exact support by brute force: one row, then one column of the input after another is disturbed, all in one batch, and
 * what changes has read it.
 */
import { elements, type Graph, type Shape, type Value } from '../../graph/graph'
import { evaluate, type Floats } from '../../ops/evaluate'
import { randomValues } from '../../ops/testing/randomGraph'
import { mapSize } from '../field/positions'
import type { Box } from '../receptiveField'

interface Network {
  readonly graph: Graph
  readonly output: Value
}

/** Per element of the result for one picture. `disturb`: what becomes of a number; not a number shows wherever it is read. */
export function disturbedBoxes(
  networkOf: (batch: number) => Network,
  disturb: (value: number) => number = () => Number.NaN,
): (Box | null)[] {
  const sizes = networkOf(1)
    .graph.nodes.filter(({ op }) => op === 'input')
    .map(mapSize)
  const rows = Math.max(...sizes.map(([height]) => height))
  const columns = Math.max(...sizes.map(([, width]) => width))
  // The last picture is as it was.
  const pictures = rows + columns + 1
  const { graph, output } = networkOf(pictures)
  const inputs = new Map<string, Floats>()
  for (const node of graph.nodes) {
    if (node.op !== 'input') continue
    const one = randomValues(node.attrs.name, node.shape.slice(1))
    const values = new Float64Array(pictures * one.length)
    const placeOf = placesOf(node.shape, node.grid)
    for (let picture = 0; picture < pictures; picture++) {
      one.forEach((value, i) => {
        const [row, column] = placeOf(i)
        const isHit = picture < rows ? row === picture : column === picture - rows
        values[picture * one.length + i] = isHit ? disturb(value) : value
      })
    }
    inputs.set(node.attrs.name, values)
  }
  const params = ({ attrs, shape }: Parameters<NonNullable<Parameters<typeof evaluate>[1]['params']>>[0]) =>
    randomValues(attrs.name, shape, attrs)
  const y = evaluate(graph, { inputs, params }).get(output.id) ?? new Float64Array()
  const count = elements(output.shape) / pictures
  return Array.from({ length: count }, (_, element) => {
    const still = y[(pictures - 1) * count + element]
    const isRead = (picture: number) => !Object.is(y[picture * count + element], still)
    const down = Array.from({ length: rows }, (_, row) => row).filter(isRead)
    const across = Array.from({ length: columns }, (_, column) => column).filter((column) =>
      isRead(rows + column),
    )
    const [top, left] = [down[0], across[0]]
    if (top === undefined || left === undefined) return null
    return { top, left, bottom: (down.at(-1) ?? 0) + 1, right: (across.at(-1) ?? 0) + 1 }
  })
}

/** Row and column of every element of one picture; tokens before the grid lie nowhere. */
function placesOf(
  shape: Shape,
  grid: Value['grid'],
): (element: number) => readonly [row: number, column: number] {
  const channels = shape[shape.length - 1]
  const [, columns] = mapSize({ shape, grid })
  const prefix = shape.length === 3 ? (grid?.prefix ?? 0) : 0
  return (element) => {
    const place = Math.floor(element / channels) - prefix
    return place < 0 ? [-1, -1] : [Math.floor(place / columns), place % columns]
  }
}
