/**
 * Reads safetensors files: 8 bytes of header length, a JSON header, then the numbers. Strict, because files come from anywhere:
 * every offset is checked before anything is read. https://github.com/huggingface/safetensors#format
 */
import { VertebraError } from '../errors'
import { elements, type Shape } from '../graph/graph'

export interface FileTensor {
  readonly shape: Shape
  /** Read when asked for, once; where the file's own bytes will do, they are not copied. */
  readonly data: Float32Array
}

export interface Checkpoint {
  /** The tensors of real numbers, as float32, by name. */
  readonly tensors: ReadonlyMap<string, FileTensor>
  /** Names of whole-number buffers such as num_batches_tracked: their bytes are accounted for and not read. */
  readonly counters: readonly string[]
}

/** A real header of ten thousand tensors has one megabyte; the reference allows 100. */
const largestHeader = 4 * 2 ** 20
const longestName = 500

const bytesOfType = { F64: 8, F32: 4, F16: 2, BF16: 2 } as const
type FloatType = keyof typeof bytesOfType
const bytesOfCounter = new Map([
  ['I64', 8],
  ['U64', 8],
  ['I32', 4],
  ['U32', 4],
  ['I16', 2],
  ['U16', 2],
  ['I8', 1],
  ['U8', 1],
  ['BOOL', 1],
])

interface Entry {
  readonly name: string
  readonly type: string
  readonly shape: Shape
  readonly begin: number
  readonly end: number
}

/** Throws VertebraError with a sentence. The file must not change afterwards: tensors are read from it when asked for. */
export function readSafetensors(file: ArrayBuffer): Checkpoint {
  const { entries, data } = readHeader(file)
  const tensors = new Map<string, FileTensor>()
  const counters: string[] = []
  for (const { name, type, shape, begin, end } of entries) {
    if (!isFloat(type)) counters.push(name)
    else tensors.set(name, new StoredTensor(shape, data.subarray(begin, end), type))
  }
  return { tensors, counters }
}

class StoredTensor implements FileTensor {
  readonly shape: Shape
  private readonly bytes: Uint8Array<ArrayBuffer>
  private readonly type: FloatType
  private read: Float32Array | null = null

  constructor(shape: Shape, bytes: Uint8Array<ArrayBuffer>, type: FloatType) {
    this.shape = shape
    this.bytes = bytes
    this.type = type
  }

  get data(): Float32Array {
    this.read ??= toFloat32(this.bytes, this.type)
    return this.read
  }
}

const isFloat = (type: string): type is FloatType => Object.hasOwn(bytesOfType, type)

function readHeader(file: ArrayBuffer): {
  readonly entries: readonly Entry[]
  readonly data: Uint8Array<ArrayBuffer>
} {
  if (file.byteLength < 8) throw problem('it is shorter than its own header')
  const length = Number(new DataView(file).getBigUint64(0, true))
  if (length > file.byteLength - 8) throw problem(`its header claims ${length} bytes`)
  if (length > largestHeader) {
    throw problem(`its header has ${length} bytes, and no more than ${largestHeader} are read here`)
  }
  const text = decodeText(new Uint8Array(file, 8, length))
  if (!text.startsWith('{')) throw problem('its header is not JSON')
  const data = new Uint8Array(file, 8 + length)
  const header = parseHeader(text)
  checkKeys(text)
  const entries = Object.keys(header).flatMap((name) =>
    name === '__metadata__' ? [] : [entryOf(name, header[name])],
  )
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

/** JSON.parse takes the last of two equal keys without a word; the format forbids them. `text` is JSON for certain. */
function checkKeys(text: string): void {
  const open: Set<unknown>[] = []
  for (const [token, key] of text.matchAll(/("[^"\\]*(?:\\.[^"\\]*)*")\s*:|"[^"\\]*(?:\\.[^"\\]*)*"|[{}]/g)) {
    if (token === '{') open.push(new Set())
    else if (token === '}') open.pop()
    if (key === undefined) continue
    const name: unknown = JSON.parse(key)
    if (open.at(-1)?.has(name))
      throw problem(open.length === 1 ? 'a tensor is listed twice' : `${name} is given twice`)
    open.at(-1)?.add(name)
  }
}

function entryOf(name: string, value: unknown): Entry {
  if (name.length > longestName) throw problem(`a name has ${name.length} letters`)
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>
  const isShape = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0)
  const isRange = Array.isArray(offsets) && offsets.length === 2 && offsets.every(Number.isSafeInteger)
  if (typeof dtype !== 'string' || !isShape || !isRange) throw problem(`the entry of ${name} is not complete`)
  const [begin, end] = offsets as [number, number]
  const size = isFloat(dtype) ? bytesOfType[dtype] : bytesOfCounter.get(dtype)
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
  F64: (view, at) => view.getFloat64(at, true),
  F32: (view, at) => view.getFloat32(at, true),
  F16: (view, at) => halfToNumber(view.getUint16(at, true)),
  BF16: (view, at) => brainFloatToNumber(view.getUint16(at, true)),
}

/** Typed arrays read in the machine's own order, which is the file's on every machine that browsers run on. */
const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

function toFloat32(bytes: Uint8Array<ArrayBuffer>, type: FloatType): Float32Array {
  if (type === 'F32' && isLittleEndian && bytes.byteOffset % 4 === 0) {
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const size = bytesOfType[type]
  const read = readers[type]
  const values = new Float32Array(bytes.byteLength / size)
  for (let i = 0; i < values.length; i++) values[i] = read(view, i * size)
  return values
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
