import { VertebraError } from '../errors'
import { elements, type Graph } from '../graph/graph'
import { proceduralImage } from '../weights/procedural'

/** Noise over coarse patches, in the range of a normalised photograph: what golden cases are fed with. */
const proceduralRule = { a: 0, b: 0.5, cells: { n: 8, b: 1 } }

/** The inputs of a design's graph: the picture, repeated over the batch, or a procedural one. */
export function pictureFor(
  { graph }: { readonly graph: Graph },
  picture: Float32Array | null,
  batch: number,
): ReadonlyMap<string, Float32Array> {
  const input = graph.nodes.find((node) => node.op === 'input')
  if (!input) return new Map()
  const [, height = 1, width = 1, channels = 1] = input.shape
  const { name } = input.attrs
  if (!picture) return new Map([[name, proceduralImage([batch, height, width, channels], proceduralRule)]])
  const expected = elements(input.shape) / batch
  if (picture.length !== expected) {
    throw new VertebraError(
      `the picture has ${picture.length} numbers, the design takes ${height}×${width}×${channels}`,
    )
  }
  const pictures = new Float32Array(batch * expected)
  for (let i = 0; i < batch; i++) pictures.set(picture, i * expected)
  return new Map([[name, pictures]])
}
