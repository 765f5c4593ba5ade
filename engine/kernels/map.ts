/** Fused element-wise expressions over any views: also copies, transposes, padding and concatenation piece by piece. */
import source from '../../shaders/map.wgsl?raw'
import { elements } from '../graph/graph'
import { operationsIn, printExpression } from './expression'
import { split } from './grid'
import type { Cost, DeviceTraits, Kernel, Variant } from './kernel'
import { component, insideGuard } from './operandText'
import { operandAt, operandsOf, Shader } from './shader'
import type { MapSpec, Operand, View } from './spec'
import { Uniforms } from './uniforms'
import {
  collapse,
  distinctElements,
  indicesStayAlong,
  isMultipleOf4,
  limitedAxes,
  readsAsVec4,
  strideOf,
} from './views'

const vec4: Variant = { name: 'vec4' }
const scalar: Variant = { name: 'scalar' }

export const map: Kernel<MapSpec> = {
  family: 'map',
  variants: (spec) => (writesVec4(merge(spec)) ? [vec4, scalar] : [scalar]),

  dispatches(spec, variant, device) {
    const merged = merge(spec)
    const lanes = variant.name === vec4.name ? 4 : 1
    const shader = shaderOf(merged, lanes)
    const { shape } = merged.out.view
    const last = shape.length - 1
    const items = elements(shape) / lanes
    const itemsPerGroup = WORKGROUP * itemsPerInvocation(items, lanes, device)
    const sizes = Array.from({ length: AXES }, (_, axis) =>
      axis === last ? (shape[axis] ?? 1) / lanes : (shape[axis] ?? 1),
    )
    return split(
      Math.ceil(items / itemsPerGroup),
      cost(spec),
      device,
      shader.finish(device),
      (firstGroup, endGroup) => {
        const uniforms = new Uniforms()
          .integers(firstGroup, endGroup, items, itemsPerGroup)
          .integers(...sizes)
        return shader.writeViews(uniforms).bytes()
      },
    )
  },

  cost,
}

const WORKGROUP = 64
const AXES = 8

function cost({ fused, out }: MapSpec): Cost {
  const count = elements(out.view.shape)
  return {
    macs: (count * operationsIn(fused.expression)) / 2,
    bytesRead: 4 * fused.operands.reduce((sum, { view }) => sum + distinctElements(view), 0),
    bytesWritten: 4 * count,
  }
}

/** A GPU wants many invocations; a software adapter wants few with much to do: 16 floats each and more. */
function itemsPerInvocation(items: number, lanes: number, device: DeviceTraits): number {
  if (!device.isSoftware) return 1
  const enoughGroups = Math.floor(items / (WORKGROUP * GROUPS_IN_SOFTWARE))
  return Math.max(1, Math.min(FLOATS_IN_SOFTWARE / lanes, enoughGroups))
}

const GROUPS_IN_SOFTWARE = 8
const FLOATS_IN_SOFTWARE = 64

interface Merged {
  readonly spec: MapSpec
  readonly out: Operand
  readonly operands: readonly Operand[]
}

/** The same work over as few axes as possible. */
function merge(spec: MapSpec): Merged {
  const { fused, out } = spec
  const [outView = out.view, ...views] = collapse([out.view, ...fused.operands.map(({ view }) => view)])
  return {
    spec,
    out: { ...out, view: outView },
    operands: fused.operands.map((operand, index) => ({ ...operand, view: views[index] ?? operand.view })),
  }
}

/** Four neighbours at a time: the result lies densely, and no operand ends or jumps within four neighbours. */
function writesVec4({ out, operands }: Merged): boolean {
  const last = out.view.shape.length - 1
  return (
    readsAsVec4(out.view) && operands.every(({ view }) => limitsAreEven(view) && indicesStayAlong(view, last))
  )
}

function limitsAreEven(view: View): boolean {
  const last = view.shape.length - 1
  return !limitedAxes(view).includes(last) || (view.guard?.ranges[last] ?? []).every(isMultipleOf4)
}

function shaderOf({ spec, out, operands }: Merged, lanes: 1 | 4): Shader {
  const shader = new Shader(
    source,
    [{ name: 'out', tensor: out.tensor, access: 'read_write', element: lanes === 4 ? 'vec4f' : 'f32' }],
    AXES,
  )
  const rank = out.view.shape.length
  shader.constant('LANES', lanes)
  declareDecode(shader, rank)
  const fused = { ...spec.fused, operands }
  const used = [...operandsOf(fused.expression)]
  const loads = used.map((index) => loadOf(shader, `operand${index}`, operandAt(fused, index), lanes))
  const names = used.map((index) => `operand${index}`)
  const compute = (lane: string) => `compute(${names.map((name) => `${name}${lane}`).join(', ')})`
  const value = lanes === 4 ? `vec4f(${['.x', '.y', '.z', '.w'].map(compute).join(', ')})` : compute('')
  const { at } = shader.place('out', out.view)
  shader.function('apply', '(index: vec4u, further: vec4u)', [
    ...loads.flat(),
    `out[${lanes === 4 ? `(${at}) / 4u` : at}] = ${value};`,
  ])
  const { statements, result } = printExpression(fused.expression, {
    accumulator: '0.0',
    operand: (index) => `operand${index}`,
  })
  const parameters = names.map((name) => `${name}: f32`).join(', ')
  return shader
    .function('compute', `(${parameters}) -> f32`, [...statements, `return ${result};`])
    .needs(fused.expression)
}

/** `indexOf`: from the number of an item to its place along each axis, the last one fastest. */
function declareDecode(shader: Shader, rank: number): void {
  if (rank <= 1) return
  const statements = ['var rest = item;', 'var place: Place;']
  for (let axis = rank - 1; axis > 0; axis--) {
    const size = `parameters.${component('shape', axis)}`
    statements.push(`place.${component('index', axis)} = rest % ${size};`, `rest /= ${size};`)
  }
  statements.push('place.index.x = rest;', `place.${component('index', rank - 1)} *= LANES;`, 'return place;')
  shader.function('placeOf', '(item: u32) -> Place', statements)
}

/** Statements that leave an operand's value in `name`: an f32, or the vec4f of four neighbours. */
function loadOf(shader: Shader, name: string, operand: Operand, lanes: 1 | 4): readonly string[] {
  if (lanes === 1) return shader.operand(name, operand).statements
  const { view } = operand
  const last = view.shape.length - 1
  const isWhole = readsAsVec4({ ...view, guard: { ranges: [], fill: 0 } })
  const variable = shader.bindRead(operand.tensor, isWhole ? 'vec4f' : 'f32')
  const { uniform, at } = shader.place(name, view)
  const stride = `${uniform}.${component('strides', last)}`
  const value = isWhole
    ? `${variable}[(${at}) / 4u]`
    : strideOf(view, last) === 0
      ? `vec4f(${variable}[${at}])`
      : `vec4f(${[0, 1, 2, 3].map((e) => `${variable}[${at} + ${e}u * ${stride}]`).join(', ')})`
  const inside = insideGuard(view, uniform)
  if (inside === null) return [`let ${name} = ${value};`]
  return [`var ${name} = vec4f(${uniform}.fill);`, `if (${inside}) { ${name} = ${value}; }`]
}
