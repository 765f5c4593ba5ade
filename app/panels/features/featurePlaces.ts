/** Everywhere in a design that gives something: modules, blocks and stages in the order in which they are computed. */
import { type Analysis, type Grid, receptiveField, type Shape } from '../../../engine/index'
import { isInside, type PathKey } from '../../state/paths'
import { type CellLayout, cellLayout, isOnGrid } from './cellLayout'

export interface FeaturePlace {
  /** The outermost instance that gives this: `layer1` rather than its last activation. */
  readonly instancePath: string
  readonly name: string
  /** Document paths of all that give it, the outermost first. */
  readonly paths: readonly PathKey[]
  readonly shape: Shape
  /** Where the positions lie; null for vectors and tokens without a place. */
  readonly grid: Grid | null
  readonly layout: CellLayout | null
}

const known = new WeakMap<Analysis, readonly FeaturePlace[]>()

export function featurePlaces(analysis: Analysis): readonly FeaturePlace[] {
  let places = known.get(analysis)
  if (!places) {
    places = findPlaces(analysis)
    known.set(analysis, places)
  }
  return places
}

function findPlaces({ lowered }: Analysis): readonly FeaturePlace[] {
  const { graph, scopes, nodes, document } = lowered
  const byNode = new Map<number, { readonly instance: string; readonly path: PathKey }[]>()
  // A group comes before what it holds.
  for (const [path, { instancePaths }] of nodes) {
    for (const instance of instancePaths) {
      const node = graph.scopes[scopes.get(instance) ?? -1]?.output
      if (node === null || node === undefined) continue
      byNode.set(node, [...(byNode.get(node) ?? []), { instance, path }])
    }
  }
  const ordered = [...byNode].sort(([a], [b]) => a - b)
  return ordered.flatMap(([id, givers], index) => {
    const node = graph.nodes[id]
    const outermost = givers.toSorted((a, b) => depthOf(a.instance) - depthOf(b.instance))
    const [first] = outermost
    if (!node || !first) return []
    const grid = gridOf(node)
    // What reads everything lies where the last map on the same grid lay that did not.
    const field =
      grid &&
      ordered
        .slice(0, index + 1)
        .map(([earlier]) => ({ field: receptiveField(graph, earlier), grid: gridOf(graph.nodes[earlier]) }))
        .findLast(
          (earlier) =>
            earlier.grid?.height === grid.height &&
            earlier.grid.width === grid.width &&
            earlier.field &&
            isOnGrid(earlier.field, grid, document.input),
        )?.field
    return [
      {
        instancePath: first.instance,
        name: first.instance.replaceAll('/', '.'),
        paths: outermost.map(({ path }) => path),
        shape: node.shape,
        grid,
        layout: grid && cellLayout(grid, field ?? null, document.input),
      },
    ]
  })
}

const depthOf = (instance: string): number => instance.split('/').length

function gridOf(node: { readonly shape: Shape; readonly grid: Grid | null } | undefined): Grid | null {
  const [pictures, height = 1, width = 1] = node?.shape ?? []
  if (!node || pictures !== 1) return null
  return node.shape.length === 4 ? { height, width, prefix: 0 } : node.shape.length === 3 ? node.grid : null
}

/** Cells along a side below which a map is hard to read. */
const leastSide = 7

/** The last place at or inside the selection; without one, the deepest map that still shows where things are. */
export function placeOfSelection(places: readonly FeaturePlace[], selection: readonly PathKey[]): number {
  const [selected] = selection
  if (selected !== undefined) {
    const inside = places.findLastIndex(({ paths }) => paths.some((path) => isInside(path, selected)))
    if (inside >= 0) return inside
  }
  const hasCells =
    (least: number) =>
    ({ grid }: FeaturePlace) =>
      grid !== null && Math.min(grid.height, grid.width) >= least
  const detailed = places.findLastIndex(hasCells(leastSide))
  return detailed >= 0 ? detailed : Math.max(0, places.findLastIndex(hasCells(2)))
}
