/** The backward of attention by queries or by keys: probabilities are computed again, and no matrix of them is stored. */
import rowsSource from '../../shaders/attentionGradient.wgsl?raw'
import subgroupSource from '../../shaders/attentionGradientSubgroup.wgsl?raw'
import tileSource from '../../shaders/attentionGradientTile.wgsl?raw'
import { KernelError } from '../errors'
import { declareRowLoads, type Rows, rowBindings, vectorsIn } from './attentionLoads'
import { split } from './grid'
import type { Cost, DeviceTraits, Kernel, Variant } from './kernel'
import { Shader } from './shader'
import type { AttentionGradientSpec, View } from './spec'
import { Uniforms } from './uniforms'
import { distinctElements } from './views'

interface Tiling extends Variant {
  readonly kind: 'rows' | 'subgroup' | 'tile'
  /** Rows of one head that a workgroup answers; for 'rows' these may be of several heads. */
  readonly rows: number
  /** The others of one tile, per lane for 'subgroup'. */
  readonly others: number
}

export const attentionGradient: Kernel<AttentionGradientSpec> = {
  family: 'attentionGradient',
  variants: tilings,

  dispatches(spec, variant, device) {
    const tiling = tilings(spec, device).find(({ name }) => name === variant.name)
    if (!tiling) throw new KernelError(`attentionGradient: this device has no variant '${variant.name}'.`)
    const { own, ownV, other, otherV } = sidesOf(spec)
    const [batch = 1, heads = 1, rows = 1, depth = 1] = own.view.shape
    const others = other.view.shape[2] ?? 1
    const depthV = ownV.view.shape[3] ?? 1
    const result = resultOf(spec)
    const shader = shaderOf(spec, tiling, device)
    const groups =
      tiling.kind === 'rows'
        ? Math.ceil((batch * heads * rows) / tiling.rows)
        : batch * heads * Math.ceil(rows / tiling.rows)
    return split(groups, cost(spec), device, shader.finish(device), (firstGroup, endGroup) => {
      const uniforms = new Uniforms()
        .integers(firstGroup, endGroup, batch, heads)
        .integers(rows, others, depth, depthV)
        .view(own.view)
        .view(ownV.view)
        .view(other.view)
        .view(otherV.view)
        .view(spec.statistics.view)
        .view(result.first)
        .view(result.second)
        .float(spec.scale)
      return shader.writeViews(uniforms).bytes()
    })
  },

  cost,
}

/** What belongs to a row of the result, and what it is summed over. */
function sidesOf({ of, q, k, v, dy }: AttentionGradientSpec) {
  return of === 'queries'
    ? { own: q, ownV: dy, other: k, otherV: v }
    : { own: k, ownV: v, other: q, otherV: dy }
}

/** Where the gradient of q or k goes, by heads, and that of v. */
function resultOf({ of, q, k, v, out: { view } }: AttentionGradientSpec) {
  if (of === 'queries') return { first: view, second: view }
  const heads = q.view.shape[1] ?? 1
  const [sample = 0, row = 0, step = 0] = view.strides
  const byHead = ({ shape }: View, offset: number): View => {
    const width = shape[3] ?? 1
    return { shape, strides: [sample, width * step, row, step], offset: view.offset + offset * step }
  }
  return { first: byHead(k.view, 0), second: byHead(v.view, heads * (k.view.shape[3] ?? 1)) }
}

function tilings(spec: AttentionGradientSpec, device: DeviceTraits): readonly Tiling[] {
  const rows: Tiling = { name: 'rows', kind: 'rows', rows: device.isSoftware ? 8 : 64, others: 1 }
  const bySubgroup = device.hasSubgroups && device.subgroupSize > 0
  const subgroups = (...counts: readonly number[]): readonly Tiling[] =>
    bySubgroup
      ? counts.map((count) => ({ name: `subgroup ${count}x2`, kind: 'subgroup', rows: count, others: 2 }))
      : []
  if (device.isSoftware) return [...subgroups(16, 8), rows]
  const tiles = [16, 8].map(
    (others): Tiling => ({ name: `tile 16x${others}`, kind: 'tile', rows: 16, others }),
  )
  return [
    ...tiles.filter((one) => bytesOf(spec, one) <= device.limits.maxComputeWorkgroupStorageSize),
    rows,
    ...subgroups(8),
  ]
}

/** Workgroup memory of the 'tile' kind. */
function bytesOf({ q, v }: AttentionGradientSpec, { rows, others }: Tiling): number {
  return 16 * (rows + others) * (vectorsIn(q) + 1 + vectorsIn(v) + 1) + 8 * rows * others
}

function cost({ of, q, k, v, dy, statistics, score, out }: AttentionGradientSpec): Cost {
  const [batch = 1, heads = 1, queries = 1, depth = 1] = q.view.shape
  const [, , keys = 1, depthV = 1] = v.view.shape
  const operands = [q, k, v, dy, statistics, ...score.operands]
  return {
    macs: batch * heads * queries * keys * (2 * depth + depthV * (of === 'keys' ? 2 : 1)),
    bytesRead: operands.reduce((sum, { view }) => sum + 4 * distinctElements(view), 0),
    bytesWritten: 4 * distinctElements(out.view),
  }
}

function shaderOf(spec: AttentionGradientSpec, tiling: Tiling, device: DeviceTraits): Shader {
  const { own, ownV, other, otherV } = sidesOf(spec)
  const rows: readonly Rows[] = [
    { name: 'own', operand: own, length: 'depth' },
    { name: 'ownV', operand: ownV, length: 'depthV' },
    { name: 'other', operand: other, length: 'depth' },
    { name: 'otherV', operand: otherV, length: 'depthV' },
  ]
  const shader = new Shader(sources[tiling.kind], [
    ...rowBindings(rows),
    { name: 'statistics', tensor: spec.statistics.tensor, access: 'read', element: 'f32' },
    { name: 'out', tensor: spec.out.tensor, access: 'read_write', element: 'f32' },
  ])
  declareRowLoads(shader, rows)
  shader.fused(spec.score, 'changed')
  const isOfKeys = spec.of === 'keys'
  if (isOfKeys) shader.declare('OF_KEYS', 'const OF_KEYS = true;')
  const [depth, depthV] = [vectorsIn(own), vectorsIn(ownV)]
  if (tiling.kind === 'subgroup') {
    const lanes = device.subgroupSize
    return shader
      .constant('SUBGROUP', lanes)
      .constant('ROWS', tiling.rows)
      .constant('SLOTS', tiling.others)
      .constant('VECTORS', Math.ceil(depth / lanes))
      .constant('VECTORS_V', isOfKeys ? Math.ceil(depthV / lanes) : 1)
  }
  shader
    .constant('DEPTH', depth)
    .constant('DEPTH_V', depthV)
    .constant('SUMS_V', isOfKeys ? depthV : 1)
  if (tiling.kind === 'rows') return shader.constant('WORKGROUP', tiling.rows)
  return shader.constant('ROWS', tiling.rows).constant('TILE', tiling.others)
}

const sources = { rows: rowsSource, subgroup: subgroupSource, tile: tileSource }
