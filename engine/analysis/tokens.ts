/** What is read off the values of one map or row of tokens, [tokens, channels]. */

/** Euclidean length of every token. */
export function tokenNorms(values: Float32Array, channels: number): Float32Array {
  return Float32Array.from({ length: values.length / channels }, (_, token) =>
    Math.sqrt(innerOf(values, channels, token, token)),
  )
}

/** Cosine of every token with one vector [channels], −1..1; 0 where one of the two has no length. */
export function tokenSimilarity(values: Float32Array, query: Float32Array): Float32Array {
  const channels = query.length
  const length = Math.sqrt(innerOf(query, channels, 0, 0))
  return Float32Array.from({ length: values.length / channels }, (_, token) => {
    let sum = 0
    for (let channel = 0; channel < channels; channel++)
      sum += (values[token * channels + channel] as number) * (query[channel] as number)
    const lengths = length * Math.sqrt(innerOf(values, channels, token, token))
    return lengths > 0 ? Math.min(1, Math.max(-1, sum / lengths)) : 0
  })
}

function innerOf(values: Float32Array, channels: number, a: number, b: number): number {
  let sum = 0
  for (let channel = 0; channel < channels; channel++)
    sum += (values[a * channels + channel] as number) * (values[b * channels + channel] as number)
  return sum
}

/** Of every channel over all positions of all pictures: each [channels]. */
export interface ChannelSummary {
  readonly mean: Float32Array
  /** Standard deviation, of all positions (divided by their number). */
  readonly deviation: Float32Array
  readonly meanSize: Float32Array
  readonly smallest: Float32Array
  readonly largest: Float32Array
  /** Share of values that are exactly 0, as ReLU leaves them; 1 is a dead channel. */
  readonly zeros: Float32Array
}

/** `parts`: each [tokens, channels]; the first `prefix` tokens of each (class, registers) are left out. */
export function channelSummary(
  parts: readonly Float32Array[],
  channels: number,
  prefix: number,
): ChannelSummary {
  const sums = Array.from({ length: 4 }, () => new Float64Array(channels))
  const [sum, squares, sizes, zeros] = sums as [Float64Array, Float64Array, Float64Array, Float64Array]
  const smallest = new Float32Array(channels).fill(Number.POSITIVE_INFINITY)
  const largest = new Float32Array(channels).fill(Number.NEGATIVE_INFINITY)
  let count = 0
  const eachToken = (visit: (values: Float32Array, first: number) => void) => {
    for (const values of parts)
      for (let first = prefix * channels; first < values.length; first += channels) visit(values, first)
  }
  eachToken((values, first) => {
    count++
    for (let channel = 0; channel < channels; channel++) {
      const value = values[first + channel] as number
      sum[channel] = (sum[channel] as number) + value
      sizes[channel] = (sizes[channel] as number) + Math.abs(value)
      if (value === 0) zeros[channel] = (zeros[channel] as number) + 1
      if (value < (smallest[channel] as number)) smallest[channel] = value
      if (value > (largest[channel] as number)) largest[channel] = value
    }
  })
  const share = (each: Float64Array) => Float32Array.from(each, (value) => (count > 0 ? value / count : 0))
  // In a second reading: a difference of large sums would lose what is asked for.
  eachToken((values, first) => {
    for (let channel = 0; channel < channels; channel++) {
      const away = (values[first + channel] as number) - (sum[channel] as number) / count
      squares[channel] = (squares[channel] as number) + away * away
    }
  })
  return {
    mean: share(sum),
    deviation: share(squares).map(Math.sqrt),
    meanSize: share(sizes),
    smallest,
    largest,
    zeros: share(zeros),
  }
}
