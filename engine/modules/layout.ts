/**
 * The two layouts of an activation, both channels-last: maps [n, h, w, c] and tokens [n, t, c].
 * Mixers are written for one of them and work on both through `onMap` and `onTokens`.
 */
import { ShapeError } from '../errors'
import { printShape, type Shape, type Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'

export const channelsOf = (x: Value): number => x.shape.at(-1) ?? 1

export const isMap = (x: Value): boolean => x.shape.length === 4

/** The sizes of a map; anything else is a RANK error that names `who`. */
export function mapSizes(who: string, x: Value): { n: number; h: number; w: number; c: number } {
  if (!isMap(x)) throw rankError(who, 'a map (height×width×channels)', x.shape)
  const [n, h, w, c] = x.shape as readonly [number, number, number, number]
  return { n, h, w, c }
}

/** The sizes of tokens; anything else is a RANK error that names `who`. */
export function tokenSizes(who: string, x: Value): { n: number; t: number; c: number } {
  if (x.shape.length !== 3) throw rankError(who, 'tokens (tokens×channels)', x.shape)
  const [n, t, c] = x.shape as readonly [number, number, number]
  return { n, t, c }
}

export function rankError(who: string, needs: string, shape: Shape): ShapeError {
  const got = describeShape(shape)
  return new ShapeError('RANK', `${who} needs ${needs}; here comes ${got}`, [
    { what: 'input', expected: needs, got },
  ])
}

/** `tokens 197×384`, `a map 14×14×320`: the batch axis is left out, as everywhere in the interface. */
function describeShape(shape: Shape): string {
  const rest = printShape(shape.slice(1))
  if (shape.length === 4) return `a map ${rest}`
  if (shape.length === 3) return `tokens ${rest}`
  return shape.length === 2 ? `one vector of ${rest}` : `the shape ${printShape(shape)}`
}

/** [n, h, w, c] -> [n, h·w, c]; tokens stay as they are. */
export function toTokens(b: ModuleBuilder, who: string, x: Value): Value {
  if (x.shape.length === 3) return x
  if (!isMap(x)) throw rankError(who, 'a map or tokens', x.shape)
  const { n, h, w, c } = mapSizes(who, x)
  return b.reshape(x, [n, h * w, c])
}

/** Runs `body` on tokens; a map is flattened before it and restored after it. */
export function onTokens(b: ModuleBuilder, who: string, x: Value, body: (tokens: Value) => Value): Value {
  const mixed = body(toTokens(b, who, x))
  if (!isMap(x)) return mixed
  return b.reshape(mixed, [...x.shape.slice(0, -1), channelsOf(mixed)])
}

/**
 * Runs `body`, which keeps the channels, on a map. Tokens that remember their grid are laid out on it; the tokens
 * before the grid (class token, registers) have no neighbours there and pass by unchanged.
 */
export function onMap(b: ModuleBuilder, who: string, x: Value, body: (map: Value) => Value): Value {
  if (isMap(x)) return body(x)
  const { n, t, c } = tokenSizes(who, x)
  const grid = x.grid
  if (!grid || grid.prefix + grid.height * grid.width !== t)
    throw rankError(who, 'a map (height×width×channels)', x.shape)
  const { prefix, height, width } = grid
  const patches = prefix === 0 ? x : dropPrefix(b, x, prefix)
  const map = body(b.reshape(patches, [n, height, width, c]))
  const mixed = b.reshape(map, [n, (map.shape[1] ?? 1) * (map.shape[2] ?? 1), channelsOf(map)])
  if (prefix === 0) return mixed
  return b.concat([b.slice(x, { start: [0, 0, 0], size: [n, prefix, c] }), mixed], 1)
}

/** Runs `body`, which keeps the shape, on the rows of a map, each a sequence of tokens by itself. */
export function onRows(b: ModuleBuilder, who: string, x: Value, body: (tokens: Value) => Value): Value {
  return onMap(b, who, x, (map) => {
    const { n, h, w, c } = mapSizes(who, map)
    const mixed = body(b.reshape(map, [n * h, w, c]))
    return b.reshape(mixed, [n, h, w, channelsOf(mixed)])
  })
}

/** Tokens back on their grid: [n, t, c] → [n, h, w, c]; class token and registers are dropped. A map stays as it is. */
export function onGrid(b: ModuleBuilder, who: string, x: Value): Value {
  if (isMap(x)) return x
  const { n, c } = tokenSizes(who, x)
  if (!x.grid) throw rankError(who, 'tokens that lie on a grid', x.shape)
  const { height, width, prefix } = x.grid
  return b.reshape(dropPrefix(b, x, prefix), [n, height, width, c])
}

/** The tokens that lie on the picture, without class token, registers, and others behind it. */
export function dropPrefix(b: ModuleBuilder, x: Value, prefix: number): Value {
  const [n, t, c] = x.shape as readonly [number, number, number]
  const count = x.grid ? x.grid.height * x.grid.width : t - prefix
  return count === t ? x : b.slice(x, { start: [0, prefix, 0], size: [n, count, c] })
}
