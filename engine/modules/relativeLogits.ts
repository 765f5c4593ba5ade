import type { Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import type { Window } from './windows'

/**
 * What a query thinks of how far away a key lies: q·rʰ(Δrow) + q·rʷ(Δcolumn), to be added to the scores.
 *
 * q [n, t, h, d] on `queries`, keys on `keys`, both counted from the same corner → [n, h, t, keys]. Two tables of
 * 2·side − 1 vectors, one per offset key − query. MACs td(2h − 1) + td(2w − 1) per head: nothing per pair.
 * Shaw et al. 2018, https://arxiv.org/abs/1803.02155; on images: Ramachandran et al. 2019, https://arxiv.org/abs/1906.05909
 */
export function relativeLogits(b: ModuleBuilder, q: Value, queries: Window, keys: Window): Value {
  const places = Array.from({ length: keys.height * keys.width }, (_, key) => key)
  const along = (name: string, axis: 1 | 2, side: number, placeOf: (key: number) => number) =>
    b.gather(axisLogits(b, q, name, queries, axis, side), b.constant(places.map(placeOf), [places.length]), {
      axis: 3,
    })
  return b.add(
    along('height_rel', 1, keys.height, (key) => Math.floor(key / keys.width)),
    along('width_rel', 2, keys.width, (key) => key % keys.width),
  )
}

/** [n, h, t, side]: the logits for each row (axis 1) or column (axis 2) of the keys. */
function axisLogits(
  b: ModuleBuilder,
  q: Value,
  name: string,
  { height, width }: Window,
  axis: 1 | 2,
  side: number,
): Value {
  const [n, t, heads, d] = q.shape
  const table = b.weight(name, [2 * side - 1, d], { init: { a: 0, b: Math.sqrt(3 / d) } })
  const products = b.dot(b.reshape(q, [n, height, width, heads, d]), table, { contract: [[4], [1]] })
  // Row or column of the query first: each of them reads its own part of the offsets.
  const [first, second] = axis === 1 ? [1, 2] : [2, 1]
  const count = axis === 1 ? height : width
  const offsets = Array.from({ length: count * side }, (_, i) => (i % side) - Math.floor(i / side) + side - 1)
  const picked = b.gather(
    b.transpose(products, [first, 0, second, 3, 4]),
    b.constant(offsets, [count, side]),
    {
      axis: 4,
      batch: 1,
    },
  )
  const back = axis === 1 ? [1, 3, 0, 2, 4] : [1, 3, 2, 0, 4]
  return b.reshape(b.transpose(picked, back), [n, heads, t, side])
}

/**
 * The same for maps of different size, as MViT decomposes it: q·rʰ(Δrow) + q·rʷ(Δcolumn), distances counted on the
 * larger map, and 0 for the `prefix` tokens before either map.
 *
 * q [n, prefix + queries, h, d] → [n, h, prefix + queries, prefix + keys]. MACs td·(height + width of the keys) per head.
 * Li et al. 2021, MViTv2, https://arxiv.org/abs/2112.01526
 */
export function decomposedLogits(
  b: ModuleBuilder,
  q: Value,
  { queries, keys, prefix }: { readonly queries: Window; readonly keys: Window; readonly prefix: number },
): Value {
  const [n, t, heads, d] = q.shape
  const patches = b.slice(q, { start: [0, prefix, 0, 0], size: [n, t - prefix, heads, d] })
  const map = b.reshape(patches, [n, queries.height, queries.width, heads, d])
  const along = (
    name: string,
    axis: 1 | 2,
    asking: number,
    asked: number,
    placeOf: (key: number) => number,
  ) => {
    const larger = Math.max(asking, asked)
    const table = b.weight(name, [2 * larger - 1, d], { init: { a: 0, b: Math.sqrt(3 / d) } })
    const rows = b.gather(table, b.constant(distances(asking, asked), [asking, asked]), { axis: 0 })
    const products = b.dot(map, rows, { batch: [[axis], [0]], contract: [[4], [2]] })
    const back = axis === 1 ? [1, 3, 0, 2, 4] : [1, 3, 2, 0, 4]
    const logits = b.reshape(b.transpose(products, back), [n, heads, t - prefix, asked])
    // One place more that is 0, for the tokens before the keys.
    const whole = b.pad(logits, { low: [0, 0, prefix, 0], high: [0, 0, 0, prefix > 0 ? 1 : 0] })
    const places = Array.from({ length: prefix + keys.height * keys.width }, (_, key) =>
      key < prefix ? asked : placeOf(key - prefix),
    )
    return b.gather(whole, b.constant(places, [places.length]), { axis: 3 })
  }
  return b.add(
    along('rel_pos_h', 1, queries.height, keys.height, (key) => Math.floor(key / keys.width)),
    along('rel_pos_w', 2, queries.width, keys.width, (key) => key % keys.width),
  )
}

/** Query − key for every pair along an axis, from 0 on, both counted in steps of the larger map. */
function distances(asking: number, asked: number): number[] {
  const [step, keyStep] = [Math.max(asked / asking, 1), Math.max(asking / asked, 1)]
  return Array.from({ length: asking * asked }, (_, pair) => {
    const [query, key] = [Math.floor(pair / asked), pair % asked]
    return Math.trunc(query * step - key * keyStep + (asked - 1) * keyStep)
  })
}
