/**
 * Brings a file of the hub to this device, from where an earlier attempt ended: ranges of one version, whose checksum the hub
 * states. A file that is not what the hub said is thrown away.
 */
import { VertebraError } from '../errors'
import type { HubFile } from './aboutModel'
import type { HubFolder, Part } from './hubFolder'
import { refuse, type Web } from './lookUp'
import { fileAddress, hubHost } from './names'
import { Sha256 } from './sha256'
import { type Answer, plainly } from './web'

export interface DownloadProgress {
  /** `checking`: what was here before is read again for its checksum. */
  readonly phase: 'checking' | 'arriving'
  readonly done: number
  readonly total: number
  /** Over the last seconds; null as long as it cannot be told. */
  readonly bytesPerSecond: number | null
}

export interface DownloadOptions extends Web {
  readonly signal: AbortSignal
  readonly onProgress: (progress: DownloadProgress) => void
  /** Before another attempt; tests do not wait. */
  readonly pause?: (ms: number) => Promise<void>
  /** A connection that is silent for so long counts as broken. */
  readonly patienceMs?: number
}

const pieceBytes = 4 * 2 ** 20
/** Attempts in a row that bring less than `fewBytes`. */
const mostAttempts = 4
const fewBytes = 2 ** 20

/** Throws VertebraError with a sentence; what has arrived by then is kept, unless it was wrong. */
export async function download(file: HubFile, folder: HubFolder, options: DownloadOptions): Promise<void> {
  const part = await folder.open(file)
  try {
    const digest = await fill(part, file, options)
    if (digest !== file.sha256) {
      part.clear()
      throw new VertebraError(
        `what arrived of ${file.name} is not the file that ${hubHost} describes (its checksum differs), and was thrown away. Try again, or download it by hand and load it as a file.`,
      )
    }
  } finally {
    part.close()
  }
  await folder.markWhole(file)
}

/** Fetches what is missing. Returns the checksum of the whole. */
async function fill(part: Part, file: HubFile, options: DownloadOptions): Promise<string> {
  const { signal, pause = waitFor } = options
  if (part.size > file.bytes) part.clear()
  const hash = await hashOf(part, file, options)
  const arriving: Arriving = { part, file, options, hash, meter: new Meter() }
  let attempts = 0
  while (part.size < file.bytes) {
    const before = part.size
    if (attempts > 0) await pause(1000 * attempts)
    let broken: unknown = null
    try {
      await attempt(arriving)
    } catch (error) {
      if (signal.aborted || error instanceof VertebraError) throw error
      broken = error
    }
    attempts = part.size - before >= fewBytes ? 1 : attempts + 1
    if (part.size < file.bytes && attempts >= mostAttempts) throw isCutOff(part, broken)
  }
  return arriving.hash.digest()
}

interface Arriving {
  readonly part: Part
  readonly file: HubFile
  readonly options: DownloadOptions
  readonly meter: Meter
  /** Of all that is in the part. */
  hash: Sha256
}

/** One request for the rest. May end early; throws what fetch throws when the connection breaks. */
async function attempt(arriving: Arriving): Promise<void> {
  const { part, file, options } = arriving
  const { fetch, hub, signal } = options
  const headers: Record<string, string> = part.size > 0 ? { Range: `bytes=${part.size}-` } : {}
  const answer = await fetch(fileAddress(file, hub), { ...plainly, headers, signal })
  // The hub has no such range: what is here cannot be a part of the file.
  if (answer.status === 416 && part.size > 0) return startAgain(arriving)
  refuse(answer.status, file.name)
  if (answer.status === 200 && part.size > 0) startAgain(arriving)
  checkRange(answer, arriving)
  const reader = answer.body?.getReader()
  if (!reader) return
  try {
    for (;;) {
      const { done, value } = await withPatience(reader.read(), arriving)
      if (done) return
      if (value) take(value, arriving)
    }
  } catch (error) {
    reader.cancel().catch(() => {})
    throw error
  }
}

function take(bytes: Uint8Array<ArrayBuffer>, arriving: Arriving): void {
  const { part, file, hash, meter } = arriving
  if (part.size + bytes.length > file.bytes) {
    part.clear()
    throw new VertebraError(
      `more arrived than the ${file.bytes} bytes that ${hubHost} states for ${file.name}; it was thrown away. Try again later.`,
    )
  }
  part.append(bytes)
  hash.update(bytes)
  if (meter.isTimeToTell(bytes.length) || part.size === file.bytes) tell(arriving)
}

function tell({ part, file, options, meter }: Arriving): void {
  const { bytesPerSecond } = meter
  options.onProgress({ phase: 'arriving', done: part.size, total: file.bytes, bytesPerSecond })
}

/** Rejects when nothing comes for too long: some networks drop connections without a word. Tells meanwhile. */
async function withPatience<T>(answer: Promise<T>, arriving: Arriving): Promise<T> {
  const { patienceMs = 30_000 } = arriving.options
  const until = performance.now() + patienceMs
  for (;;) {
    let timer: ReturnType<typeof setTimeout> | undefined
    const silence = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), Math.min(tellingMs, patienceMs))
    })
    const first = await Promise.race([answer, silence])
    clearTimeout(timer)
    if (first !== null) return first
    if (performance.now() >= until) throw new Error('the connection is silent')
    if (arriving.meter.isTimeToTell(0)) tell(arriving)
  }
}

function startAgain(arriving: Arriving): void {
  arriving.part.clear()
  arriving.hash = new Sha256()
}

/** Where the answer tells which bytes it holds (other hosts need not let a page read that), they are those asked for. */
function checkRange({ status, headers }: Answer, { part, file }: Arriving): void {
  const range = status === 206 ? headers.get('content-range') : null
  if (range === null) return
  const [, from, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(range) ?? []
  if (Number(from) === part.size && (total === '*' || Number(total) === file.bytes)) return
  part.clear()
  throw new VertebraError(
    `${file.name} is another file at ${hubHost} now (${range} came where byte ${part.size} of ${file.bytes} was asked for); look it up again.`,
  )
}

async function hashOf(part: Part, file: HubFile, { signal, onProgress, pause = waitFor }: DownloadOptions) {
  const hash = new Sha256()
  for (let at = 0; at < part.size; at += pieceBytes) {
    hash.update(part.read(at, pieceBytes))
    onProgress({
      phase: 'checking',
      done: Math.min(at + pieceBytes, part.size),
      total: file.bytes,
      bytesPerSecond: null,
    })
    // Lets messages in, such as the one that stops this.
    await pause(0)
    if (signal.aborted) throw new VertebraError('the download was stopped.')
  }
  return hash
}

const isCutOff = (part: Part, reason: unknown): VertebraError =>
  new VertebraError(
    part.size === 0
      ? `the hub ${hubHost} sends nothing here${reason === null ? '' : ': the connection fails, or the host that it points to is not one that this page may ask'}. Download the file by hand and load it from there.`
      : `the connection to ${hubHost} broke off several times. What has arrived is kept: continue later, or download the file by hand and load it from there.`,
  )

/** Bytes per second over the last few seconds, told a few times a second. */
class Meter {
  private arrived = 0
  private readonly marks = [{ ms: performance.now(), arrived: 0 }]

  isTimeToTell(bytes: number): boolean {
    this.arrived += bytes
    const ms = performance.now()
    if (ms - (this.marks.at(-1)?.ms ?? 0) < tellingMs / 2) return false
    this.marks.push({ ms, arrived: this.arrived })
    if (this.marks.length > mostMarks) this.marks.shift()
    return true
  }

  get bytesPerSecond(): number | null {
    const [first, last] = [this.marks[0], this.marks.at(-1)]
    if (!first || !last || last.ms === first.ms) return null
    return ((last.arrived - first.arrived) / (last.ms - first.ms)) * 1000
  }
}

const tellingMs = 200
const mostMarks = 30

const waitFor = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms))
