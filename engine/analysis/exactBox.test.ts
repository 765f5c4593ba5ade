/**
 * The exact support against brute force: one pixel after another is made not a number, all in one batch, and what becomes
 * not a number has read it.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { elements } from '../graph/graph'
import { evaluate } from '../ops/evaluate'
import { contiguous } from '../ops/strided'
import { randomValues } from '../ops/testing/randomGraph'
import { type Box, exactBox } from './receptiveField'
import { networkOf, type Program, randomProgram } from './testing/randomNetwork'

const runs = Number(process.env.NETWORKS ?? 200)
const seed = Number(process.env.SEED ?? 4)

test(`exact boxes are what brute force finds, in ${runs} networks with branches`, () => {
  fc.assert(
    fc.property(randomProgram(), (program) => {
      const { graph, output } = networkOf(program, 1)
      const strides = contiguous(output.shape)
      for (const [place, box] of disturbedBoxes(program).entries()) {
        const index = output.shape.map((size, axis) => Math.floor(place / strides[axis]) % size)
        expect({ index, box: exactBox(graph, output.id, index) }).toEqual({ index, box })
      }
    }),
    { numRuns: runs, seed },
  )
}, 60_000)

/** For every element of the result, the hull of the pixels that it changes with. */
function disturbedBoxes(program: Program): (Box | null)[] {
  const { height, width } = program
  const pixels = height * width
  const { graph, output } = networkOf(program, pixels)
  const still = randomValues('x', [pixels, 2])
  const x = new Float64Array(pixels * pixels * 2)
  for (let pixel = 0; pixel < pixels; pixel++) {
    x.set(still, pixel * pixels * 2)
    x.fill(Number.NaN, (pixel * pixels + pixel) * 2, (pixel * pixels + pixel + 1) * 2)
  }
  const y =
    evaluate(graph, {
      inputs: new Map([['x', x]]),
      params: ({ attrs, shape }) => randomValues(attrs.name, shape, attrs),
    }).get(output.id) ?? new Float64Array()
  const count = elements(output.shape) / pixels
  const places = Array.from({ length: pixels }, (_, pixel) => pixel)
  return Array.from({ length: count }, (_, element) =>
    hullOf(
      places.filter((pixel) => Number.isNaN(y[pixel * count + element])),
      width,
    ),
  )
}

function hullOf(pixels: readonly number[], width: number): Box | null {
  if (pixels.length === 0) return null
  const rows = pixels.map((pixel) => Math.floor(pixel / width))
  const columns = pixels.map((pixel) => pixel % width)
  return {
    top: Math.min(...rows),
    left: Math.min(...columns),
    bottom: Math.max(...rows) + 1,
    right: Math.max(...columns) + 1,
  }
}
