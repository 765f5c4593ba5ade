/** VGG: stacks of 3×3 convolutions between max poolings. Simonyan, Zisserman 2014, https://arxiv.org/abs/1409.1556 */
import type { Document, DocumentNode } from '../document/types'
import type { Attributes } from '../schema/schema'
import { chain, design, group, module } from './sketch'

export interface VggSizes {
  /** Width of each convolution; `M` is a max pooling. */
  readonly layers: readonly (number | 'M')[]
  readonly batchNorm: boolean
  /** Width of the first of the two wide layers before the head, as a share of 4096. */
  readonly mlpRatio?: number
  readonly classes?: number
  readonly size?: number
}

const wide = 4096

export function vgg(
  name: string,
  { layers, batchNorm, mlpRatio = 1, classes = 1000, size = 224 }: VggSizes,
): Document {
  const features: DocumentNode[] = []
  const append = (kind: string, attrs: Attributes = {}) =>
    features.push(module(`features.${features.length}`, kind, attrs))
  for (const layer of layers) {
    if (layer === 'M') append('maxPool')
    else {
      append('convolution', { dim: layer })
      if (batchNorm) append('batchNorm')
      append('relu')
    }
  }
  const body = chain(
    module('fc1', 'convolution', { dim: Math.floor(wide * mlpRatio), kernelSize: 7, padding: 0 }),
    module('act1', 'relu'),
    module('fc2', 'convolution', { dim: wide, kernelSize: 1 }),
    module('act2', 'relu'),
  )
  const head = module('head', 'poolHead', { ...(classes === 1000 ? {} : { classes }), norm: 'noNorm' })
  return design(name, chain(...features, group('pre_logits', 1, body), head), size)
}
