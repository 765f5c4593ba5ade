import { expect, test } from 'vitest'
import { maskedKeys } from './masked'
import { isMasked, type RowSource } from './row'

/** Two windows, two heads: −100 where the sum of all indices is a multiple of three, for both heads or for one. */
function layer(isForAllHeads: boolean): RowSource {
  const [windows, heads, queries, keys] = [2, 2, 3, 5]
  const values = new Float32Array(windows * heads * queries * keys)
  for (let at = 0; at < values.length; at++) {
    const [key, query] = [at % keys, Math.floor(at / keys) % queries]
    const [head, window] = [Math.floor(at / keys / queries) % heads, Math.floor(at / keys / queries / heads)]
    const isHidden = (key + query + window) % 3 === 0 && (isForAllHeads || head === 0)
    values[at] = (isHidden ? -100 : 0) + 0.1 * at
  }
  return {
    windows,
    heads,
    queries,
    keys,
    scores: {
      kind: 'products',
      width: 1,
      scale: 1,
      q: new Float32Array(windows * heads * queries),
      k: new Float32Array(windows * heads * keys),
      bias: { shape: [windows, heads, queries, keys], values },
    },
  }
}

test('all keys of a query at once are those that are masked one by one', () => {
  const masked = layer(true)
  for (let window = 0; window < 2; window++)
    for (let query = 0; query < 3; query++) {
      const oneByOne = Array.from({ length: 5 }, (_, key) => Number(isMasked(masked, query, key, window)))
      expect(oneByOne).toContain(1)
      expect([...(maskedKeys(masked, query, window) ?? [])]).toEqual(oneByOne)
    }
})

test('a key that one head can read is not hidden, and a bias without a mask hides nothing', () => {
  expect(maskedKeys(layer(false), 0)).toBeNull()
})
