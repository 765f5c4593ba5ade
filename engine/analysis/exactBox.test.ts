import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contiguous } from '../ops/strided'
import { exactBox } from './receptiveField'
import { disturbedBoxes } from './testing/disturbed'
import { networkOf, randomProgram } from './testing/randomNetwork'

const runs = Number(process.env.NETWORKS ?? 200)
const seed = Number(process.env.SEED ?? 4)

test(`exact boxes are what brute force finds, in ${runs} networks with branches`, () => {
  fc.assert(
    fc.property(randomProgram(), (program) => {
      const { graph, output } = networkOf(program, 1)
      const strides = contiguous(output.shape)
      for (const [place, box] of disturbedBoxes((batch) => networkOf(program, batch)).entries()) {
        const index = output.shape.map((size, axis) => Math.floor(place / strides[axis]) % size)
        expect({ index, box: exactBox(graph, output.id, index) }).toEqual({ index, box })
      }
    }),
    { numRuns: runs, seed },
  )
}, 600_000)
