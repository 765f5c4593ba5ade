import type { Value } from '../graph/graph'
import type { Builder } from '../ops/builder'

/**
 * Every token is the sum of all tokens up to itself, weighed by their distance: y[l] = Σ k[c, l − j] x[j] over j ≤ l, channel by
 * channel; of itself and all tokens after it when `reverse`.
 * x [n, t, c], kernel [c, t] -> [n, t, c]. References do this by Fourier transforms, whose MACs nobody counts (ops/cost.ts).
 */
export function longConvolution(
  b: Builder,
  x: Value,
  kernel: Value,
  { reverse = false }: { readonly reverse?: boolean } = {},
): Value {
  const [n, t, c] = x.shape
  return b.call('longConvolution', { reverse }, [x, kernel], (x, kernel) => {
    // A convolution reads places and kernel in one direction, the sum over what came before in two.
    const taps = b.reshape(reverse ? kernel : b.reverse(kernel, [1]), [c, t, 1, 1])
    const column = b.conv(b.reshape(x, [n, t, 1, c]), taps, {
      groups: c,
      padding: [reverse ? [0, t - 1] : [t - 1, 0], [0, 0]],
    })
    return b.reshape(column, [n, t, c])
  })
}
