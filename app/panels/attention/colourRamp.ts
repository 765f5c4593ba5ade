/** 256-entry viridis table, for maps of weights. Baked from d3-scale-chromatic once. */
import { interpolateViridis } from 'd3-scale-chromatic'

const steps = 256
const viridis: Uint8ClampedArray = bake(interpolateViridis)

function bake(interpolate: (at: number) => string): Uint8ClampedArray {
  const table = new Uint8ClampedArray(steps * 3)
  for (let step = 0; step < steps; step++) {
    const hex = interpolate(step / (steps - 1))
    const value = Number.parseInt(hex.slice(1), 16)
    table.set([value >> 16, (value >> 8) & 255, value & 255], step * 3)
  }
  return table
}

/** Red, green and blue at 0..1. */
export function viridisAt(at: number): readonly [number, number, number] {
  const step = Math.round(Math.min(1, Math.max(0, at)) * (steps - 1)) * 3
  return [viridis[step] ?? 0, viridis[step + 1] ?? 0, viridis[step + 2] ?? 0]
}

/** For a colour bar: from high to low. */
export const viridisGradient = `linear-gradient(to bottom, ${Array.from(
  { length: 9 },
  (_, index) => `rgb(${viridisAt(1 - index / 8).join(' ')})`,
).join(', ')})`
