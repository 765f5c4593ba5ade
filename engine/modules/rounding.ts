/** The nearest whole number, halves to the even one: Python's round, which reference code rounds widths by. */
export function halfToEven(value: number): number {
  const whole = Math.floor(value)
  const rest = value - whole
  return whole + (rest > 0.5 || (rest === 0.5 && whole % 2 === 1) ? 1 : 0)
}
