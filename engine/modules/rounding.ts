/** The nearest multiple of eight (or another number), as convolutional networks round widths; never less than a tenth below. */
export function divisible(channels: number, limit = 0.9, divisor = 8): number {
  const rounded = Math.max(divisor, Math.floor((channels + divisor / 2) / divisor) * divisor)
  return rounded < limit * channels ? rounded + divisor : rounded
}

/** The nearest whole number, halves to the even one: Python's round, which reference code rounds widths by. */
export function halfToEven(value: number): number {
  const whole = Math.floor(value)
  const rest = value - whole
  return whole + (rest > 0.5 || (rest === 0.5 && whole % 2 === 1) ? 1 : 0)
}
