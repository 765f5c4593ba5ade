/** Weights that came in a file: the one in use, and the one that is offered on a card. Files stay on this machine. */
import { create } from 'zustand'
import type { Document, PositionWay, WeightReport } from '../../engine/index'

/** A file that the engine has read and keeps. */
export interface WeightFile {
  readonly id: string
  readonly file: File
  /** How its position embeddings come to another size; timm's way when left out. */
  readonly positions?: PositionWay
}

export interface WeightsOffer extends WeightFile {
  /** What of the file fits this design. */
  readonly document: Document
  readonly report: WeightReport
}

interface WeightsState {
  readonly reading: string | null
  readonly offer: WeightsOffer | null
  readonly loaded: WeightFile | null
}

export const useWeightsStore = create<WeightsState>()(() => ({ reading: null, offer: null, loaded: null }))
