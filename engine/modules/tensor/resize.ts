import { ShapeError } from '../../errors'
import type { Value } from '../../graph/graph'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { resize as interpolate, type ResizeMode } from '../../nn/resample'
import { choice, int, number } from '../../schema/schema'
import { interpolationFields } from '../interpolation'
import { dropPrefix, isMap, mapSizes, rankError, tokenSizes } from '../layout'
import { defineModule } from '../module'

/**
 * The map at another size, larger or smaller, by interpolation: [n, h, w, c] → [n, h′, w′, c]; the same for tokens on a grid,
 * where a class token stays as it is. No parameters.
 */
export const resize = defineModule({
  id: 'resize',
  title: 'Resize',
  kind: 'tensor',
  summary: 'Interpolates the map, or the tokens that lie on a grid, at another height and width.',
  formula: 'h×w → h′×w′',
  inputs: ['x'],
  attrs: {
    to: choice({
      label: 'To',
      default: 'factor',
      options: [
        { value: 'factor', label: 'A multiple of the map' },
        { value: 'side', label: 'A fixed side' },
        { value: 'divisible', label: 'The next divisible side' },
      ],
    }),
    factor: number({
      label: 'Factor',
      help: 'Of height and width.',
      default: 2,
      min: 0.015625,
      max: 64,
      when: { field: 'to', is: 'factor' },
    }),
    side: int({
      label: 'Side',
      help: 'Height and width of the result.',
      default: 224,
      min: 1,
      max: 4096,
      when: { field: 'to', is: 'side' },
    }),
    divisor: int({
      label: 'Divisible by',
      help: 'Height and width grow to the next multiple.',
      default: 2,
      min: 1,
      max: 64,
      when: { field: 'to', is: 'divisible' },
    }),
    ...interpolationFields(),
  },
  subtitle: ({ to, factor, side, divisor, mode }) =>
    `${{ factor: `×${Number(factor.toFixed(3))}`, side: `${side}×${side}`, divisible: `multiples of ${divisor}` }[to]}, ${mode}`,
  build(b, [x], attrs) {
    const { mode } = attrs
    const size = (side: number) => resized(side, attrs)
    const corners = mode === 'nearest' ? {} : { alignCorners: attrs.alignCorners }
    return onGrid(b, x, (map) => {
      const { h, w } = mapSizes('resize', map)
      const most = Math.max(size(h), size(w))
      if (most > 8192) throw tooLarge(h, w, most)
      return interpolate(b, map, { height: size(h), width: size(w), mode, ...corners })
    })
  },
})

interface Target {
  readonly to: 'factor' | 'side' | 'divisible'
  readonly factor: number
  readonly side: number
  readonly divisor: number
  readonly mode: ResizeMode
}

function resized(size: number, { to, factor, side, divisor }: Target): number {
  if (to === 'side') return side
  if (to === 'divisible') return Math.ceil(size / divisor) * divisor
  return Math.max(1, Math.floor(size * factor))
}

/** Lays tokens out for `body`, which may change height and width; those before the grid pass. */
function onGrid(b: ModuleBuilder, x: Value, body: (map: Value) => Value): Value {
  if (isMap(x)) return body(x)
  const { n, c } = tokenSizes('resize', x)
  if (!x.grid) throw rankError('resize', 'a map or tokens that lie on a grid', x.shape)
  const { height, width, prefix } = x.grid
  const patches = prefix === 0 ? x : dropPrefix(b, x, prefix)
  const map = body(b.reshape(patches, [n, height, width, c]))
  const tokens = b.reshape(map, [n, (map.shape[1] ?? 1) * (map.shape[2] ?? 1), c])
  if (prefix === 0) return tokens
  return b.concat([b.slice(x, { start: [0, 0, 0], size: [n, prefix, c] }), tokens], 1)
}

const tooLarge = (h: number, w: number, most: number): ShapeError =>
  new ShapeError('ATTRIBUTE', `resize: ${h}×${w} would get a side of ${most}; choose at most 8192`, [
    { what: 'side', expected: 'at most 8192', got: `${most}` },
  ])
