/** What the ONNX rows write to: a list of nodes in order, with the constants that they need. Opset 18. */
import type { Shape } from '../graph/graph'

export type OnnxAttributes = { readonly [name: string]: number | string | readonly number[] }

/** Every method returns the name of the tensor that it makes. */
export interface OnnxWriter {
  input(name: string, shape: Shape): string
  /** A weight by its state_dict key. */
  weight(key: string, shape: Shape): string
  /** A node with one output. Numbers and number lists are int or float attributes by their name, as ONNX has them. */
  node(type: string, inputs: readonly string[], attributes?: OnnxAttributes): string
  /** A node with two outputs, of which only the second is wanted. */
  secondOutput(type: string, inputs: readonly string[], attributes?: OnnxAttributes): string
  /** A float32 tensor; a scalar when `dims` is left out. */
  float(values: ArrayLike<number>, dims?: Shape): string
  /** An int64 tensor, as ONNX wants for shapes, axes and indices; a vector when `dims` is left out. */
  ints(values: readonly number[], dims?: Shape): string
}
