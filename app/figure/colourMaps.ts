/** 256-entry colour tables, baked from d3-scale-chromatic once. */
import {
  interpolateCividis,
  interpolateInferno,
  interpolateRdBu,
  interpolateViridis,
} from 'd3-scale-chromatic'

const steps = 256

const interpolators = {
  viridis: interpolateViridis,
  inferno: interpolateInferno,
  cividis: interpolateCividis,
  grey: (at: number) => {
    const level = Math.round(at * 255)
    return `rgb(${level}, ${level}, ${level})`
  },
  /** For differences: blue below zero, red above it, as PyTorch and Matplotlib users expect. */
  redBlue: (at: number) => interpolateRdBu(1 - at),
}

export type ColourMapName = keyof typeof interpolators
/** For values without a sign; differences are always drawn in red and blue. */
export type SequentialMap = Exclude<ColourMapName, 'redBlue'>

export const sequentialMaps: readonly { readonly value: SequentialMap; readonly label: string }[] = [
  { value: 'viridis', label: 'Viridis' },
  { value: 'inferno', label: 'Inferno' },
  { value: 'cividis', label: 'Cividis' },
  { value: 'grey', label: 'Grey' },
]

const tables = new Map<ColourMapName, Uint8ClampedArray>()

/** Red, green and blue of every step. */
export function colourTable(name: ColourMapName): Uint8ClampedArray {
  let table = tables.get(name)
  if (!table) {
    table = bake(interpolators[name])
    tables.set(name, table)
  }
  return table
}

/** Red, green and blue at 0..1. */
export function colourAt(name: ColourMapName, at: number): readonly [number, number, number] {
  const table = colourTable(name)
  const step = Math.round(Math.min(1, Math.max(0, at)) * (steps - 1)) * 3
  return [table[step] ?? 0, table[step + 1] ?? 0, table[step + 2] ?? 0]
}

/** For a colour bar on the page: from high at the top to low, or from low at the left. */
export const gradientOf = (name: ColourMapName, direction: 'to top' | 'to right' = 'to top'): string =>
  `linear-gradient(${direction}, ${Array.from(
    { length: 17 },
    (_, index) => `rgb(${colourAt(name, index / 16).join(' ')})`,
  ).join(', ')})`

function bake(interpolate: (at: number) => string): Uint8ClampedArray {
  const table = new Uint8ClampedArray(steps * 3)
  for (let step = 0; step < steps; step++) table.set(channelsOf(interpolate(step / (steps - 1))), step * 3)
  return table
}

/** `#440154` and `rgb(68, 1, 84)`: the library writes both. */
function channelsOf(colour: string): readonly number[] {
  if (!colour.startsWith('#')) return (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number)
  const value = Number.parseInt(colour.slice(1), 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}
