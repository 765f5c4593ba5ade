/** What is sent through a part of a network to find a row or a column of its mixing map, and what is made of the answers. */
import { type MixingSide, placeOfPositions, placesOf, positionsOf } from './mixingSides'

/** Values on the side that is asked about, [positions, channels], zero but for one place. */
export type Probe = Float32Array

interface At {
  readonly side: MixingSide
  readonly place: number
  readonly channels: number
}

/** Random signs on all channels of a place: the expected square of what comes back is the squared norm of the Jacobian. */
export function signProbe({ side, place, channels }: At, seed: number, index: number): Probe {
  const next = signs(seed, index)
  return probe(side, channels, positionsOf(side, place), () => next())
}

/**
 * Probes that together tell all: one per position of the place and, where channels mix, per channel. With `channel`, of that channel
 * alone.
 */
export function exactProbes(
  { side, place, channels }: At,
  { keepsChannels, channel }: { readonly keepsChannels: boolean; readonly channel?: number | undefined },
): { readonly count: number; readonly make: (index: number) => Probe } {
  const positions = positionsOf(side, place)
  const wanted = channel === undefined ? Array.from({ length: channels }, (_, c) => c) : [channel]
  if (keepsChannels) {
    const isWanted = new Set(wanted)
    const make = (index: number) =>
      probe(side, channels, positions.slice(index, index + 1), (c) => (isWanted.has(c) ? 1 : 0))
    return { count: positions.length, make }
  }
  const make = (index: number) => {
    const at = positions.slice(Math.floor(index / wanted.length)).slice(0, 1)
    return probe(side, channels, at, (c) => (c === wanted[index % wanted.length] ? 1 : 0))
  }
  return { count: positions.length * wanted.length, make }
}

function probe(
  side: MixingSide,
  channels: number,
  positions: readonly number[],
  value: (channel: number) => number,
): Probe {
  const { prefix, rows, columns, suffix } = side
  const values = new Float32Array((prefix + rows * columns + suffix) * channels)
  for (const position of positions)
    for (let channel = 0; channel < channels; channel++)
      values[position * channels + channel] = value(channel)
  return values
}

/** 1 or -1, the same for the same seed and index (mulberry32, Tommy Ettinger 2017, public domain). */
function signs(seed: number, index: number): () => 1 | -1 {
  let state = Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) & 1 ? 1 : -1
  }
}

export interface Estimate {
  /** Norms of the Jacobian per place. */
  readonly norms: Float32Array
  /** Standard error of each; null from a single probe. */
  readonly errors: Float32Array | null
  /** Of the map as a whole: the norm of all errors over the norm of all norms. */
  readonly spread: number | null
}

/** Collects the answers to probes, per place of the other side. */
export class Tally {
  private readonly places: Int32Array
  private readonly squares: Float64Array
  private readonly squaresSquared: Float64Array
  private readonly numbers: Float64Array
  private count = 0

  constructor(shown: MixingSide) {
    this.places = placeOfPositions(shown)
    this.squares = new Float64Array(placesOf(shown))
    this.squaresSquared = new Float64Array(placesOf(shown))
    this.numbers = new Float64Array(placesOf(shown))
  }

  get probes(): number {
    return this.count
  }

  /** Sums over channels, per position: of squares, and of the numbers. */
  add(squares: ArrayLike<number>, numbers: ArrayLike<number>): void {
    const answer = new Float64Array(this.squares.length)
    this.places.forEach((place, position) => {
      answer[place] += squares[position]
      this.numbers[place] += numbers[position]
    })
    answer.forEach((square, place) => {
      this.squares[place] += square
      this.squaresSquared[place] += square ** 2
    })
    this.count++
  }

  /** Where the probes tell all: their squares add up. */
  exact(): Float32Array {
    return Float32Array.from(this.squares, Math.sqrt)
  }

  /**
   * Where channels do not mix: the weights themselves, mean over these channels. A weight between two cells is what a position of the
   * output gives on average to all positions of the input together, so that rows add up to what they add up to position by position.
   */
  weights(direction: 'reads' | 'readBy', channels: number): Float32Array {
    const sizes = new Float64Array(this.numbers.length)
    for (const place of this.places) sizes[place]++
    return Float32Array.from(
      this.numbers,
      (number, place) => number / channels / (direction === 'reads' ? this.count : sizes[place]),
    )
  }

  /**
   * Where each probe by itself is a guess: the mean of their squares. The error of a norm is half that of its square, relative to it;
   * it falls with the root of the number of probes.
   */
  estimate(): Estimate {
    const { count } = this
    const norms = Float32Array.from(this.squares, (square) => Math.sqrt(square / count))
    if (count < 2) return { norms, errors: null, spread: null }
    const errors = norms.map((norm, place) => {
      const mean = this.squares[place] / count
      const variance = Math.max(0, this.squaresSquared[place] / count - mean ** 2) * (count / (count - 1))
      return norm > 0 ? Math.sqrt(variance / count) / (2 * norm) : 0
    })
    const size = Math.hypot(...norms)
    return { norms, errors, spread: size > 0 ? Math.hypot(...errors) / size : 0 }
  }
}
