/** What is measured: the networks of the roadmap, with the weights of our rule, and as the same network in a file for others. */
import { findPreset } from '../../engine/catalogue'
import { exportOnnx, type OnnxOptions } from '../../engine/export/onnx'
import { setInput } from '../../engine/index'
import '../../engine/modules'
import type { Document } from '../../engine/document/types'
import { lower } from '../../engine/lower/lower'
import { proceduralWeights } from '../../engine/weights/procedural'
import { pictureFor } from '../../engine/worker/picture'

export interface Network {
  readonly name: string
  readonly document: Document
  readonly batch: number
  /** [batch, height, width, 3] */
  readonly shape: readonly number[]
  readonly picture: Float32Array
  /** The same network for other engines, weights inside. */
  onnx(options?: Pick<OnnxOptions, 'spelledOut' | 'poolsAsConvolutions'>): Uint8Array<ArrayBuffer>
}

/** `vit_tiny_patch16_224@64` is that network at another input side. */
export function openNetwork(words: string, batch: number): Network {
  const [name = '', side] = words.split('@')
  const preset = findPreset(name)
  if (!preset) throw new Error(`There is no preset ${name}.`)
  const { document: whole } = preset
  const document = side ? setInput(whole, { height: Number(side), width: Number(side) }) : whole
  const lowered = lower(document, { batch })
  const { output, graph } = lowered
  if (output === null) throw new Error(`${words} has no output.`)
  const [picture = new Float32Array()] = pictureFor(lowered, null, batch).values()
  return {
    name: words,
    document,
    batch,
    shape: [batch, document.input.height, document.input.width, 3],
    picture,
    onnx: (options) =>
      exportOnnx(graph, {
        name,
        outputs: new Map([['logits', output]]),
        weights: ({ attrs, shape }) => proceduralWeights(attrs.name, shape, attrs),
        ...options,
      }),
  }
}
