/** The tiles in which products are computed, and which of them to try first. */
import type { DeviceTraits, Variant } from './kernel'
import type { GemmSpec } from './spec'

export interface Tiling extends Variant {
  readonly kind: 'registers' | 'skinny' | 'subgroup' | 'tile'
  /** Results of one invocation. */
  readonly rows: number
  readonly columns: number
  /** Invocations of a workgroup along m and n (for skinny: along k and n). */
  readonly across: readonly [number, number]
}

/** What there is for a product on a device, the static choice first; the tuner measures the next few. */
export function tilings(spec: GemmSpec, device: DeviceTraits): readonly Tiling[] {
  const few = spec.m <= SKINNY_ROWS ? [skinny(spec.m, device)] : []
  return [...few, ...(device.isSoftware ? forSoftware(spec, device) : forGpu(spec))]
}

const SKINNY_ROWS = 8

function forGpu({ batch, m, n }: GemmSpec): readonly Tiling[] {
  const [small, large] = [tile(4, 4, 8, 8), tile(8, 8, 8, 8)]
  const first = batch * m * n >= ENOUGH_LARGE_TILES * 64 * 64 ? [large, small] : [small, large]
  return [...first, tile(2, 2, 8, 8), tile(4, 2, 8, 16), registers(4, 4, 64), registers(8, 4, 64)]
}

/** Fewer tiles of 64x64 than this leave a GPU idle. */
const ENOUGH_LARGE_TILES = 64

/**
 * GFLOP/s on products that fill their tiles: llvmpipe 256 bits with subgroups of 8 and SwiftShader with subgroups of 4, two
 * cores, Nov 2026. Workgroup memory reaches 4 and 2 there. Larger tiles are faster still, and take seconds to compile.
 */
const rates: readonly {
  readonly subgroup: number
  readonly tiles: readonly (readonly [number, number, number])[]
}[] = [
  {
    subgroup: 8,
    tiles: [
      [16, 4, 57],
      [16, 2, 47],
      [8, 4, 43],
      [8, 2, 37],
      [16, 1, 34],
    ],
  },
  {
    subgroup: 4,
    tiles: [
      [16, 8, 8.2],
      [8, 8, 6.5],
      [16, 4, 6.2],
      [16, 2, 5.1],
    ],
  },
]

/** By what a product takes with the rows and columns that its tiles add at the edges. */
function forSoftware({ m, n }: GemmSpec, device: DeviceTraits): readonly Tiling[] {
  const alone =
    device.subgroupSize === 4
      ? [registers(8, 8, 8), registers(4, 4, 16)]
      : [registers(4, 4, 16), registers(8, 8, 8)]
  const known = device.hasSubgroups
    ? rates.find(({ subgroup }) => subgroup === device.subgroupSize)
    : undefined
  if (!known) return alone
  const timed = known.tiles.map(([rows, columns, rate]) => {
    const width = columns * device.subgroupSize
    const work = Math.ceil(m / rows) * rows * Math.ceil(n / width) * width
    return { tiling: subgroup(rows, columns, device.subgroupSize), time: work / rate }
  })
  return [...timed.sort((one, other) => one.time - other.time).map(({ tiling }) => tiling), ...alone]
}

function subgroup(rows: number, columns: number, size: number): Tiling {
  return { name: `subgroup ${rows}x${columns}`, kind: 'subgroup', rows, columns, across: [1, size] }
}

function registers(rows: number, columns: number, workgroup: number): Tiling {
  return { name: `registers ${rows}x${columns}`, kind: 'registers', rows, columns, across: [1, workgroup] }
}

function tile(rows: number, columns: number, acrossM: number, acrossN: number): Tiling {
  const name = `tile ${rows * acrossM}x${columns * acrossN}`
  return {
    name: acrossM === acrossN ? name : `${name}, ${acrossM * acrossN} invocations`,
    kind: 'tile',
    rows,
    columns,
    across: [acrossM, acrossN],
  }
}

/** On a software adapter the invocations of a workgroup take turns, so that few of them share a sum. */
function skinny(rows: number, device: DeviceTraits): Tiling {
  const across = device.isSoftware ? ([2, 8] as const) : ([16, 4] as const)
  return { name: `skinny ${rows}`, kind: 'skinny', rows, columns: 1, across }
}

/** Rows and columns of the tile that a workgroup computes (for registers: one invocation). */
export function tileOf({ kind, rows, columns, across }: Tiling): { readonly m: number; readonly n: number } {
  switch (kind) {
    case 'registers':
      return { m: rows, n: columns }
    case 'skinny':
      return { m: rows, n: across[1] }
    case 'subgroup':
      return { m: rows, n: columns * across[1] }
    case 'tile':
      return { m: rows * across[0], n: columns * across[1] }
    default:
      return kind satisfies never
  }
}
