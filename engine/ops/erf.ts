/**
 * The error function to double precision: the oracle for GELU.
 * Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.6 (series) and 7.1.14 (continued fraction).
 */

const TWO_OVER_SQRT_PI = 1.1283791670955126
/** Where the series, whose terms are all positive, hands over to the continued fraction. */
const SERIES_END = 1.5
/** Levels of the continued fraction: enough for full precision at SERIES_END. */
const LEVELS = 80

export function erf(x: number): number {
  const size = Math.abs(x)
  return Math.sign(x) * (size < SERIES_END ? series(size) : 1 - fraction(size))
}

/** 1 - erf(x), to full relative precision where it is tiny. */
export function erfc(x: number): number {
  if (x >= SERIES_END) return fraction(x)
  return 1 - erf(x)
}

/** erf(x) = 2/√π e^(-x²) Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)), for x >= 0. */
function series(x: number): number {
  let term = x
  let sum = x
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum
}

/** erfc(x) = e^(-x²)/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + ...)))), for large x, from the innermost level out. */
function fraction(x: number): number {
  let rest = x
  for (let level = LEVELS; level >= 1; level--) rest = x + level / 2 / rest
  return ((TWO_OVER_SQRT_PI / 2) * Math.exp(-x * x)) / rest
}
