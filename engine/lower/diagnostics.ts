/** What is wrong with a design, node by node, and what would mend it. */
import type { Document } from '../document/types'
import type { ExpectedGot, ShapeErrorCode } from '../errors'

export type DiagnosticCode =
  | ShapeErrorCode
  | 'CYCLE'
  | 'DANGLING'
  | 'UNKNOWN_MODULE'
  | 'NAME_CLASH'
  | 'INTERNAL'

/** An error stops its node; a warning leaves it with its numbers. */
export type Severity = 'error' | 'warning'

export interface Diagnostic {
  /** Document path of the node: `stages.2/blocks.0/token_mixer`; `$out` at the end for an open output. */
  readonly path: string
  /** The instance where it showed first. */
  readonly instance: string
  readonly code: DiagnosticCode
  readonly severity: Severity
  /** A few words: `Channels do not split into heads`. */
  readonly title: string
  /** One sentence that names the nodes and the numbers. */
  readonly message: string
  readonly expected: readonly ExpectedGot[]
  /** Edits after which this problem is gone: each one has been tried. Found when first asked for. */
  readonly fixes: readonly Fix[]
}

/** A mending edit; the label says what it does: `Set dim to 320`. */
export interface Fix {
  readonly label: string
  apply(document: Document): Document
}

export const titles: { readonly [Code in DiagnosticCode]: string } = {
  SHAPE_MISMATCH: 'Shapes do not fit together',
  RANK: 'The wrong kind of input',
  HEADS_DIVIDE: 'Channels do not split into heads',
  GROUPS_DIVIDE: 'Channels do not split into groups',
  TOO_SMALL: 'The map is too small',
  FIXED_SIZE: 'Made for another input size',
  ATTRIBUTE: 'A setting is not valid',
  CYCLE: 'The links make a loop',
  DANGLING: 'Not connected',
  UNKNOWN_MODULE: 'Unknown module',
  NAME_CLASH: 'Two nodes share their weights',
  INTERNAL: 'A fault of ours',
}
