import type { CallGradient } from './callGradients'

/** dx = y ∘ (dy - rowsum(y ∘ dy)): the result is all that has to be kept. */
export const softmaxGradient: CallGradient = (b, { output, dy }) => {
  const slope = b.sum(b.mul(output, dy), [output.shape.length - 1])
  return [b.mul(output, b.sub(dy, slope))]
}
