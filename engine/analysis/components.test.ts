import fc from 'fast-check'
import { expect, test } from 'vitest'
import { componentScores, principalComponents } from './components'
import { inner } from './eigenvectors'

/** X = mean + U · diag(σ) · Vᵀ with V = ((0.6, 0.8, 0), (−0.8, 0.6, 0), (0, 0, 1)), each direction taken both ways. */
const mean = [1, -2, 3]
const directions = [
  [0.6, 0.8, 0],
  [-0.8, 0.6, 0],
  [0, 0, 1],
]
const lengths = [4, 2, 1]
const cross = Float32Array.from(
  lengths.flatMap((length, axis) =>
    [length, -length].flatMap((side) =>
      mean.map((at, channel) => at + side * (directions[axis]?.[channel] ?? 0)),
    ),
  ),
)

test('a cross of six tokens has its arms as components', () => {
  const components = principalComponents([cross], 3)
  const { axes, explained } = components
  for (const [axis, direction] of directions.entries()) {
    // The largest loading is positive, whichever way the arm was written.
    const sign = axis === 1 ? -1 : 1
    for (const [channel, value] of direction.entries())
      expect(axes[axis]?.[channel]).toBeCloseTo(sign * value, 6)
  }
  for (const [axis, share] of [16 / 21, 4 / 21, 1 / 21].entries())
    expect(explained[axis]).toBeCloseTo(share, 6)
  for (const [channel, value] of mean.entries()) expect(components.mean[channel]).toBeCloseTo(value, 6)
  const scores = componentScores(cross, 3, components)
  for (const [index, score] of [4, 0, 0, -4, 0, 0, 0, -2, 0, 0, 2, 0, 0, 0, 1, 0, 0, -1].entries())
    expect(scores[index]).toBeCloseTo(score, 5)
})

test('fewer tokens than channels give the same components as the small side says', () => {
  // The cross in 9 channels, of which 6 never move: X·Xᵀ is the smaller product.
  const wide = Float32Array.from({ length: 6 * 9 }, (_, index) =>
    index % 9 < 3 ? (cross[Math.floor(index / 9) * 3 + (index % 9)] ?? 0) : 7,
  )
  const { axes, explained } = principalComponents([wide], 9)
  expect(explained[0]).toBeCloseTo(16 / 21, 6)
  expect(axes[0]?.[0]).toBeCloseTo(0.6, 6)
  expect(axes[0]?.[1]).toBeCloseTo(0.8, 6)
  expect(axes[0]?.[8]).toBeCloseTo(0, 6)
})

test('tokens that are all alike have no components', () => {
  const { axes, explained } = principalComponents([new Float32Array(40).fill(2.5)], 4)
  expect(axes).toEqual([])
  expect(explained).toEqual([])
})

const tokens = fc
  .record({
    channels: fc.integer({ min: 2, max: 7 }),
    count: fc.integer({ min: 4, max: 12 }),
    numbers: fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 84, maxLength: 84 }),
  })
  .map(({ channels, count, numbers }) => ({
    channels,
    count,
    // Strengths fall from channel to channel, so that few components tie; a shift by 1 is exact.
    values: Float32Array.from(
      numbers.slice(0, channels * count),
      (value, at) => value / 4 ** (at % channels),
    ),
  }))

test('axes are orthonormal, ordered, and the variance of the scores is the explained share', () => {
  fc.assert(
    fc.property(tokens, ({ channels, count, values }) => {
      const components = principalComponents([values], channels)
      const { axes, explained } = components
      for (const [a, axis] of axes.entries())
        for (const [b, other] of axes.entries()) expect(inner(axis, other)).toBeCloseTo(a === b ? 1 : 0, 6)
      for (let at = 1; at < explained.length; at++)
        expect(explained[at]).toBeLessThanOrEqual((explained[at - 1] ?? 0) + 1e-12)
      const scores = componentScores(values, channels, components)
      const spread = (of: (token: number) => number) => {
        const all = Array.from({ length: count }, (_, token) => of(token))
        const middle = all.reduce((sum, value) => sum + value, 0) / count
        return all.reduce((sum, value) => sum + (value - middle) ** 2, 0)
      }
      const whole = Array.from({ length: channels }, (_, channel) =>
        spread((token) => values[token * channels + channel] ?? 0),
      ).reduce((sum, value) => sum + value, 0)
      for (const [axis, share] of explained.entries())
        expect(spread((token) => scores[token * axes.length + axis] ?? 0)).toBeCloseTo(share * whole, 3)
    }),
    { numRuns: 100 },
  )
})

test('neither the order of tokens, nor their parts, nor a shift of all of them changes the axes', () => {
  fc.assert(
    fc.property(tokens, ({ channels, count, values }) => {
      const before = principalComponents([values], channels)
      const turned = Float32Array.from(
        values,
        (_, index) =>
          1 + (values[(count - 1 - Math.floor(index / channels)) * channels + (index % channels)] ?? 0),
      )
      const cut = 2 * channels
      const after = principalComponents([turned.subarray(0, cut), turned.subarray(cut)], channels)
      for (const [index, share] of before.explained.entries()) {
        expect(after.explained[index] ?? 0).toBeCloseTo(share, 4)
        const next = before.explained[index + 1] ?? 0
        // Directions of equal strength may mix.
        const isAlone =
          share - next > 0.05 && (index === 0 || (before.explained[index - 1] ?? 0) - share > 0.05)
        if (isAlone) expect(Math.abs(inner(before.axes[index], after.axes[index]))).toBeCloseTo(1, 4)
      }
    }),
    { numRuns: 100 },
  )
})

test('only tokens of the foreground are fitted when asked', () => {
  const background = Float32Array.from([100, 0, 0, -100, 0, 0])
  const { axes } = principalComponents([background, cross], 3, { isUsed: (part) => part === 1 })
  expect(axes[0]?.[1]).toBeCloseTo(0.8, 6)
  expect(principalComponents([background, cross], 3).axes[0]?.[0]).toBeCloseTo(1, 3)
})

test('signs follow the axes before, so that colours do not flip', () => {
  const first = principalComponents([cross], 3)
  const flipped = { ...first, axes: first.axes.map((axis) => axis.map((value) => -value) as Float64Array) }
  const second = principalComponents([cross], 3, { like: flipped })
  for (const [index, axis] of second.axes.entries())
    expect(inner(axis, flipped.axes[index])).toBeCloseTo(1, 9)
  // Axes of another width or direction say nothing.
  const other = { mean: new Float64Array(2), axes: [Float64Array.from([-1, 0])], explained: [1] }
  expect(principalComponents([cross], 3, { like: other }).axes[0]?.[1]).toBeCloseTo(0.8, 6)
})
