/** Options that several commands share. */
import type { Options } from './command'

export const designOptions: Options = {
  /** Side of the picture in pixels, instead of the design's own. */
  input: { type: 'string' },
  batch: { type: 'string' },
}

export const adapterOptions: Options = {
  /** llvmpipe, swiftshader, or part of a GPU's name. */
  adapter: { type: 'string' },
}
