/** Which keys a mask hides from a query. */
import type { ScoreBias } from './layer'
import type { RowSource } from './row'

/** A mask of −100 or less leaves a weight at e⁻⁸⁰ of what it would be, or below. */
const hidden = 80

/** 1 for every key that no head can read; null where no key is hidden. Of weights that no product gives, those that are 0 in all heads. */
export function maskedKeys(layer: RowSource, query: number, window = 0): Uint8Array | null {
  const { heads, queries, keys, scores } = layer
  if (scores.kind === 'probabilities') {
    const isHidden = (head: number, key: number) =>
      scores.values[((window * heads + head) * queries + query) * keys + key] === 0
    return hiddenIn(heads, keys, isHidden)
  }
  if (scores.kind !== 'products' || !scores.bias || !hasMask(scores.bias)) return null
  const { shape, values } = scores.bias
  const [windows, biasHeads, biasQueries, biasKeys] = shape
  if (biasKeys === 1) return null
  const rows = Array.from({ length: biasHeads }, (_, head) => {
    const row = ((window % windows) * biasHeads + head) * biasQueries + (biasQueries === 1 ? 0 : query)
    return values.subarray(row * biasKeys, (row + 1) * biasKeys)
  })
  const limits = rows.map((row) => row.reduce((most, value) => Math.max(most, value)) - hidden)
  return hiddenIn(biasHeads, keys, (head, key) => rows[head][key] <= limits[head])
}

function hiddenIn(
  heads: number,
  keys: number,
  isHidden: (head: number, key: number) => boolean,
): Uint8Array | null {
  const found = new Uint8Array(keys)
  for (let key = 0; key < keys; key++) {
    let head = 0
    while (head < heads && isHidden(head, key)) head++
    found[key] = head === heads ? 1 : 0
  }
  return found.includes(1) ? found : null
}

const masks = new WeakMap<ScoreBias, boolean>()

/** Whether anything in it is far enough below the rest. */
function hasMask(bias: ScoreBias): boolean {
  let has = masks.get(bias)
  if (has === undefined) {
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    for (const value of bias.values) {
      if (value < low) low = value
      if (value > high) high = value
    }
    has = high - low >= hidden
    masks.set(bias, has)
  }
  return has
}
