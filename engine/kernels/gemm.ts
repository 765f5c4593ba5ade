/** Products of matrices and dense convolutions: one family, four shapes of tile. */
import registersSource from '../../shaders/gemmRegisters.wgsl?raw'
import skinnySource from '../../shaders/gemmSkinny.wgsl?raw'
import subgroupSource from '../../shaders/gemmSubgroup.wgsl?raw'
import tileSource from '../../shaders/gemmTile.wgsl?raw'
import { KernelError } from '../errors'
import { declareA, declareB, isConvolved, isEvenA, isEvenB, type Segments, segmentsOf } from './gemmLoads'
import { type Tiling, tileOf, tilings } from './gemmTilings'
import { split } from './grid'
import type { Cost, Kernel } from './kernel'
import { Shader } from './shader'
import type { GemmSpec } from './spec'
import { Uniforms } from './uniforms'
import { distinctElements } from './views'

export const gemm: Kernel<GemmSpec> = {
  family: 'gemm',
  variants: tilings,

  dispatches(spec, variant, device) {
    const tiling = tilings(spec, device).find((one) => one.name === variant.name)
    if (!tiling) throw new KernelError(`gemm: this device has no variant '${variant.name}' for this product.`)
    const run = segmentsOf(spec)
    const shader = shaderOf(spec, run, tiling)
    const { m, n } = tileOf(tiling)
    const tilesM = Math.ceil(spec.m / m)
    const tilesN = Math.ceil(spec.n / n)
    const tiles = spec.batch * tilesM * tilesN
    const groups = tiling.kind === 'registers' ? Math.ceil(tiles / tiling.across[1]) : tiles
    return split(groups, cost(spec), device, shader.finish(device), (firstGroup, endGroup) => {
      const uniforms = new Uniforms()
        .integers(firstGroup, endGroup, spec.m, spec.n)
        .integers(spec.batch, run.segments, run.length, tilesM, tilesN)
        .view(spec.a.view)
        .view(spec.b.view)
        .view(spec.out.view)
      writePatches(uniforms, spec, run)
      return shader.writeViews(uniforms).bytes()
    })
  },

  cost,
}

function cost(spec: GemmSpec): Cost {
  const operands = [...(spec.prologue?.operands ?? []), ...spec.epilogue.operands]
  const a = isConvolved(spec.a)
    ? distinctElements(spec.a.view) * groupsOf(spec)
    : distinctElements(spec.a.view)
  const read =
    a + distinctElements(spec.b.view) + operands.reduce((sum, { view }) => sum + distinctElements(view), 0)
  return {
    macs: spec.batch * spec.m * spec.n * spec.k,
    bytesRead: 4 * read,
    bytesWritten: 4 * spec.batch * spec.m * spec.n,
  }
}

function groupsOf(spec: GemmSpec): number {
  return isConvolved(spec.a) && spec.a.groupStride !== 0 ? spec.batch : 1
}

const sources = {
  registers: registersSource,
  skinny: skinnySource,
  subgroup: subgroupSource,
  tile: tileSource,
}

function shaderOf(spec: GemmSpec, run: Segments, tiling: Tiling): Shader {
  const shader = new Shader(sources[tiling.kind], [
    { name: 'a', tensor: spec.a.tensor, access: 'read', element: isEvenA(spec, run) ? 'vec4f' : 'f32' },
    { name: 'b', tensor: spec.b.tensor, access: 'read', element: isEvenB(spec, run) ? 'vec4f' : 'f32' },
    { name: 'out', tensor: spec.out.tensor, access: 'read_write', element: 'f32' },
  ])
  setTile(shader, tiling)
  declareA(shader, spec, run)
  declareB(shader, spec, run)
  return shader.fused(spec.epilogue)
}

function setTile(shader: Shader, { kind, rows, columns, across }: Tiling): void {
  shader.constant('ROWS', rows)
  if (kind !== 'skinny') shader.constant('COLUMNS', columns)
  if (kind === 'subgroup') shader.constant('SUBGROUP', across[1])
  if (kind === 'registers') shader.constant('WORKGROUP', across[1])
  if (kind === 'skinny') shader.constant('LANES_K', across[0]).constant('LANES_N', across[1])
  if (kind === 'tile') shader.constant('ACROSS_M', across[0]).constant('ACROSS_N', across[1])
}

/** `struct Patches`; a matrix leaves it empty. */
function writePatches(uniforms: Uniforms, { a }: GemmSpec, run: Segments): void {
  if (!isConvolved(a)) {
    uniforms.integers(...new Array<number>(PATCHES_WORDS).fill(0)).align()
    return
  }
  const [, height = 1, width = 1, channels = 1] = a.view.shape
  uniforms
    .integers(height, width, channels, a.groupStride)
    .integers(...a.output, run.tapsAcross, run.segmentsAcross)
    .integers(...a.stride, ...a.padding, ...a.dilation)
    .align()
}

const PATCHES_WORDS = 14
