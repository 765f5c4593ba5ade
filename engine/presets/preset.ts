import type { Document } from '../document/types'
import type { Paper } from '../modules/module'
import { evaluated } from './evaluated'
import type { Preprocessing } from './preprocessing'
import reported from './reported.json'

export { imagenetPixels, type Preprocessing, symmetricPixels } from './preprocessing'

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

/** A preset whose document is written when it is first asked for, so that the list itself costs nothing. */
export function preset(facts: Omit<Preset, 'document'>, write: (title: string) => Document): Preset {
  let written: Document | undefined
  return {
    ...facts,
    published: publishedOf(facts),
    preprocessing: { ...facts.preprocessing, ...evaluated.get(facts.id) },
    get document() {
      written ??= write(facts.title)
      return written
    },
  }
}

/** One size of a family: what tells it from the others. */
export type PresetRow<Sizes> = readonly [
  id: string,
  title: string,
  sizes: Sizes,
  summary: string,
  facts?: Partial<Omit<Preset, 'id' | 'title' | 'summary' | 'document'>>,
]

/** A family: what its members share, how a document follows from sizes, and a row per member. */
export function presetsOf<Sizes>(
  common: Pick<Preset, 'family' | 'paper' | 'preprocessing'>,
  write: (title: string, sizes: Sizes) => Document,
  rows: readonly PresetRow<Sizes>[],
): Preset[] {
  return rows.map(([id, title, sizes, summary, facts]) =>
    preset({ published: null, ...common, ...facts, id, title, summary }, (title) => write(title, sizes)),
  )
}

type Reported = Partial<Published>

/** A family's own figure comes before the tables; speed is in the tables alone. */
function publishedOf({ id, title, published }: Omit<Preset, 'document'>): Published | null {
  const known: { readonly [name: string]: Reported } = reported
  const { top1, source, throughput } = { ...known[title.toLowerCase()], ...known[id] }
  const own = published ?? (top1 === undefined || source === undefined ? null : { top1, source })
  return own && { ...own, ...(throughput ? { throughput } : {}) }
}

export interface Published {
  readonly top1: number
  /** Pictures per second on somebody's machine. */
  readonly throughput?: { readonly images: number; readonly hardware: string; readonly source: string }
  /** Who reported it, and where. */
  readonly source: string
}
