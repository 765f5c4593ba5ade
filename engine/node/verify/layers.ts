/** Single layers of the papers' code, found by words of their call: those are Python that only a person can read. */
import type { Shape, Value } from '../../graph/graph'
import type { Keys, ModuleBuilder } from '../../nn/moduleBuilder'
import type { SlotValue } from '../../schema/schema'

/** A case of one layer without a picture around it. */
export interface GoldenLayer {
  /** Shape of its input in our order of axes. */
  readonly input: Shape
  /** The input's recorded order: channels before positions, or as ours. */
  readonly order: 'channelsFirst' | 'asIs'
  readonly build: (b: ModuleBuilder, x: Value) => Value
  /** Renames of the weights' paths. */
  readonly keys?: Keys
  /** State_dict prefixes of further outputs that the reference recorded. */
  readonly outputs?: { readonly [name: string]: string }
}

/** Where `says` is part of the call; `shape` is the recorded input's. */
interface NamedLayer {
  readonly says: string
  readonly layer: (shape: Shape) => GoldenLayer
}

/** The layer of a call; null when it is no single layer that we know. */
export const goldenLayer = (call: string, shape: Shape): GoldenLayer | null =>
  layers.find(({ says }) => call.includes(says))?.layer(shape) ?? null

const layers: readonly NamedLayer[] = [
  {
    says: 'AttentionLayer(LinearAttention(8), d_model=32, n_heads=4)',
    layer: (shape) => oneModule({ module: 'linearAttention', attrs: { heads: 4 } }, shape, projections),
  },
  {
    says: 'AttentionLayer(LinearAttention(8, feature_map=Favor.factory(n_dims=16',
    layer: (shape) =>
      oneModule({ module: 'linearAttention', attrs: { heads: 4, features: 'favor' } }, shape, {
        ...projections,
        omega: 'inner_attention.feature_map.omega',
      }),
  },
  {
    says: 'FNet(dim=32,depth=2,mlp_dim=64)',
    layer: (shape) => ({
      input: shape,
      order: 'asIs',
      keys: renamed(2, (block) => [
        [`layers.${block}.1.fn.fc1`, `layers.${block}.1.fn.net.0`],
        [`layers.${block}.1.fn.fc2`, `layers.${block}.1.fn.net.3`],
      ]),
      build: (b, x) => repeated(2, x, (x, block) => preNormFourier(b, x, `layers.${block}`)),
    }),
  },
  {
    says: 'Sequential(FNetLayer, FNetLayer)',
    layer: (shape) => ({
      input: shape,
      order: 'asIs',
      keys: renamed(2, (block) => [
        [`${block}.mlp.fc1`, `${block}.intermediate.dense`],
        [`${block}.mlp.fc2`, `${block}.output.dense`],
      ]),
      build: (b, x) => repeated(2, x, (x, block) => b.part(`${block}`, () => postNormFourier(b, x))),
    }),
  },
]

/** x ← x + F(LN x); x ← x + MLP(LN x), as a third party wrote FNet. */
function preNormFourier(b: ModuleBuilder, x: Value, name: string): Value {
  const half = (part: string, x: Value, fn: SlotValue) =>
    b.part(`${name}.${part}`, () => b.module(fn, 'fn', b.module(norm(1e-5), 'norm', x)))
  const mixed = b.add(x, half('0', x, 'fourierMixing'))
  return b.add(mixed, half('1', mixed, { module: 'mlp', attrs: { mlpRatio: 2 } }))
}

/** x ← LN(x + F(x)); x ← LN(x + MLP(x)), as FNet's paper has it. */
function postNormFourier(b: ModuleBuilder, x: Value): Value {
  const mixed = b.part('fourier', () =>
    b.module(norm(1e-12), 'output.LayerNorm', b.add(x, b.module('fourierMixing', 'self', x))),
  )
  const mlp = { module: 'mlp', attrs: { mlpRatio: 2, act: 'geluTanh' } }
  return b.module(norm(1e-12), 'output.LayerNorm', b.add(mixed, b.module(mlp, 'mlp', mixed)))
}

const norm = (eps: number): SlotValue => ({ module: 'layerNorm', attrs: { eps } })

const repeated = (count: number, x: Value, block: (x: Value, index: number) => Value): Value =>
  Array.from({ length: count }, (_, index) => index).reduce(block, x)

/** Renames of one block for each of several. */
const renamed = (count: number, block: (index: number) => readonly (readonly [string, string])[]): Keys =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => block(index)).flat())

const projections: Keys = {
  q: 'query_projection',
  k: 'key_projection',
  v: 'value_projection',
  proj: 'out_projection',
}

/** A module of ours as it is, on a map or on tokens; `keys` are its names in the reference. */
function oneModule(slot: SlotValue, shape: Shape, keys: Keys = {}): GoldenLayer {
  const [n = 1, c = 1, height = 1, width = 1] = shape
  const isMap = shape.length === 4
  return {
    input: isMap ? [n, height, width, c] : shape,
    order: isMap ? 'channelsFirst' : 'asIs',
    keys: Object.fromEntries([
      ['layer', ''],
      ...Object.entries(keys).map(([ours, theirs]) => [`layer.${ours}`, theirs]),
    ]),
    build: (b, x) => b.module(slot, 'layer', x),
  }
}
