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
]

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
