/** How the kernels of attention read rows of queries, keys and values: four numbers at a time. */
import { KernelError } from '../errors'
import type { Binding, Shader } from './shader'
import type { Operand } from './spec'
import { isMultipleOf4, limitedAxes, strideOf } from './views'

export interface Rows {
  /** Of the storage variable; `load` and the name is the function that reads it. */
  readonly name: string
  readonly operand: Operand
  /** The uniform that holds the length of a row. */
  readonly length: 'depth' | 'depthV'
}

/** Refuses what strides alone do not describe. */
export function rowBindings(rows: readonly Rows[]): Binding[] {
  return rows.map(({ name, operand }) => {
    if (limitedAxes(operand.view).length)
      throw new KernelError(`internal: attention cannot read '${name}' through a guard; copy it first.`)
    return { name, tensor: operand.tensor, access: 'read', element: isEven(operand) ? 'vec4f' : 'f32' }
  })
}

/** Declares the functions that read, where the file's own would not do. */
export function declareRowLoads(shader: Shader, rows: readonly Rows[]): void {
  for (const row of rows) if (!isEven(row.operand)) declareLoad(shader, row)
}

/** Vectors of four in a row. */
export const vectorsIn = ({ view }: Operand): number => Math.ceil((view.shape[3] ?? 1) / 4)

function isEven({ view }: Operand): boolean {
  const steps = [0, 1, 2].map((axis) => strideOf(view, axis))
  return [view.offset, view.shape[3] ?? 1, ...steps].every(isMultipleOf4)
}

/** Four elements one by one; beyond the end of a row are zeros. */
function declareLoad(shader: Shader, { name, operand, length }: Rows): void {
  const isWhole = isMultipleOf4(operand.view.shape[3] ?? 1)
  const values = [0, 1, 2, 3].map((e) => {
    const load = `${name}[at + d + ${e}u]`
    return isWhole ? load : `select(0.0, ${load}, d + ${e}u < parameters.${length})`
  })
  shader.function(`load${name.charAt(0).toUpperCase()}${name.slice(1)}`, '(at: u32, d: u32) -> vec4f', [
    `return vec4f(${values.join(', ')});`,
  ])
}
