/** The receptive field after each layer of a design, in order of depth, with names for people. */
import {
  type Analysis,
  type AxisField,
  type Box,
  type DepthField,
  fieldBox,
  fieldsByDepth,
  type Graph,
  type Grid,
  misalignments,
  type ReceptiveField,
  type Shape,
} from '../../../engine/index'

/** In pixels: with what lies in the padding, and without. */
export interface FieldBox {
  readonly box: Box
  readonly clipped: Box
}

export interface Depth {
  readonly instancePath: string
  /** Document path: what a click selects. */
  readonly path: string
  readonly name: string
  readonly field: ReceptiveField
  /** What one position reads. */
  readonly boxAt: (row: number, column: number) => FieldBox | null
  /** Merges on the way whose paths are centred on different pixels. */
  readonly misaligned: () => readonly { readonly name: string; readonly y: number; readonly x: number }[]
  /** Where the output's positions lie; null for a vector. */
  readonly grid: Grid | null
}

const known = new WeakMap<Analysis, readonly Depth[]>()

/** One entry per module instance whose output depends on the picture. */
export function depthsOf(analysis: Analysis): readonly Depth[] {
  let depths = known.get(analysis)
  if (!depths) {
    const { graph, scopes } = analysis.lowered
    const pathOfInstance = new Map(
      analysis.layers.flatMap(({ path, instancePaths }) =>
        instancePaths.map((instance) => [instance, path] as const),
      ),
    )
    depths = fieldsByDepth(graph, scopes).flatMap((entry) => {
      const path = pathOfInstance.get(entry.instancePath)
      return path === undefined ? [] : [depthOf(entry, path, graph)]
    })
    known.set(analysis, depths)
  }
  return depths
}

function depthOf({ instancePath, node, field }: DepthField, path: string, graph: Graph): Depth {
  const { shape = [], grid = null } = graph.nodes[node] ?? {}
  return {
    instancePath,
    path,
    name: nameOf(instancePath),
    field,
    boxAt: (row, column) => fieldBox(graph, node, row, column),
    misaligned: () =>
      misalignments(graph, node).map(({ node: merge, y, x }) => ({
        name: nameOf(graph.scopes[graph.nodes[merge]?.scope ?? 0]?.path ?? ''),
        y,
        x,
      })),
    grid: gridOf(shape, grid),
  }
}

const nameOf = (path: string): string => path.replaceAll('/', '.')

const gridOf = (shape: Shape, grid: Grid | null): Grid | null =>
  shape.length === 4 ? { height: shape[1] ?? 1, width: shape[2] ?? 1, prefix: 0 } : grid

/** The longer side in pixels; Infinity when global. */
export const sideOf = ({ y, x }: ReceptiveField): number => Math.max(y.size, x.size)

/** The middle pixel of what the place reads; where that is everything, of the cell of the picture that it stands for. */
export function centreOf(
  { field, grid, boxAt }: Depth,
  row: number,
  column: number,
  input: { readonly height: number; readonly width: number },
): { readonly y: number; readonly x: number } {
  const box = boxAt(row, column)?.box
  const middle = (axis: AxisField, low: number, high: number, at: number, side: number, count: number) =>
    axis.global === null ? Math.floor((low + high - 1) / 2) : Math.floor(((at + 0.5) * side) / count)
  return {
    y: middle(field.y, box?.top ?? 0, box?.bottom ?? 1, row, input.height, grid?.height ?? 1),
    x: middle(field.x, box?.left ?? 0, box?.right ?? 1, column, input.width, grid?.width ?? 1),
  }
}

/** The position of a grid that lies under a place of the picture, 0..1. */
export function placeIn(
  grid: Grid | null,
  { y, x }: { readonly y: number; readonly x: number },
): { readonly row: number; readonly column: number; readonly token: number } {
  if (!grid) return { row: 0, column: 0, token: 0 }
  const row = Math.min(grid.height - 1, Math.floor(y * grid.height))
  const column = Math.min(grid.width - 1, Math.floor(x * grid.width))
  return { row, column, token: grid.prefix + row * grid.width + column }
}
