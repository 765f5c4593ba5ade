/** Writes the uniform block of a dispatch, field after field. */
import type { View } from './spec'
import { strideOf } from './views'

const WORD = 4
const BLOCK = 4

export class Uniforms {
  private readonly words: { readonly value: number; readonly isFloat: boolean }[] = []

  /** Unsigned integers; negative strides and offsets wrap around, as the addresses in the shader do. */
  integers(...values: readonly number[]): this {
    for (const value of values) this.words.push({ value: value >>> 0, isFloat: false })
    return this
  }

  float(value: number): this {
    this.words.push({ value, isFloat: true })
    return this
  }

  /** Zeros up to the next multiple of 16 bytes, where vectors and nested structs begin. */
  align(): this {
    while (this.words.length % BLOCK !== 0) this.integers(0)
    return this
  }

  /** `struct View { strides: vec4u, offset: u32 }`: up to four axes. */
  view(view: View): this {
    return this.align().axes(view, 4).integers(view.offset).align()
  }

  /** One word per axis, `count` in all. */
  axes(view: View, count: number): this {
    return this.integers(...Array.from({ length: count }, (_, axis) => strideOf(view, axis)))
  }

  bytes(): Uint8Array {
    this.align()
    const data = new DataView(new ArrayBuffer(this.words.length * WORD))
    this.words.forEach(({ value, isFloat }, index) => {
      if (isFloat) data.setFloat32(index * WORD, value, true)
      else data.setUint32(index * WORD, value, true)
    })
    return new Uint8Array(data.buffer)
  }
}
