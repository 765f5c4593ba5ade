/**
 * What a module is like, found by building it at its defaults and looking at the result: what it costs, how the cost grows
 * with the picture, how far it reads. Nobody writes these facts down, so none can be wrong.
 */
import { type Cost, costsByScope, noCost } from './analysis/costs'
import { isEverywhere, receptiveField } from './analysis/receptiveField'
import { VertebraError } from './errors'
import type { Shape, Value } from './graph/graph'
import { buildSlot } from './lower/buildSlot'
import type { ModuleDefinition } from './modules/module'
import { ModuleBuilder } from './nn/moduleBuilder'
import { completeAttributes } from './schema/schema'

export interface Study {
  /** What it was built on: [1, 14, 14, 384] where a map is welcome. */
  readonly inputs: readonly Shape[]
  readonly output: Shape
  readonly cost: Cost
  /** How FLOPs grow with the number of positions n: as n, n√n or n²; null when there are none or it was not found. */
  readonly growth: 'linear' | 'between' | 'quadratic' | null
  /** Whether a position's result depends on itself only, on some others, or on all. */
  readonly reach: 'point' | 'local' | 'global' | null
  readonly hasSoftmax: boolean
  /** Products of activations with activations: what is mixed, and how much, depends on the picture. */
  readonly isDataDependent: boolean
  readonly hasTransform: boolean
  /** Weights that count positions: it fits pictures of one size only. */
  readonly isOfOneSize: boolean
}

const known = new WeakMap<ModuleDefinition, Study | null>()

/** Null where the module cannot be built by itself at its defaults. */
export function study(module: ModuleDefinition): Study | null {
  let found = known.get(module)
  if (found === undefined) {
    found = examine(module)
    known.set(module, found)
  }
  return found
}

const usualSide = 14
const usualChannels = 384
/** Large enough that what grows fastest shows; windows of seven fill both sides. */
const growthSides = [28, 56] as const
const growthChannels = 32

function examine(module: ModuleDefinition): Study | null {
  const built = buildOn(module, usualSide, usualChannels)
  if (!built) return null
  const grown = growthSides.flatMap((side) => buildOn(module, side, growthChannels)?.cost ?? [])
  const { graph, output, cost } = built
  const calls = new Set(graph.calls.map(({ name }) => name))
  return {
    inputs: built.inputs.map(({ shape }) => shape),
    output: output.shape,
    cost,
    growth: growthOf(grown.map(({ flops }) => flops)),
    // How far it reads does not hang on its width, and a narrow one is traced in a tenth of the time.
    reach: reachOf(buildOn(module, usualSide, growthChannels) ?? built),
    hasSoftmax: calls.has('softmax') || calls.has('attention'),
    isDataDependent: calls.has('attention') || multipliesActivations(built),
    hasTransform: calls.has('fourier'),
    isOfOneSize: new Set(grown.map(({ params }) => params.trainable)).size > 1,
  }
}

/** By the exponent of n between the two sides. */
function growthOf([small = 0, large = 0]: readonly number[]): Study['growth'] {
  if (small === 0 || large === 0) return null
  const exponent = Math.log(large / small) / Math.log(4)
  return exponent < 1.12 ? 'linear' : exponent < 1.6 ? 'between' : 'quadratic'
}

type Built = NonNullable<ReturnType<typeof buildOn>>

/** On a map, else on tokens, else on a picture: the first that fits. */
function buildOn(module: ModuleDefinition, side: number, channels: number) {
  const grid = { height: side, width: side, prefix: 0 }
  const places: readonly (readonly [Shape, Value['grid']])[] = [
    [[1, side, side, channels], null],
    [[1, side * side, channels], grid],
    [[1, 16 * side, 16 * side, 3], null],
  ]
  for (const [shape, where] of places) {
    const built = buildAt(module, shape, where)
    if (built) return built
  }
  return null
}

function buildAt(module: ModuleDefinition, shape: Shape, grid: Value['grid']) {
  const b = new ModuleBuilder({ buildModule: buildSlot })
  const names = module.inputs.flatMap((name) => (name.endsWith('…') ? [name, `${name}2`] : [name]))
  try {
    const inputs = names.map((name) => b.input(name, shape, grid))
    const output = b.instance('x', 'x', {}, () =>
      module.build(b, inputs, completeAttributes(module.attrs, {})),
    )
    const graph = b.finish([output])
    const [cost = noCost] = costsByScope({ graph, isLive: graph.nodes.map(() => true) })
    return { inputs, output, graph, cost }
  } catch (error) {
    if (error instanceof VertebraError) return null
    throw error
  }
}

function reachOf({ graph, output }: Built): Study['reach'] {
  const field = receptiveField(graph, output.id)
  if (!field) return null
  if (isEverywhere(field)) return 'global'
  return field.y.size === 1 && field.x.size === 1 ? 'point' : 'local'
}

/** Whether anything that follows from the input is multiplied by something else that does. */
function multipliesActivations({ graph, inputs }: Built): boolean {
  const follows = new Set(inputs.map(({ id }) => id))
  for (const node of graph.nodes) {
    const sources = node.inputs.filter((id) => follows.has(id))
    if (sources.length === 0) continue
    follows.add(node.id)
    if (node.op === 'dot' && new Set(sources).size > 1) return true
    if (node.op === 'dot' && sources.length === 2) return true
  }
  return false
}
