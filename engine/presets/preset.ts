import type { Document } from '../document/types'
import type { Paper } from '../modules/module'

/** A known architecture as a document, with what others reported about it. */
export interface Preset {
  /** timm's name, or the paper repository's where timm has none. */
  readonly id: string
  /** As papers write it: `CAFormer-S18`. */
  readonly title: string
  /** timm's word for the group of models: `metaformer`, `vision_transformer`. */
  readonly family: string
  /** One sentence. */
  readonly summary: string
  readonly paper: Paper
  readonly document: Document
  /** ImageNet-1k top-1 in per cent as a publication states it; null where we have none at hand. */
  readonly published: Published | null
  /** What timm does to a picture before it enters this model. */
  readonly preprocessing: Preprocessing
}

export interface Published {
  readonly top1: number
  /** Who reported it, and where. */
  readonly source: string
}

export interface Preprocessing {
  /** Side of the central square that is kept, as a share of the shorter side. */
  readonly crop: number
  readonly mean: readonly [number, number, number]
  readonly std: readonly [number, number, number]
}

const imagenetMean = [0.485, 0.456, 0.406] as const
const imagenetStd = [0.229, 0.224, 0.225] as const
const half = [0.5, 0.5, 0.5] as const

/** Mean and standard deviation of ImageNet. */
export const imagenetPixels = (crop: number): Preprocessing => ({
  crop,
  mean: imagenetMean,
  std: imagenetStd,
})
/** Pixels brought to −1 … 1, as models from Google's code want them. */
export const symmetricPixels = (crop: number): Preprocessing => ({ crop, mean: half, std: half })
