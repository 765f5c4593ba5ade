/** Products of matrices and dense convolutions: one family, four shapes of tile. */
import registersSource from '../../shaders/gemmRegisters.wgsl?raw'
import skinnySource from '../../shaders/gemmSkinny.wgsl?raw'
import subgroupSource from '../../shaders/gemmSubgroup.wgsl?raw'
import tileSource from '../../shaders/gemmTile.wgsl?raw'
import { KernelError } from '../errors'
import { printExpression } from './expression'
import { split } from './grid'
import type { Cost, DeviceTraits, Kernel, Variant } from './kernel'
import { operandAt, operandsOf, Shader } from './shader'
import type { ConvolvedOperand, Fused, GemmSpec, Operand } from './spec'
import { Uniforms } from './uniforms'
import { distinctElements, isMultipleOf4, limitedAxes, strideOf } from './views'

interface Tiling extends Variant {
  readonly kind: 'registers' | 'skinny' | 'subgroup' | 'tile'
  /** Results of one invocation. */
  readonly rows: number
  readonly columns: number
  /** Invocations of a workgroup along m and n (for skinny: along k and n). */
  readonly across: readonly [number, number]
}

export const gemm: Kernel<GemmSpec> = {
  family: 'gemm',
  variants: (spec, device) => tilings(spec, device),

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

/** Orders of preference, measured on ViT and ResNet shapes; the tuner measures the rest on the adapter at hand. */
function tilings(spec: GemmSpec, device: DeviceTraits): readonly Tiling[] {
  const few = spec.m <= SKINNY_ROWS ? [skinny(spec.m, device)] : []
  return [...few, ...preferred(spec, device)]
}

const SKINNY_ROWS = 8

function preferred(spec: GemmSpec, device: DeviceTraits): readonly Tiling[] {
  const bySubgroup = device.hasSubgroups && device.subgroupSize > 0
  const subgroups = (...sizes: readonly (readonly [number, number])[]) =>
    bySubgroup ? sizes.map(([rows, columns]) => subgroup(rows, columns, device.subgroupSize)) : []
  if (!device.isSoftware) {
    const tiles = spec.m * spec.n * spec.batch
    const small = tile(4, 4, 8, 8)
    const large = tile(8, 8, 8, 8)
    const first = tiles >= LARGE_TILES * 64 * 64 ? [large, small] : [small, large]
    return [...first, tile(2, 2, 8, 8), tile(4, 2, 8, 16), registers(4, 4, 64), registers(8, 4, 64)]
  }
  if (device.subgroupSize >= 8) {
    return [...subgroups([16, 4], [16, 2], [8, 4], [8, 2]), registers(4, 4, 16), registers(8, 8, 8)]
  }
  return [...subgroups([16, 8], [16, 4], [8, 8]), registers(8, 8, 8), registers(4, 4, 16)]
}

/** Fewer tiles of 64x64 than this leave a GPU idle. */
const LARGE_TILES = 64

function subgroup(rows: number, columns: number, size: number): Tiling {
  return { name: `subgroup ${rows}x${columns}`, kind: 'subgroup', rows, columns, across: [1, size] }
}

function registers(rows: number, columns: number, workgroup: number): Tiling {
  return { name: `registers ${rows}x${columns}`, kind: 'registers', rows, columns, across: [1, workgroup] }
}

function tile(rows: number, columns: number, acrossM: number, acrossN: number): Tiling {
  const name = `tile ${rows * acrossM}x${columns * acrossN}`
  return { name, kind: 'tile', rows, columns, across: [acrossM, acrossN] }
}

/** On a software adapter the invocations of a workgroup take turns, so that few of them share a sum. */
function skinny(rows: number, device: DeviceTraits): Tiling {
  const across = device.isSoftware ? ([2, 8] as const) : ([16, 4] as const)
  return { name: `skinny ${rows}`, kind: 'skinny', rows, columns: 1, across }
}

function tileOf({ kind, rows, columns, across }: Tiling): { readonly m: number; readonly n: number } {
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

const sources = {
  registers: registersSource,
  skinny: skinnySource,
  subgroup: subgroupSource,
  tile: tileSource,
}

function shaderOf(spec: GemmSpec, run: Segments, tiling: Tiling): Shader {
  const isEvenA = isEven(spec.a, run)
  const isEvenB =
    run.length % 4 === 0 &&
    strideOf(spec.b.view, 2) === 1 &&
    [spec.b.view.offset, strideOf(spec.b.view, 0), strideOf(spec.b.view, 1)].every(isMultipleOf4)
  if (limitedAxes(spec.b.view).length)
    throw new KernelError('internal: the second factor of a product has a guard; copy it first.')
  const shader = new Shader(sources[tiling.kind], [
    { name: 'a', tensor: spec.a.tensor, access: 'read', element: isEvenA ? 'vec4f' : 'f32' },
    { name: 'b', tensor: spec.b.tensor, access: 'read', element: isEvenB ? 'vec4f' : 'f32' },
    { name: 'out', tensor: spec.out.tensor, access: 'read_write', element: 'f32' },
  ])
  setTile(shader, tiling)
  declareA(shader, spec, run, isEvenA)
  if (!isEvenB) {
    const values = [0, 1, 2, 3].map((e) => {
      const load = `b[column + (k + ${e}u) * parameters.b.strides.z]`
      return run.length % 4 === 0 ? load : `select(0.0, ${load}, j + ${e}u < parameters.length)`
    })
    shader.function('loadB', '(column: u32, k: u32, j: u32) -> vec4f', [
      `return vec4f(${values.join(', ')});`,
    ])
  }
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

/** k as segments of neighbours in memory. */
interface Segments {
  readonly segments: number
  readonly length: number
  /** Positions along x in one segment, and segments side by side along x. */
  readonly tapsAcross: number
  readonly segmentsAcross: number
}

/** A row of the window is one segment when its pixels are neighbours in memory; else every tap is one. */
function segmentsOf({ a, k }: GemmSpec): Segments {
  if (!isConvolved(a)) return { segments: 1, length: k, tapsAcross: 1, segmentsAcross: 1 }
  const [kernelY, kernelX] = a.kernel
  const channels = a.view.shape[3] ?? 1
  const isDense = kernelX === 1 || (a.dilation[1] === 1 && strideOf(a.view, 2) === channels)
  const tapsAcross = isDense ? kernelX : 1
  const segmentsAcross = isDense ? 1 : kernelX
  return { segments: kernelY * segmentsAcross, length: tapsAcross * channels, tapsAcross, segmentsAcross }
}

function isConvolved(a: Operand | ConvolvedOperand): a is ConvolvedOperand {
  return 'kernel' in a
}

/** Whether four elements of A along k can always be loaded at once. */
function isEven(a: Operand | ConvolvedOperand, run: Segments): boolean {
  const last = a.view.shape.length - 1
  const steps = isConvolved(a)
    ? patchSteps(a, run)
    : a.view.shape.map((_, axis) => (axis === last ? 0 : strideOf(a.view, axis)))
  return (
    strideOf(a.view, last) === 1 &&
    [run.length, a.view.offset, ...steps].every(isMultipleOf4) &&
    !limitedAxes(a.view).includes(last)
  )
}

/** The distances by which the start of a segment moves; where a border cuts segments, it does so between pixels. */
function patchSteps(a: ConvolvedOperand, run: Segments): readonly number[] {
  const [image = 0, y = 0, x = 0] = a.view.shape.map((_, axis) => strideOf(a.view, axis))
  const inY = [a.stride[0], a.padding[0], a.dilation[0]].map((count) => count * y)
  const inX = [a.stride[1], a.padding[1], ...(run.segmentsAcross > 1 ? [a.dilation[1]] : [])].map(
    (count) => count * x,
  )
  return [image, a.groupStride, ...inY, ...inX, ...(reachesOutside(a) ? [a.view.shape[3] ?? 1] : [])]
}

/** `rowOfA` and `loadA`, with whatever the place of A asks for. */
function declareA(shader: Shader, spec: GemmSpec, run: Segments, isVec4: boolean): void {
  const { a, prologue } = spec
  const isUneven = run.length % 4 !== 0
  if (isConvolved(a)) {
    shader.function('rowOfA', rowSignature, ['return rowOfPatches(batch, m, segment);'])
    declareLoadA(shader, {
      isVec4,
      isGuarded: reachesOutside(a) || isUneven,
      isStrided: false,
      hasPrologue: false,
    })
    return
  }
  const limited = limitedAxes(a.view)
  if (limited.length && (a.view.guard?.fill !== 0 || prologue))
    throw new KernelError(
      'internal: the first factor of a product has a guard that is not zero; copy it first.',
    )
  declareRow(shader, a, prologue)
  declareLoadA(shader, {
    isVec4,
    isGuarded: limited.length > 0 || isUneven,
    isStrided: strideOf(a.view, 2) !== 1,
    hasPrologue: prologue !== null,
  })
}

const rowSignature = '(batch: u32, m: u32, segment: u32) -> RowOfA'

interface LoadA {
  readonly isVec4: boolean
  /** Some elements lie outside and are zero. */
  readonly isGuarded: boolean
  readonly isStrided: boolean
  readonly hasPrologue: boolean
}

function declareLoadA(shader: Shader, { isVec4, isGuarded, isStrided, hasPrologue }: LoadA): void {
  const step = isStrided ? ' * parameters.a.strides.z' : ''
  const each = (text: (j: string, lane: string) => string) =>
    `vec4f(${['x', 'y', 'z', 'w'].map((lane, e) => text(`(j + ${e}u)`, lane)).join(', ')})`
  const statements: string[] = []
  if (isVec4 && isGuarded) {
    statements.push(
      'let isInside = j - row.low < row.count;',
      'let value = select(vec4f(), a[select(0u, (row.base + j) / 4u, isInside)], isInside);',
    )
  } else if (isVec4) statements.push('let value = a[(row.base + j) / 4u];')
  else if (isGuarded) statements.push(`let value = ${each((j) => `elementOfA(row, ${j})`)};`)
  else statements.push(`let value = ${each((j) => `a[row.base + ${j}${step}]`)};`)
  const applied = (j: string, lane: string) => `prologue(value.${lane}, row, ${j})`
  if (!hasPrologue) statements.push('return value;')
  else if (isGuarded)
    statements.push(
      `return ${each((j, lane) => `select(0.0, ${applied(j, lane)}, ${j} < parameters.length)`)};`,
    )
  else statements.push(`return ${each(applied)};`)
  const element = `fn elementOfA(row: RowOfA, j: u32) -> f32 {
  if (j - row.low >= row.count) { return 0.0; }
  return a[row.base + j${step}];
}
`
  shader.function('loadA', '(row: RowOfA, j: u32) -> vec4f', statements)
  if (!isVec4 && isGuarded) shader.bring(element)
}

/** A row of a matrix; with a prologue it also holds what the prologue needs to know once per row. */
function declareRow(shader: Shader, a: Operand, prologue: Fused | null): void {
  const limited = limitedAxes(a.view)
  if (limited.length === 0 && !prologue) return
  const values = prologue ? declarePrologue(shader, prologue) : { fields: '', loads: [] }
  const ranges = limited.length ? shader.addView('rowsOfA', a.view) : ''
  const outside = limited.flatMap((axis) => {
    if (axis === 2) return []
    const letter = axis === 0 ? 'x' : 'y'
    return [`${axis === 0 ? 'batch' : 'm'} - ${ranges}.low.${letter} >= ${ranges}.count.${letter}`]
  })
  const isLimitedAlongK = limited.includes(2)
  shader.declare('RowOfA', `struct RowOfA { base: u32, low: u32, count: u32${values.fields} }`)
  shader.function('rowOfA', rowSignature, [
    'let index = vec4u(batch, m, 0u, 0u);',
    'var row: RowOfA;',
    'row.base = parameters.a.offset + batch * parameters.a.strides.x + m * parameters.a.strides.y;',
    ...(isLimitedAlongK ? [`row.low = ${ranges}.low.z;`] : []),
    `row.count = ${isLimitedAlongK ? `${ranges}.count.z` : 'parameters.length'};`,
    ...(outside.length ? [`if (${outside.join(' || ')}) { row.count = 0u; }`] : []),
    ...values.loads,
    'return row;',
  ])
}

/** Operands that do not change along k are loaded with the row; the others with each element. */
function declarePrologue(
  shader: Shader,
  prologue: Fused,
): { readonly fields: string; readonly loads: readonly string[] } {
  const name = (index: number) => `prologue${index}`
  const isOfRow = (index: number) => {
    const { view } = operandAt(prologue, index)
    return strideOf(view, 2) === 0 && !limitedAxes(view).includes(2)
  }
  const load = (index: number) => shader.operand(name(index), operandAt(prologue, index)).statements
  const used = [...operandsOf(prologue.expression)]
  const ofRow = used.filter(isOfRow)
  const ofElement = used.filter((index) => !isOfRow(index))
  const loads = ofRow.flatMap((index) => [...load(index), `row.${name(index)} = ${name(index)};`])
  const { statements, result } = printExpression(prologue.expression, {
    accumulator: 'accumulator',
    operand: (index) => (isOfRow(index) ? `row.${name(index)}` : name(index)),
  })
  shader.needs(prologue.expression)
  shader.function('prologue', '(accumulator: f32, row: RowOfA, k: u32) -> f32', [
    ...(ofElement.length ? ['let index = vec4u(row.batch, row.m, k, 0u);'] : []),
    ...ofElement.flatMap(load),
    ...statements,
    `return ${result};`,
  ])
  return {
    fields: `, batch: u32, m: u32${ofRow.map((index) => `, ${name(index)}: f32`).join('')}`,
    loads: ['row.batch = batch;', 'row.m = m;', ...loads],
  }
}

/** Whether some window hangs over the edge of the map. */
function reachesOutside({ view, kernel, stride, padding, dilation, output }: ConvolvedOperand): boolean {
  return [0, 1].some((axis) => {
    const last =
      ((output[axis] ?? 1) - 1) * (stride[axis] ?? 1) + ((kernel[axis] ?? 1) - 1) * (dilation[axis] ?? 1)
    return (padding[axis] ?? 0) > 0 || last - (padding[axis] ?? 0) >= (view.shape[axis + 1] ?? 1)
  })
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
