/** The log of the sum of exp(scores) of every query, without a matrix of scores. */
import rowsSource from '../../shaders/attentionLogSum.wgsl?raw'
import subgroupSource from '../../shaders/attentionLogSumSubgroup.wgsl?raw'
import { KernelError } from '../errors'
import { declareRowLoads, type Rows, rowBindings, vectorsIn } from './attentionLoads'
import { split } from './grid'
import type { Cost, DeviceTraits, Kernel, Variant } from './kernel'
import { Shader } from './shader'
import type { AttentionLogSumSpec } from './spec'
import { Uniforms } from './uniforms'
import { distinctElements } from './views'

interface Tiling extends Variant {
  readonly kind: 'rows' | 'subgroup'
  /** Queries of one head that a workgroup answers; for 'rows' these may be of several heads. */
  readonly rows: number
  /** Keys of one tile per lane. */
  readonly keys: number
}

export const attentionLogSum: Kernel<AttentionLogSumSpec> = {
  family: 'attentionLogSum',
  variants: (_spec, device) => tilings(device),

  dispatches(spec, variant, device) {
    const tiling = tilings(device).find(({ name }) => name === variant.name)
    if (!tiling) throw new KernelError(`attentionLogSum: this device has no variant '${variant.name}'.`)
    const [batch = 1, heads = 1, queries = 1, depth = 1] = spec.q.view.shape
    const keys = spec.k.view.shape[2] ?? 1
    const shader = shaderOf(spec, tiling, device)
    const groups =
      tiling.kind === 'rows'
        ? Math.ceil((batch * heads * queries) / tiling.rows)
        : batch * heads * Math.ceil(queries / tiling.rows)
    return split(groups, cost(spec), device, shader.finish(device), (firstGroup, endGroup) => {
      const uniforms = new Uniforms()
        .integers(firstGroup, endGroup, batch, heads)
        .integers(queries, keys, depth)
        .view(spec.q.view)
        .view(spec.k.view)
        .view(spec.out.view)
        .float(spec.scale)
      return shader.writeViews(uniforms).bytes()
    })
  },

  cost,
}

function tilings(device: DeviceTraits): readonly Tiling[] {
  const rows: Tiling = { name: 'rows', kind: 'rows', rows: device.isSoftware ? 8 : 64, keys: 1 }
  if (!device.hasSubgroups || device.subgroupSize === 0) return [rows]
  const sizes = device.isSoftware ? ([16, 8] as const) : ([8] as const)
  const subgroups = sizes.map(
    (count): Tiling => ({ name: `subgroup ${count}x2`, kind: 'subgroup', rows: count, keys: 2 }),
  )
  return device.isSoftware ? [...subgroups, rows] : [rows, ...subgroups]
}

function cost({ q, k, score, out }: AttentionLogSumSpec): Cost {
  const [batch = 1, heads = 1, queries = 1, depth = 1] = q.view.shape
  const keys = k.view.shape[2] ?? 1
  const read = [q, k, ...score.operands].reduce((sum, { view }) => sum + distinctElements(view), 0)
  return {
    macs: batch * heads * queries * keys * depth,
    bytesRead: 4 * read,
    bytesWritten: 4 * distinctElements(out.view),
  }
}

function shaderOf(spec: AttentionLogSumSpec, tiling: Tiling, device: DeviceTraits): Shader {
  const rows: readonly Rows[] = [
    { name: 'q', operand: spec.q, length: 'depth' },
    { name: 'k', operand: spec.k, length: 'depth' },
  ]
  const shader = new Shader(tiling.kind === 'rows' ? rowsSource : subgroupSource, [
    ...rowBindings(rows),
    { name: 'out', tensor: spec.out.tensor, access: 'read_write', element: 'f32' },
  ])
  declareRowLoads(shader, rows)
  shader.fused(spec.score, 'changed')
  if (tiling.kind === 'rows')
    return shader.constant('WORKGROUP', tiling.rows).constant('DEPTH', vectorsIn(spec.q))
  return shader
    .constant('SUBGROUP', device.subgroupSize)
    .constant('ROWS', tiling.rows)
    .constant('SLOTS', tiling.keys)
}
