/** `4, 5, 8 or 10`: the divisors of `n` nearest to `wanted`, for sentences that say what would be right. */
export function divisorChoice(n: number, wanted: number, most = 4): string {
  const nearest = divisors(n).sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))
  const shown = nearest.slice(0, most).sort((a, b) => a - b)
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}` : `${shown[0]}`
}

function divisors(n: number): number[] {
  return Array.from({ length: n }, (_, index) => index + 1).filter((d) => n % d === 0)
}
