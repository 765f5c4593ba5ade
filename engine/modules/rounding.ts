/** The nearest multiple of eight, as most convolutional networks round widths; never less than a tenth below. */
export function divisible(channels: number, limit = 0.9): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8)
  return rounded < limit * channels ? rounded + 8 : rounded
}

/** The nearest whole number, halves to the even one: Python's round, which reference code rounds widths by. */
export function halfToEven(value: number): number {
  const whole = Math.floor(value)
  const rest = value - whole
  return whole + (rest > 0.5 || (rest === 0.5 && whole % 2 === 1) ? 1 : 0)
}
