/** Detectors and their parts, as DETR's code builds them. */
import { type DetrTransformerSizes, detr, detrTransformer } from '../detr'
import { chain, design } from '../sketch'
import type { GoldenModel } from './reading'

interface Wording {
  /** Part of a call that no parser can read. */
  readonly says: string
  readonly model: (size: number) => GoldenModel
}

export const detection: readonly Wording[] = [
  {
    says: 'DETR(resnet50 FrozenBN, Transformer(256,8,6,6,2048), num_classes=91, num_queries=100)',
    model: (size) => ({
      document: detr('DETR', { backbone: { block: 'bottleneck', depths: [3, 4, 6, 3] }, size }),
      features: 'transformer.decoder.norm#5',
      outputs: { logits: 'logits', pred_boxes: 'pred_boxes' },
    }),
  },
  ...[false, true].map((preNorm) => ({
    says: `normalize_before=${preNorm ? 'True' : 'False'},return_intermediate_dec=True)(src, mask=False`,
    model: () => transformerAlone({ ...small, preNorm }),
  })),
]

const small = { dim: 32, heads: 4, encoderDepth: 2, decoderDepth: 2, mlpRatio: 2, queries: 6 }

/** On a map of 5 × 7, without backbone and heads. */
function transformerAlone(sizes: DetrTransformerSizes): GoldenModel {
  const nodes = detrTransformer(sizes, { prefix: '', queries: '/query_embed' })
  const document = design('Transformer', chain(...nodes))
  const last = sizes.preNorm ? 'add3' : 'norm3'
  return {
    document: { ...document, input: { height: 5, width: 7, channels: sizes.dim } },
    features: '',
    outputs: { 'decoder.layers.0': `decoder.layers.0.${last}`, 'decoder.norm': 'decoder.norm#1' },
    given: ['query_embed.weight'],
  }
}
