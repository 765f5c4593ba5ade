/**
 * Procedural weights and pictures, bit for bit as golden/FORMAT.md defines them. A weight is given by its name alone:
 * element i of `name` is a + b·u with u in [−1, 1) from a hash of the name and i, rounded once to float32.
 */
import { elements, type Shape } from '../graph/graph'

/** A rule for every element of a tensor: values lie in [a − b, a + b). */
export interface Procedural {
  readonly a: number
  readonly b: number
}

/** Seed of a tensor: FNV-1a over the UTF-8 bytes of its name. */
export function hashOfName(name: string): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}

/** The seed with which element `first` comes where element 0 would. */
export function seedFrom(seed: number, first: number): number {
  return (seed + Math.imul(first, 0x9e3779b9)) >>> 0
}

/** u in [−1, 1) of element `index`; exact in float32. */
export function unitValue(seed: number, index: number): number {
  let z = seedFrom(seed, index)
  z ^= z >>> 16
  z = Math.imul(z, 0x7feb352d)
  z ^= z >>> 15
  z = Math.imul(z, 0x846ca68b)
  z ^= z >>> 16
  return (z >>> 8) / 2 ** 23 - 1
}

/** All elements of the tensor `name`, row-major in its reference's layout. */
export function proceduralWeights(name: string, shape: Shape, { a, b }: Procedural): Float32Array {
  const seed = hashOfName(name)
  const values = new Float32Array(elements(shape))
  for (let index = 0; index < values.length; index++) values[index] = a + b * unitValue(seed, index)
  return values
}

/** Fine noise, and over it a coarse n×n pattern of height b, so that shifts and flips survive pooling. */
export interface ProceduralImage extends Procedural {
  readonly cells?: { readonly n: number; readonly b: number }
}

/** A picture [n, h, w, c], channels last. The rule counts channels first; `names` change with the draw. */
export function proceduralImage(
  [n, height, width, channels]: readonly [number, number, number, number],
  { a, b, cells }: ProceduralImage,
  names: readonly [fine: string, coarse: string] = ['input', 'input_cells'],
): Float32Array {
  const fine = hashOfName(names[0])
  const coarse = hashOfName(names[1])
  const image = new Float32Array(n * height * width * channels)
  let at = 0
  for (let picture = 0; picture < n; picture++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let c = 0; c < channels; c++) {
          const plane = picture * channels + c
          const noise = a + b * unitValue(fine, (plane * height + y) * width + x)
          image[at++] = cells ? noise + cells.b * unitValue(coarse, cellIndex(plane, y, x, cells.n)) : noise
        }
  return image

  function cellIndex(plane: number, y: number, x: number, count: number): number {
    return (plane * count + Math.floor((y * count) / height)) * count + Math.floor((x * count) / width)
  }
}
