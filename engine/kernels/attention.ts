/** Attention in one kernel: the matrix of scores is never stored. */
import rowsSource from '../../shaders/attention.wgsl?raw'
import subgroupSource from '../../shaders/attentionSubgroup.wgsl?raw'
import tileSource from '../../shaders/attentionTile.wgsl?raw'
import { KernelError } from '../errors'
import { declareRowLoads, type Rows, rowBindings, vectorsIn } from './attentionLoads'
import { split } from './grid'
import type { Cost, DeviceTraits, Kernel, Variant } from './kernel'
import { Shader } from './shader'
import type { AttentionSpec } from './spec'
import { Uniforms } from './uniforms'
import { distinctElements } from './views'

interface Tiling extends Variant {
  readonly kind: 'rows' | 'subgroup' | 'tile'
  /** Queries of one head that a workgroup answers; for 'rows' these may be of several heads. */
  readonly rows: number
  /** Keys of one tile, per lane for 'subgroup'. */
  readonly keys: number
}

export const attention: Kernel<AttentionSpec> = {
  family: 'attention',
  variants: tilings,

  dispatches(spec, variant, device) {
    const tiling = tilings(spec, device).find(({ name }) => name === variant.name)
    if (!tiling) throw new KernelError(`attention: this device has no variant '${variant.name}'.`)
    const [batch = 1, heads = 1, queries = 1, depth = 1] = spec.q.view.shape
    const keys = spec.k.view.shape[2] ?? 1
    const depthV = spec.v.view.shape[3] ?? 1
    const shader = shaderOf(spec, tiling, device)
    const groups =
      tiling.kind === 'rows'
        ? Math.ceil((batch * heads * queries) / tiling.rows)
        : batch * heads * Math.ceil(queries / tiling.rows)
    return split(groups, cost(spec), device, shader.finish(device), (firstGroup, endGroup) => {
      const uniforms = new Uniforms()
        .integers(firstGroup, endGroup, batch, heads)
        .integers(queries, keys, depth, depthV)
        .view(spec.q.view)
        .view(spec.k.view)
        .view(spec.v.view)
        .view(spec.out.view)
        .float(spec.scale)
      return shader.writeViews(uniforms).bytes()
    })
  },

  cost,
}

function tilings(spec: AttentionSpec, device: DeviceTraits): readonly Tiling[] {
  const rows: Tiling = { name: 'rows', kind: 'rows', rows: device.isSoftware ? 8 : 64, keys: 1 }
  const bySubgroup = device.hasSubgroups && device.subgroupSize > 0
  const subgroups = (...sizes: readonly (readonly [number, number])[]): readonly Tiling[] =>
    bySubgroup
      ? sizes.map(([count, keys]) => ({
          name: `subgroup ${count}x${keys}`,
          kind: 'subgroup',
          rows: count,
          keys,
        }))
      : []
  if (device.isSoftware) {
    const first = device.subgroupSize === 4 ? ([8, 4] as const) : ([8, 2] as const)
    return [...subgroups(first, [16, 2], [16, 4]), rows]
  }
  const tiles = [16, 8].map((keys): Tiling => ({ name: `tile 16x${keys}`, kind: 'tile', rows: 16, keys }))
  return [
    ...tiles.filter((one) => bytesOf(spec, one) <= device.limits.maxComputeWorkgroupStorageSize),
    rows,
    ...subgroups([8, 2]),
  ]
}

/** Workgroup memory of the 'tile' kind. */
function bytesOf(spec: AttentionSpec, { rows, keys }: Tiling): number {
  const [depth, depthV] = [vectorsIn(spec.q), vectorsIn(spec.v)]
  return 16 * ((rows + keys) * (depth + 1) + keys * (depthV + 1)) + 4 * rows * keys
}

function cost({ q, k, v, score, out }: AttentionSpec): Cost {
  const [batch = 1, heads = 1, queries = 1, depth = 1] = q.view.shape
  const [, , keys = 1, depthV = 1] = v.view.shape
  const read = [q, k, v, ...score.operands].reduce((sum, { view }) => sum + distinctElements(view), 0)
  return {
    macs: batch * heads * queries * keys * (depth + depthV),
    bytesRead: 4 * read,
    bytesWritten: 4 * distinctElements(out.view),
  }
}

function shaderOf(spec: AttentionSpec, tiling: Tiling, device: DeviceTraits): Shader {
  const rows: readonly Rows[] = [
    { name: 'q', operand: spec.q, length: 'depth' },
    { name: 'k', operand: spec.k, length: 'depth' },
    { name: 'v', operand: spec.v, length: 'depthV' },
  ]
  const shader = new Shader(sources[tiling.kind], [
    ...rowBindings(rows),
    { name: 'out', tensor: spec.out.tensor, access: 'read_write', element: 'f32' },
  ])
  declareRowLoads(shader, rows)
  shader.fused(spec.score, 'changed')
  const [depth, depthV] = [vectorsIn(spec.q), vectorsIn(spec.v)]
  switch (tiling.kind) {
    case 'rows':
      return shader.constant('WORKGROUP', tiling.rows).constant('DEPTH', depth).constant('DEPTH_V', depthV)
    case 'subgroup':
      return shader
        .constant('SUBGROUP', device.subgroupSize)
        .constant('ROWS', tiling.rows)
        .constant('SLOTS', tiling.keys)
        .constant('VECTORS', Math.ceil(depthV / device.subgroupSize))
    case 'tile':
      return shader
        .constant('ROWS', tiling.rows)
        .constant('KEYS', tiling.keys)
        .constant('DEPTH', depth)
        .constant('DEPTH_V', depthV)
    default:
      return tiling.kind satisfies never
  }
}

const sources = { rows: rowsSource, subgroup: subgroupSource, tile: tileSource }
