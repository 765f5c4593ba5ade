/** Loading four neighbouring channels: at once where they always lie together, else one by one up to the last. */
import type { Element, Shader } from './shader'
import type { Operand } from './spec'
import { readsAsVec4 } from './views'

export function elementOf({ view }: Operand): Element {
  return readsAsVec4(view) ? 'vec4f' : 'f32'
}

interface QuadLoad {
  /** The function of the shader, from storage variable and field of the same name: `loadInput`, `input`. */
  readonly name: string
  readonly variable: string
  readonly operand: Operand
  /** Where the uniforms hold how many channels there are: `channels`. */
  readonly count: string
}

/** Replaces `fn <name>(at: u32, channel: u32) -> vec4f` where four channels do not lie together. */
export function declareQuadLoad(shader: Shader, { name, variable, operand, count }: QuadLoad): void {
  if (readsAsVec4(operand.view)) return
  const rank = operand.view.shape.length
  const stride = `parameters.${variable}.strides.${'xyzw'.charAt(rank - 1)}`
  const values = [0, 1, 2, 3].map(
    (e) => `${variable}[at + min(channel + ${e}u, parameters.${count} - 1u) * ${stride}]`,
  )
  shader.function(name, '(at: u32, channel: u32) -> vec4f', [`return vec4f(${values.join(', ')});`])
}
