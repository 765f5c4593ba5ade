/** Rows of one length, or results of folds of one length: how many invocations share one, and what that asks of a shader. */
import { KernelError } from '../errors'
import type { DeviceTraits, Variant } from './kernel'
import type { Shader } from './shader'
import type { View } from './spec'
import { limitedAxes, strideOf } from './views'

/** `lanes` invocations share one row, `rows` of them make a workgroup. */
export interface Sharing extends Variant {
  readonly lanes: number
  readonly rows: number
  /** Whether the lanes are one subgroup, which needs neither memory nor barriers to add up. */
  readonly isSubgroup: boolean
}

/** The ways to share, the static choice first. */
export function sharings(rows: number, length: number, device: DeviceTraits): readonly Sharing[] {
  const one = { name: 'one each', lanes: 1, rows: device.isSoftware ? 16 : 64, isSubgroup: false }
  const some = { name: 'sixteen each', lanes: 16, rows: 4, isSubgroup: false }
  const widest = Math.min(256, device.limits.maxComputeInvocationsPerWorkgroup)
  const all = { name: 'a workgroup each', lanes: widest, rows: 1, isSubgroup: false }
  if (!device.isSoftware) return length >= 1024 || rows < 256 ? [all, some, one] : [some, one, all]
  // Barriers cost a software adapter 20 ns and more per invocation: a workgroup pays only where nothing else runs side by side.
  const manyRows = rows >= 512 || length < 64
  if (!device.hasSubgroups || device.subgroupSize === 0)
    return rows >= 8 || length < 1024 ? [one, all] : [all, one]
  const subgroup = { name: 'a subgroup each', lanes: device.subgroupSize, rows: 1, isSubgroup: true }
  return manyRows ? [one, subgroup] : [subgroup, one]
}

export function sharingNamed(all: readonly Sharing[], { name }: Variant): Sharing {
  const found = all.find((one) => one.name === name)
  if (!found) throw new KernelError(`internal: there is no variant '${name}' for these rows.`)
  return found
}

/** The functions of a shader that fold over the lanes of a row, by name, and the built-in function for a subgroup. */
export function declareFolds(
  shader: Shader,
  { isSubgroup }: Sharing,
  folds: Readonly<Record<string, 'subgroupAdd' | 'subgroupMax' | 'subgroupMin'>>,
): void {
  if (!isSubgroup) return
  shader.enable('subgroups')
  for (const [name, builtin] of Object.entries(folds))
    shader.function(name, '(own: f32, lane: u32) -> f32', [`return ${builtin}(own);`])
}

/** `valuesAt` for rows that are not: one by one, `beyond` after the end. */
export function declareSingleLoads(shader: Shader, view: View, beyond: string | null): void {
  const isUneven = (view.shape[1] ?? 1) % 4 !== 0
  const step = strideOf(view, 1) === 1 ? '' : ' * parameters.input.strides.y'
  const values = [0, 1, 2, 3].map((e) => {
    const load = `input[row + (i + ${e}u)${step}]`
    return isUneven && beyond !== null ? `select(${beyond}, ${load}, i + ${e}u < parameters.length)` : load
  })
  shader.function('valuesAt', '(row: u32, i: u32) -> vec4f', [`return vec4f(${values.join(', ')});`])
}

export function refuseGuard(view: View, what: string): void {
  if (limitedAxes(view).length)
    throw new KernelError(`internal: ${what} cannot read through a guard; copy it first.`)
}
