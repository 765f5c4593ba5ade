/** The receptive field after each layer of a design, in order of depth, with names for people. */
import {
  type Analysis,
  type DepthField,
  fieldsByDepth,
  type Grid,
  type ReceptiveField,
  type Shape,
} from '../../../engine/index'

export interface Depth {
  readonly instancePath: string
  /** Document path: what a click selects. */
  readonly path: string
  readonly name: string
  readonly field: ReceptiveField
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
      return path === undefined ? [] : [depthOf(entry, path, graph.nodes[entry.node])]
    })
    known.set(analysis, depths)
  }
  return depths
}

function depthOf(
  { instancePath, field }: DepthField,
  path: string,
  node: { readonly shape: Shape; readonly grid: Grid | null } | undefined,
): Depth {
  const name = instancePath.replaceAll('/', '.')
  return { instancePath, path, name, field, grid: node ? gridOf(node.shape, node.grid) : null }
}

const gridOf = (shape: Shape, grid: Grid | null): Grid | null =>
  shape.length === 4 ? { height: shape[1] ?? 1, width: shape[2] ?? 1, prefix: 0 } : grid

/** The longer side in pixels; Infinity when global. */
export const sideOf = ({ y, x }: ReceptiveField): number => Math.max(y.size, x.size)

/** `231 × 231 px, stride 8`, or `global (attention)`. */
export function describeField(field: ReceptiveField): string {
  if (field.global !== null) return `global (${field.global})`
  const { y, x } = field
  const size = y.size === x.size ? `${y.size} × ${x.size} px` : `${y.size} px high, ${x.size} px wide`
  const stride = y.stride === x.stride ? `${y.stride}` : `${y.stride} and ${x.stride}`
  return `${size}, stride ${stride} px`
}

/** The middle pixel of what the place reads; where that is everything, of the cell of the picture that it stands for. */
export function centreOf(
  { field, grid }: Depth,
  row: number,
  column: number,
  input: { readonly height: number; readonly width: number },
): { readonly y: number; readonly x: number } {
  const middle = ({ start, stride, size }: ReceptiveField['y'], at: number, sides: number, count: number) =>
    field.global === null
      ? Math.floor(start + stride * at + (size - 1) / 2)
      : Math.floor(((at + 0.5) * sides) / count)
  return {
    y: middle(field.y, row, input.height, grid?.height ?? 1),
    x: middle(field.x, column, input.width, grid?.width ?? 1),
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
