/** The inputs of golden cases, in our layout. */
import { elements, type Shape } from '../../graph/graph'
import { proceduralImage, proceduralWeights } from '../../weights/procedural'
import type { GoldenCase, OpCase } from './goldenCase'

/** The picture of a case, [n, h, w, c]. */
export function goldenInput({ shape, a, b, cells }: GoldenCase['input']): Float32Array {
  const [n = 1, c = 1, height = 1, width = 1] = shape
  return proceduralImage([n, height, width, c], { a, b, ...(cells && { cells }) })
}

/** A tensor of a single function; maps leave with channels last, whatever they come with. */
export function goldenTensor(
  { tensor, shape, a, b }: OpCase['inputs'][string],
  isChannelsLast: boolean,
): Float32Array {
  const values = proceduralWeights(tensor, shape, { a, b })
  return isChannelsLast || shape.length < 4 ? values : channelsLast(values, shape)
}

function channelsLast(values: Float32Array, shape: Shape): Float32Array {
  const [n = 1, c = 1] = shape
  const positions = elements(shape.slice(2))
  const turned = new Float32Array(values.length)
  for (let i = 0; i < n; i++) {
    for (let channel = 0; channel < c; channel++) {
      for (let position = 0; position < positions; position++) {
        turned[(i * positions + position) * c + channel] =
          values[(i * c + channel) * positions + position] ?? 0
      }
    }
  }
  return turned
}
