/** The pictures that this person brought, in the order they came. They stay on this machine, and go when the page does. */
import { create } from 'zustand'
import {
  type EvalSteps,
  normalize,
  type PictureSize,
  type PreprocessOptions,
  type Probe,
  probeImage,
} from '../../engine/index'

export type PictureSource = 'sample' | 'file' | 'clipboard' | 'camera' | 'probe'

/** A picture as the network gets it, at one input size. */
export interface SeenPicture {
  readonly options: PreprocessOptions
  /** Upright, in pixels; null for a probe, which is made at the input's size. */
  readonly original: PictureSize | null
  readonly steps: EvalSteps | null
  /** The network's own pixels, before they are normalised: 8-bit RGBA for drawing under maps. */
  readonly view: ImageData
  readonly thumbnail: ImageBitmap
}

export interface KeptPicture {
  readonly id: number
  readonly name: string
  readonly source: PictureSource
  /** The file as it came, or the formula. */
  readonly content: Blob | Probe
  /** For the design as it was when the picture was last needed. */
  readonly seen: SeenPicture
}

export const mostPictures = 50

interface PictureState {
  readonly pictures: readonly KeptPicture[]
  /** The one that the design runs on and the views show; null when there is none. */
  readonly currentId: number | null
  /** Behind the others; shown at once, unless another one is to stay. The caller has made sure that there is room. */
  add(picture: Omit<KeptPicture, 'id'>, isCurrent: boolean): void
  /** A picture in the place of another: seen again at another size, or with another content. */
  change(id: number, part: Partial<Omit<KeptPicture, 'id'>>): void
  choose(id: number): void
  /** Its neighbour is shown instead. */
  remove(id: number): void
}

let lastId = 0

export const usePictureStore = create<PictureState>()((set) => ({
  pictures: [],
  currentId: null,
  add: (picture, isCurrent) =>
    set(({ pictures, currentId }) => {
      lastId++
      return {
        pictures: [...pictures, { ...picture, id: lastId }],
        currentId: isCurrent || currentId === null ? lastId : currentId,
      }
    }),
  change: (id, part) =>
    set(({ pictures }) => ({
      pictures: pictures.map((picture) => (picture.id === id ? { ...picture, ...part } : picture)),
    })),
  choose: (id) =>
    set(({ pictures }) => (pictures.some((picture) => picture.id === id) ? { currentId: id } : {})),
  remove: (id) =>
    set(({ pictures, currentId }) => {
      const index = pictures.findIndex((picture) => picture.id === id)
      const rest = pictures.filter((picture) => picture.id !== id)
      const neighbour = rest[Math.min(index, rest.length - 1)]
      return { pictures: rest, currentId: currentId === id ? (neighbour?.id ?? null) : currentId }
    }),
}))

export const currentPicture = ({ pictures, currentId }: PictureState): KeptPicture | null =>
  pictures.find(({ id }) => id === currentId) ?? null

/** What the network computes with: [height, width, 3], normalised. A probe is not rounded to 8 bits on the way. */
export function tensorOf({ content, seen: { view, options } }: KeptPicture): Float32Array {
  if (!(content instanceof Blob)) return normalize(probeImage(content, options), options)
  const values = new Float32Array(view.width * view.height * 3)
  for (let pixel = 0; pixel < view.width * view.height; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      values[pixel * 3 + channel] = (view.data[pixel * 4 + channel] ?? 0) / 255
    }
  }
  return normalize(values, options)
}
