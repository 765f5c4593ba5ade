/** How the factors of a product are read: matrices with any strides, patches of a map, rows with a norm applied. */
import { KernelError } from '../errors'
import { printExpression } from './expression'
import { operandAt, operandsOf, type Shader } from './shader'
import type { ConvolvedOperand, Fused, GemmSpec, Operand } from './spec'
import { isMultipleOf4, limitedAxes, strideOf } from './views'

/** k as segments of neighbours in memory. */
export interface Segments {
  readonly segments: number
  readonly length: number
  /** Positions along x in one segment, and segments side by side along x. */
  readonly tapsAcross: number
  readonly segmentsAcross: number
}

/** A row of the window is one segment when its pixels are neighbours in memory; else every tap is one. */
export function segmentsOf({ a, k }: GemmSpec): Segments {
  if (!isConvolved(a)) return { segments: 1, length: k, tapsAcross: 1, segmentsAcross: 1 }
  const [kernelY, kernelX] = a.kernel
  const channels = a.view.shape[3] ?? 1
  const isDense = kernelX === 1 || (a.dilation[1] === 1 && strideOf(a.view, 2) === channels)
  const tapsAcross = isDense ? kernelX : 1
  const segmentsAcross = isDense ? 1 : kernelX
  return { segments: kernelY * segmentsAcross, length: tapsAcross * channels, tapsAcross, segmentsAcross }
}

export function isConvolved(a: Operand | ConvolvedOperand): a is ConvolvedOperand {
  return 'kernel' in a
}

/** Whether four elements of A along k can always be loaded at once. */
export function isEvenA({ a }: GemmSpec, run: Segments): boolean {
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

/** The same for B. */
export function isEvenB({ b: { view } }: GemmSpec, run: Segments): boolean {
  const steps = [view.offset, strideOf(view, 0), strideOf(view, 1)]
  return strideOf(view, 2) === 1 && [run.length, ...steps].every(isMultipleOf4)
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
export function declareA(shader: Shader, spec: GemmSpec, run: Segments): void {
  const { a, prologue } = spec
  const isVec4 = isEvenA(spec, run)
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

/** `loadB`, where B does not lie in fours along k. */
export function declareB(shader: Shader, spec: GemmSpec, run: Segments): void {
  if (limitedAxes(spec.b.view).length)
    throw new KernelError('internal: the second factor of a product has a guard; copy it first.')
  if (isEvenB(spec, run)) return
  const values = [0, 1, 2, 3].map((e) => {
    const load = `b[column + (k + ${e}u) * parameters.b.strides.z]`
    return run.length % 4 === 0 ? load : `select(0.0, ${load}, j + ${e}u < parameters.length)`
  })
  shader.function('loadB', '(column: u32, k: u32, j: u32) -> vec4f', [`return vec4f(${values.join(', ')});`])
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
