/** The fifth door: what the page's picture worker needs, and no more. */
export { mostPixels, pictureSize } from './image/pictureSize'
export { evalSteps, type PreprocessOptions, seenPixels } from './image/preprocess'
export { type Probe, probeImage } from './image/probes'
export type { PictureSize } from './image/resize'
