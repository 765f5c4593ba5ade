/**
 * The wire format of Protocol Buffers, as far as an ONNX model needs it: messages are written from the inside out.
 * https://protobuf.dev/programming-guides/encoding/
 */

/** A message, or what will become part of one. */
export class Message {
  private readonly parts: Uint8Array[] = []
  private size = 0

  int(field: number, value: number): this {
    return this.raw(varint(field << 3)).raw(varint(value))
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setFloat32(0, value, true)
    return this.raw(varint((field << 3) | 5)).raw(bytes)
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value))
  }

  bytes(field: number, value: Uint8Array): this {
    return this.raw(varint((field << 3) | 2))
      .raw(varint(value.length))
      .raw(value)
  }

  message(field: number, value: Message): this {
    this.raw(varint((field << 3) | 2)).raw(varint(value.size))
    for (const part of value.parts) this.raw(part)
    return this
  }

  /** A repeated number, packed. */
  ints(field: number, values: readonly number[]): this {
    const packed = new Message()
    for (const value of values) packed.raw(varint(value))
    return this.message(field, packed)
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.size)
    let at = 0
    for (const part of this.parts) {
      bytes.set(part, at)
      at += part.length
    }
    return bytes
  }

  private raw(bytes: Uint8Array): this {
    this.parts.push(bytes)
    this.size += bytes.length
    return this
  }
}

/** Seven bits a byte, the lowest first; a negative number is written as 64 bits in two's complement. */
function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest >= 128n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}
