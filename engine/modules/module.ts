/** What a module file declares. Everything that the app and the engine know about a module follows from this. */
import type { Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import type { Attributes, AttributesOf, Schema } from '../schema/schema'

export type ModuleKind =
  | 'stem'
  | 'mixer'
  | 'mlp'
  | 'norm'
  | 'activation'
  | 'downsample'
  | 'scale'
  | 'merge'
  | 'head'
  | 'tensor'

export interface Paper {
  readonly title: string
  readonly authors: string
  readonly year: number
  readonly url: string
}

/** Weight 0..1 with which the query at row 4, column 4 of an 8 x 8 map reads (row, column): the module's small picture. */
export type ReadingPattern = (row: number, column: number) => number

/** How the bars of a stage are drawn: solid, outlined, dotted, rungs, hairline (design-language.md, Vertebra). */
export type MixerFamily = 'attention' | 'convolution' | 'pooling' | 'fixed' | 'identity'

export interface ModuleDefinition<S extends Schema = Schema> {
  /** Stable name in documents, camelCase. */
  readonly id: string
  readonly title: string
  /** At most about ten letters, for palette tiles and stage captions. */
  readonly shortTitle?: string
  readonly kind: ModuleKind
  /** One sentence. */
  readonly summary: string
  /** One line of mathematics in Unicode: `Y = softmax(QKᵀ/√d) V Wₒ`. */
  readonly formula: string
  readonly paper?: Paper
  /** What people call it who do not know its name; what follows from how it is built is found without being written here. */
  readonly keywords?: readonly string[]
  /** Names of the inputs in order; a last name ending in … takes one or more (merges). */
  readonly inputs: readonly string[]
  readonly attrs: S
  readonly pattern?: ReadingPattern
  /** What a small node shows instead of a picture: the factor of a scale (`γ`), the sign of a merge. */
  readonly mark?: string
  /** It works on the residual stream itself: its name stands beside it, clear of what hangs below. */
  readonly onStream?: boolean
  readonly family?: MixerFamily
  /** The main setting in a few words, for the node's second line: `10 heads of 32`. `dim` is the input width or null. */
  subtitle?(attrs: AttributesOf<S>, dim: number | null): string
  /** Composes primitives. Throws ShapeError with a sentence when the inputs do not fit. */
  build(b: ModuleBuilder, inputs: readonly Value[], attrs: AttributesOf<S>): Value
  /** Migrations of the attributes, one per version step; version = migrations.length + 1. */
  readonly migrations?: readonly ((attrs: Attributes) => Attributes)[]
}

/** Keeps the schema's type inside the definition while the list holds plain ModuleDefinitions. */
export function defineModule<const S extends Schema>(definition: ModuleDefinition<S>): ModuleDefinition {
  return definition as unknown as ModuleDefinition
}
