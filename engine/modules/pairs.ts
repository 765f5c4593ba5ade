import { ShapeError } from '../errors'

/** A 32 × 32 map: a million pairs, written in some milliseconds. Four times as many places would hold up the page. */
const mostPlaces = 1024

/** Refuses to lay out a number for every pair of places where there are too many of them. */
export function checkPairs(module: string, places: number): void {
  if (places <= mostPlaces) return
  throw new ShapeError(
    'FIXED_SIZE',
    `${module}: ${places.toLocaleString('en-US')} places make ${Math.round(places ** 2 / 1e6).toLocaleString('en-US')} million pairs; ` +
      `use it on at most ${mostPlaces.toLocaleString('en-US')} places, a 32×32 map`,
    [{ what: 'places', expected: `at most ${mostPlaces}`, got: `${places}` }],
  )
}
