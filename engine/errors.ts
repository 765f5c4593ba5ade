/**
 * Errors are sentences for the person who can fix them: who, what is wrong with the numbers, what would be right.
 * `internal:` marks a fault of ours.
 */
export class VertebraError extends Error {
  override readonly name: string = 'VertebraError'
}

/** Shapes that do not fit together. Thrown while a module builds; lowering turns it into a diagnostic on the node. */
export class ShapeError extends VertebraError {
  override readonly name = 'ShapeError'
  readonly code: ShapeErrorCode
  /** What was expected and what came, row by row, for the Problems table. */
  readonly expected: readonly ExpectedGot[]
  constructor(code: ShapeErrorCode, message: string, expected: readonly ExpectedGot[] = []) {
    super(message)
    this.code = code
    this.expected = expected
  }
}

export type ShapeErrorCode =
  | 'SHAPE_MISMATCH'
  | 'RANK'
  | 'HEADS_DIVIDE'
  | 'GROUPS_DIVIDE'
  | 'TOO_SMALL'
  | 'FIXED_SIZE'
  | 'ATTRIBUTE'

export interface ExpectedGot {
  readonly what: string
  readonly expected: string
  readonly got: string
}

/** An attribute value that its schema does not allow. `path` is where in the value. */
export class SchemaError extends VertebraError {
  override readonly name = 'SchemaError'
  readonly path: string
  constructor(path: string, message: string) {
    super(message)
    this.path = path
  }
}

/** A document, file or link that cannot be opened. */
export class DocumentError extends VertebraError {
  override readonly name = 'DocumentError'
  readonly code: 'LINK_CUT' | 'LINK_NEWER' | 'LINK_BAD' | 'DOCUMENT_NEWER' | 'DOCUMENT_BAD' | 'TOO_LARGE'
  constructor(code: DocumentError['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** An edit that cannot be made; the document stays as it was. */
export class EditError extends VertebraError {
  override readonly name = 'EditError'
}

/** A plan that this adapter cannot hold or run; the message names the figure and the remedy. */
export class KernelError extends VertebraError {
  override readonly name = 'KernelError'
}

export class DeviceLostError extends VertebraError {
  override readonly name = 'DeviceLostError'
}
