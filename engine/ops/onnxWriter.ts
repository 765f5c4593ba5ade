/** What the ONNX rows write to: a list of nodes in order, with the constants that they need. */

export type OnnxAttributes = { readonly [name: string]: number | string | readonly number[] }

export interface OnnxWriter {
  /** Adds a node and returns the name of its (first) output. */
  node(type: string, inputs: readonly string[], attributes?: OnnxAttributes): string
  /** A float32 tensor; a scalar when `dims` is left out. */
  float(values: ArrayLike<number>, dims?: readonly number[]): string
  /** An int64 vector, as ONNX wants for shapes and axes. */
  ints(values: readonly number[]): string
}
