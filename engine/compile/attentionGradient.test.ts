import { describe, expect, test } from 'vitest'
import { effectiveField } from '../autodiff/effectiveField'
import { gradient } from '../autodiff/gradient'
import { pushforward } from '../autodiff/pushforward'
import { elements, type Graph } from '../graph/graph'
import { setInput } from '../index'
import { lower } from '../lower/lower'
import { attention } from '../nn/attention'
import { Builder } from '../ops/builder'
import { evaluate } from '../ops/evaluate'
import { randomBindings, randomValues } from '../ops/testing/randomGraph'
import { findPreset } from '../presets'
import { compile } from './compile'
import type { Plan } from './plan'
import { plainDevice } from './testing/adapter'
import { interpret } from './testing/interpret'

const large = { ...plainDevice.limits, maxStorageBufferBindingSize: 2 ** 31, maxBufferSize: 2 ** 31 }
const device = { ...plainDevice, limits: large }

const familiesOf = (plan: Plan) => new Set(plan.steps.map(({ spec }) => spec.family))

describe('beyond 512 tokens', () => {
  test.each([
    { what: 'plain', hasBias: false, sides: [] },
    { what: 'a bias per key', hasBias: true, sides: [1, 1, 1, 520] },
    { what: 'a bias per pair', hasBias: true, sides: [1, 2, 520, 520] },
  ])(
    'the backward of attention is its body, $what',
    ({ hasBias, sides }) => {
      const b = new Builder()
      const x = b.input('x', [1, 520, 6])
      const head = (first: number, count: number) =>
        b.reshape(b.slice(x, { start: [0, 0, first], size: [1, 520, 2 * count] }), [1, 520, 2, count])
      const bias = hasBias ? b.input('bias', sides) : undefined
      const y = attention(b, head(0, 2), head(1, 2), head(4, 1), 0.7, bias)
      const backward = gradient(b.finish([y]), { wrt: [x.id] })
      const plan = compile(backward, { device })
      expect(familiesOf(plan)).toContain('attentionGradient')
      const bindings = randomBindings(backward)
      const [expected] = evaluate(backward, bindings).values()
      const [result] = interpret(plan, { inputs: bindings.inputs ?? new Map(), weight: randomValues })
      const scale = Math.max(...expected.map(Math.abs))
      expect(scale).toBeGreaterThan(0)
      for (const [i, value] of expected.entries())
        expect(Math.abs(value - (result[i] ?? Number.NaN))).toBeLessThan(1e-6 * scale)
    },
    60_000,
  )
})

test.each([{ bias: [] }, { bias: [1, 2, 520, 520] }])(
  'beyond 512 tokens attention moves as its body does, and stores no scores, bias $bias',
  ({ bias: sides }) => {
    const b = new Builder()
    const x = b.input('x', [1, 520, 6])
    const head = (first: number, count: number) =>
      b.reshape(b.slice(x, { start: [0, 0, first], size: [1, 520, 2 * count] }), [1, 520, 2, count])
    const bias = sides.length > 0 ? b.input('bias', sides) : undefined
    const y = attention(b, head(0, 2), head(1, 2), head(4, 1), 0.7, bias)
    const moved = pushforward(b.finish([y]), { input: x.id })
    const plan = compile(moved, { device })
    expect(largestResult(plan)).toBeLessThan(520 * 520)
    const bindings = randomBindings(moved)
    const [expected] = evaluate(moved, bindings).values()
    const [result] = interpret(plan, { inputs: bindings.inputs ?? new Map(), weight: randomValues })
    const scale = Math.max(...expected.map(Math.abs))
    for (const [i, value] of expected.entries())
      expect(Math.abs(value - (result[i] ?? Number.NaN))).toBeLessThan(1e-6 * scale)
    // Central differences of the forward know nothing of any backward.
    const step = 1e-5
    const inputs = bindings.inputs
    const at = (factor: number) => {
      const tangent = inputs.get('tangent') ?? []
      const there = Float64Array.from(
        inputs.get('x') ?? [],
        (value, i) => value + factor * step * (tangent[i] ?? 0),
      )
      return [...evaluate(b.finish([y]), { inputs: new Map([...inputs, ['x', there]]) }).values()][0] ?? []
    }
    const [ahead, behind] = [at(1), at(-1)]
    for (const [i, value] of expected.entries())
      expect(Math.abs(value - ((ahead[i] ?? Number.NaN) - (behind[i] ?? 0)) / (2 * step))).toBeLessThan(
        1e-6 * scale,
      )
  },
  60_000,
)

describe('a receptive field at 512 pixels stores nothing larger than a forward does', () => {
  test.each([
    { id: 'vit_small_patch16_224', isTiled: true },
    { id: 'pvt_v2_b1', isTiled: true },
    { id: 'swin_tiny_patch4_window7_224', isTiled: false },
  ])('$id', ({ id, isTiled }) => {
    const preset = findPreset(id)
    if (!preset) throw new Error(`There is no preset ${id}.`)
    const { graph } = lower(setInput(preset.document, { height: 512, width: 512 }))
    const features = lastOf(graph)
    const forward = compile(graph, { device, outputs: [features] })
    const field = effectiveField(graph, features)
    const backward = compile(field, { device, outputs: field.outputs })
    expect(largestResult(backward)).toBeLessThanOrEqual(largestResult(forward))
    expect(familiesOf(backward).has('attentionGradient')).toBe(isTiled)
  })
})

/** The last map or row of tokens. */
function lastOf({ nodes, scopes }: Graph): number {
  const ends = scopes.flatMap(({ output }) => (output === null ? [] : [output]))
  const hasPlaces = (id: number) => elements(nodes[id].shape.slice(1, -1)) > 1
  return Math.max(...ends.filter(hasPlaces))
}

/** Elements of the largest tensor that a step writes. */
function largestResult({ steps, tensors }: Plan): number {
  return Math.max(...steps.map(({ spec }) => elements(tensors[spec.out.tensor]?.shape ?? [])))
}
