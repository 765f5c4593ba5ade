/** What timm does to a picture before it enters a model. */
export interface Preprocessing {
  /** Side of the central square that is kept, as a share of the shorter side: timm's crop_pct. */
  readonly crop: number
  readonly mean: readonly [number, number, number]
  readonly std: readonly [number, number, number]
  /** timm's interpolation; bicubic when left out. */
  readonly filter?: 'bicubic' | 'bilinear'
  /** timm's crop_mode, `center` when left out. */
  readonly mode?: 'center' | 'squash' | 'border'
}

type Values = Pick<Preprocessing, 'mean' | 'std'>

/** Mean and standard deviation of ImageNet. */
export const imagenetValues: Values = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }
/** Brought to −1 … 1, as models from Google's code want them. */
export const symmetricValues: Values = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }
/** Of the pictures that CLIP was trained on. */
export const clipValues: Values = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
}

export const imagenetPixels = (crop: number): Preprocessing => ({ crop, ...imagenetValues })
export const symmetricPixels = (crop: number): Preprocessing => ({ crop, ...symmetricValues })

/** What timm does where nothing else is said: for designs that are no presets. */
export const usualPreprocessing: Preprocessing = imagenetPixels(0.875)
