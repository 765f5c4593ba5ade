import { ShapeError } from '../errors'
import type { Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'

/**
 * query − key for every pair, where queries and keys are numbers of places: [q, k]. Written as a difference and not as a table,
 * which would fill the memory for a large map.
 */
export function differences(b: ModuleBuilder, queries: readonly number[], keys = queries): Value {
  return b.sub(b.constant(queries, [queries.length, 1]), b.constant(keys, [1, keys.length]))
}

/** The rows of the places of a map, and their columns, place by place; of every `step`th in both directions. */
export function places(
  height: number,
  width: number,
  step = 1,
): { readonly rows: readonly number[]; readonly columns: readonly number[] } {
  const along = (size: number) => Array.from({ length: Math.ceil(size / step) }, (_, index) => index * step)
  return {
    rows: along(height).flatMap((row) => along(width).map(() => row)),
    columns: along(height).flatMap(() => along(width)),
  }
}

/** A 32 × 32 map: a million pairs, which fit at some numbers each. */
const mostPlaces = 1024

/** Refuses to keep numbers for every pair of places where there are too many of them. */
export function checkPairs(module: string, places: number): void {
  if (places <= mostPlaces) return
  throw new ShapeError(
    'FIXED_SIZE',
    `${module}: ${places.toLocaleString('en-US')} places make ${Math.round(places ** 2 / 1e6).toLocaleString('en-US')} million pairs; ` +
      `use it on at most ${mostPlaces.toLocaleString('en-US')} places, a 32×32 map`,
    [{ what: 'places', expected: `at most ${mostPlaces}`, got: `${places}` }],
  )
}
