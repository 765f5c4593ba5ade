/**
 * Pictures by formula, to ask a network simple questions: made at the input's own size, as values 0..1 before they are
 * normalised. Nothing is resized on the way.
 */
import { VertebraError } from '../errors'
import type { PictureSize } from './resize'

export type Probe =
  /** One bright pixel on mid grey; its place is a share of the width and height, 0..1. */
  | { readonly kind: 'impulse'; readonly x: number; readonly y: number }
  /** A sine grating from black to white: pixels per period; degrees by which its stripes lean from upright. */
  | { readonly kind: 'stripes'; readonly period: number; readonly angle: number }
  /** Black and white squares of so many pixels, a black one at the upper left. */
  | { readonly kind: 'checker'; readonly cell: number }
  /** The same value everywhere. */
  | { readonly kind: 'grey'; readonly value: number }
  /** From black to white along a direction: 0 degrees to the right, 90 downwards. */
  | { readonly kind: 'gradient'; readonly angle: number }

export type ProbeKind = Probe['kind']

interface ProbeField {
  readonly name: string
  readonly label: string
  readonly min: number
  readonly max: number
  readonly step: number
}

interface ProbeFacts<P extends Probe> {
  readonly title: string
  /** One sentence: what it is for. */
  readonly purpose: string
  readonly usual: P
  readonly fields: readonly ProbeField[]
  /** Value 0..1 at the middle of pixel (x, y). */
  valueAt(probe: P, x: number, y: number, size: PictureSize): number
}

const angle = { name: 'angle', label: 'Angle in degrees', min: -180, max: 180, step: 15 } as const
const share = { min: 0, max: 1, step: 0.05 } as const

export const probes: { readonly [K in ProbeKind]: ProbeFacts<Extract<Probe, { readonly kind: K }>> } = {
  impulse: {
    title: 'Impulse',
    purpose: 'One white pixel on grey: what answers to it lies inside its reach.',
    usual: { kind: 'impulse', x: 0.5, y: 0.5 },
    fields: [
      { name: 'x', label: 'From the left, 0 to 1', ...share },
      { name: 'y', label: 'From the top, 0 to 1', ...share },
    ],
    valueAt: (probe, x, y, { width, height }) =>
      x === pixelAt(probe.x, width) && y === pixelAt(probe.y, height) ? 1 : 0.5,
  },
  stripes: {
    title: 'Stripes',
    purpose: 'One frequency in one direction: which channels and heads follow it, and up to which period.',
    usual: { kind: 'stripes', period: 16, angle: 0 },
    fields: [{ name: 'period', label: 'Period in pixels', min: 2, max: 512, step: 1 }, angle],
    valueAt: (probe, x, y) => {
      const [cos, sin] = direction(probe.angle)
      return 0.5 + 0.5 * Math.sin((2 * Math.PI * ((x + 0.5) * cos + (y + 0.5) * sin)) / probe.period)
    },
  },
  checker: {
    title: 'Checker',
    purpose: 'Edges at a regular distance: strides and windows that divide it show as beats.',
    usual: { kind: 'checker', cell: 16 },
    fields: [{ name: 'cell', label: 'Cell in pixels', min: 1, max: 512, step: 1 }],
    valueAt: ({ cell }, x, y) => (Math.floor(x / cell) + Math.floor(y / cell)) % 2,
  },
  grey: {
    title: 'Grey',
    purpose: 'Nothing to see: what the maps still show comes from padding and position alone.',
    usual: { kind: 'grey', value: 0.5 },
    fields: [{ name: 'value', label: 'Value, 0 to 1', ...share }],
    valueAt: ({ value }) => value,
  },
  gradient: {
    title: 'Gradient',
    purpose: 'Brightness that grows evenly: no edge, every value once.',
    usual: { kind: 'gradient', angle: 0 },
    fields: [angle],
    valueAt: (probe, x, y, { width, height }) => {
      const [cos, sin] = direction(probe.angle)
      const reach = Math.abs(cos) * (width - 1) + Math.abs(sin) * (height - 1)
      const along = cos * (x - (width - 1) / 2) + sin * (y - (height - 1) / 2)
      return reach === 0 ? 0.5 : 0.5 + along / reach
    },
  },
}

export const probeKinds = Object.keys(probes) as readonly ProbeKind[]

/** [height, width, 3], values 0..1, the three channels alike. */
export function probeImage(probe: Probe, size: PictureSize): Float32Array {
  const { width, height } = size
  const facts: ProbeFacts<Probe> = probes[probe.kind]
  const image = new Float32Array(height * width * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++)
      image.fill(facts.valueAt(probe, x, y, size), (y * width + x) * 3, (y * width + x + 1) * 3)
  }
  return image
}

/** `stripes` or `stripes:period=8,angle=45`. Throws a sentence that says what would be right. */
export function parseProbe(text: string): Probe {
  const [kind = '', given = ''] = text.split(/:(.*)/s)
  if (!isKind(kind))
    throw new VertebraError(`there is no probe ${kind}; the probes are ${probeKinds.join(', ')}`)
  const { usual, fields } = probes[kind]
  let probe: Probe = usual
  for (const part of given === '' ? [] : given.split(',')) {
    const [name = '', value = ''] = part.split('=')
    const field = fields.find((candidate) => candidate.name === name)
    if (!field) {
      const names = fields.map((candidate) => candidate.name).join(', ')
      throw new VertebraError(`${kind} has no ${name || part}; it has ${names}`)
    }
    const number = Number(value)
    if (value === '' || !(number >= field.min && number <= field.max)) {
      throw new VertebraError(
        `${name} of ${kind} is a number from ${field.min} to ${field.max}, not ${value}`,
      )
    }
    probe = { ...probe, [name]: number }
  }
  return probe
}

/** `Stripes, period 16, angle 0`. */
export function probeTitle(probe: Probe): string {
  const { title, fields } = probes[probe.kind]
  const values: { readonly [name: string]: string | number } = { ...probe }
  return [title, ...fields.map(({ name }) => `${name} ${values[name]}`)].join(', ')
}

const isKind = (text: string): text is ProbeKind => Object.hasOwn(probes, text)

/** Cosine and sine, exact at the right angles. */
function direction(degrees: number): readonly [number, number] {
  const tidy = (value: number) => Math.round(value * 1e12) / 1e12
  return [tidy(Math.cos((degrees * Math.PI) / 180)), tidy(Math.sin((degrees * Math.PI) / 180))]
}

/** The pixel that holds a place 0..1; of an even side, 0.5 is the one behind the middle. */
const pixelAt = (share: number, side: number): number => Math.min(side - 1, Math.floor(share * side))
