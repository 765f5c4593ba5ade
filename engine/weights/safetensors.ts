/**
 * Reads safetensors files: 8 bytes of header length, a JSON header, then the numbers. Strict, because files come from anywhere:
 * every offset is checked before anything is read. https://github.com/huggingface/safetensors#format
 */
import { VertebraError } from '../errors'
import { elements, type Shape } from '../graph/graph'

export interface FileTensor {
  readonly shape: Shape
  readonly data: Float32Array
}

/** A real header of ten thousand tensors has one megabyte; the reference allows 100. */
const largestHeader = 4 * 2 ** 20

const bytesOfType = { F32: 4, F16: 2, BF16: 2 } as const
type FloatType = keyof typeof bytesOfType
/** Buffers such as num_batches_tracked: skipped, but their bytes are accounted for. */
const skippedTypes: { readonly [type: string]: number } = {
  F64: 8,
  I64: 8,
  U64: 8,
  I32: 4,
  U32: 4,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
}

interface Entry {
  readonly name: string
  readonly type: string
  readonly shape: Shape
  readonly begin: number
  readonly end: number
}

/** The float tensors of a file, as float32. Throws VertebraError with a sentence. */
export function readSafetensors(file: ArrayBuffer): ReadonlyMap<string, FileTensor> {
  const { entries, data } = readHeader(file)
  const tensors = new Map<string, FileTensor>()
  for (const { name, type, shape, begin, end } of entries) {
    if (!isFloat(type)) continue
    tensors.set(name, { shape, data: toFloat32(data.subarray(begin, end), type) })
  }
  return tensors
}

const isFloat = (type: string): type is FloatType => Object.hasOwn(bytesOfType, type)

function readHeader(file: ArrayBuffer): { entries: readonly Entry[]; data: Uint8Array } {
  if (file.byteLength < 8) throw problem('it is shorter than its own header')
  const length = Number(new DataView(file).getBigUint64(0, true))
  if (length > Math.min(file.byteLength - 8, largestHeader)) {
    throw problem(`its header claims ${length} bytes`)
  }
  const text = decodeText(new Uint8Array(file, 8, length))
  if (!text.startsWith('{')) throw problem('its header is not JSON')
  const data = new Uint8Array(file, 8 + length)
  const entries = entriesOf(parseHeader(text), text)
  checkRanges(entries, data.byteLength)
  return { entries, data }
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw problem('its header is not UTF-8')
  }
}

function parseHeader(text: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text)
    if (typeof json === 'object' && json !== null && !Array.isArray(json))
      return json as Record<string, unknown>
  } catch {
    // The sentence below says it.
  }
  throw problem('its header is not JSON')
}

function entriesOf(header: Record<string, unknown>, text: string): readonly Entry[] {
  const names = Object.keys(header).filter((name) => name !== '__metadata__')
  // JSON.parse takes the last of two equal names without a word; the format forbids them.
  const written = text.match(/"dtype"\s*:/g)?.length ?? 0
  if (written !== names.length) throw problem('a tensor is listed twice')
  return names.map((name) => entryOf(name, header[name]))
}

function entryOf(name: string, value: unknown): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>
  const isShape = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0)
  const isRange = Array.isArray(offsets) && offsets.length === 2 && offsets.every(Number.isSafeInteger)
  if (typeof dtype !== 'string' || !isShape || !isRange) throw problem(`the entry of ${name} is not complete`)
  const [begin, end] = offsets as [number, number]
  const size = isFloat(dtype) ? bytesOfType[dtype] : skippedTypes[dtype]
  if (size === undefined) throw problem(`${name} has the type ${dtype}, which is not known here`)
  if (end - begin !== elements(shape as Shape) * size) {
    throw problem(`${name} has ${end - begin} bytes for the shape ${(shape as Shape).join('×')}`)
  }
  return { name, type: dtype, shape: shape as Shape, begin, end }
}

/** The tensors fill the file without holes and without overlap. */
function checkRanges(entries: readonly Entry[], bytes: number): void {
  let at = 0
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) throw problem(`${name} does not begin where the tensor before it ends`)
    at = end
  }
  if (at !== bytes) throw problem(`its tensors end at byte ${at}, the file at ${bytes}; it may be cut`)
}

const readers: { readonly [T in FloatType]: (view: DataView, at: number) => number } = {
  F32: (view, at) => view.getFloat32(at, true),
  F16: (view, at) => halfToNumber(view.getUint16(at, true)),
  BF16: (view, at) => brainFloatToNumber(view.getUint16(at, true)),
}

function toFloat32(bytes: Uint8Array, type: FloatType): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const size = bytesOfType[type]
  const read = readers[type]
  return Float32Array.from({ length: bytes.byteLength / size }, (_, i) => read(view, i * size))
}

const bits = new Uint32Array(1)
const float = new Float32Array(bits.buffer)
/** The upper half of a float32. */
function brainFloatToNumber(half: number): number {
  bits[0] = half << 16
  return float[0] ?? 0
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (1024 + fraction) * 2 ** (exponent - 25)
}

const problem = (what: string) => new VertebraError(`this is not a whole safetensors file: ${what}`)
