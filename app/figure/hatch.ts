/** How absent cells are hatched, on a canvas and in SVG. */

/** Pixels between two lines, along x. */
export const hatchPitch = 7

/** Dark below, light above: seen on every picture, and louder than none. */
export const hatchStrokes = [
  { colour: 'rgba(0, 0, 0, 0.4)', width: 2 },
  { colour: 'rgba(255, 255, 255, 0.5)', width: 0.75 },
] as const
