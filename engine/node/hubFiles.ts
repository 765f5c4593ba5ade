/** Weights from the model hub, in the cache folder of this machine: `--weights hub:vit_small_patch8_224.dino`. */
import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { VertebraError } from '../errors'
import type { HubFile } from '../hub/aboutModel'
import { type DownloadProgress, download } from '../hub/download'
import { type HubFolder, type KeptFile, type Note, noteText, type Part, readNote } from '../hub/hubFolder'
import { lookUp, type Web } from '../hub/lookUp'
import { hubNameFrom } from '../hub/names'
import { hubNamesOf } from '../hub/pretrained'
import { cacheFolder } from './machine'

/** What --weights names: a file, or with `hub:` before it one of the model hub by timm's name. */
export async function weightsPath(text: string | undefined): Promise<string | undefined> {
  if (!text?.startsWith('hub:')) return text
  return hubFile(text.slice('hub:'.length), (line) => process.stderr.write(`vertebra: ${line}\n`))
}

/**
 * The path of a file of the hub, fetched if it is not here yet. `HF_ENDPOINT` names another hub with the same addresses, as in
 * the hub's own tools.
 */
export async function hubFile(
  text: string,
  tell: (line: string) => void,
  folder = join(cacheFolder, 'hub'),
  web: Web = { fetch, hub: process.env.HF_ENDPOINT?.replace(/\/$/, '') },
): Promise<string> {
  const written = hubNameFrom(text)
  const name = hubNamesOf(written)[0] ?? written
  const kept = new FileFolder(folder)
  const whole = (await kept.list()).find((file) => file.name === name && file.isWhole)
  if (!whole) {
    const { signal } = new AbortController()
    const file = await lookUp(name, web, signal)
    tell(`${name}: ${megabytes(file.bytes)}${file.licence ? `, licence ${file.licence}` : ''}`)
    await download(file, kept, { ...web, signal, onProgress: teller(tell) })
  }
  return kept.pathOf(name)
}

/** A line for each tenth of the file. */
function teller(tell: (line: string) => void): (progress: DownloadProgress) => void {
  let told = 0
  return ({ phase, done, total, bytesPerSecond }) => {
    const tenth = Math.floor((10 * done) / total)
    if (phase === 'checking' || tenth <= told) return
    told = tenth
    tell(`${tenth * 10} %${bytesPerSecond === null ? '' : `, ${megabytes(bytesPerSecond)} each second`}`)
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

/** A folder per file of the hub: what is known of it, and its bytes. */
export class FileFolder implements HubFolder {
  private readonly root: string

  constructor(root: string) {
    this.root = root
  }

  pathOf(name: string): string {
    return join(this.root, name, `${name}.safetensors`)
  }

  async list(): Promise<readonly KeptFile[]> {
    const names = existsSync(this.root) ? readdirSync(this.root) : []
    return names.flatMap((name) => {
      const note = this.note(name)
      const here = statSync(this.pathOf(name), { throwIfNoEntry: false })?.size ?? 0
      return note ? [{ ...note, here, isWhole: note.isWhole && here === note.bytes }] : []
    })
  }

  async open(file: HubFile): Promise<Part> {
    const { name, sha256 } = file
    mkdirSync(join(this.root, name), { recursive: true })
    const handle = openFile(this.pathOf(name))
    if (this.note(name)?.sha256 !== sha256) ftruncateSync(handle, 0)
    this.write({ ...file, isWhole: false })
    return {
      get size() {
        return fstatSync(handle).size
      },
      append: (bytes) => void writeSync(handle, bytes, 0, bytes.length, fstatSync(handle).size),
      read: (at, most) => {
        const bytes = new Uint8Array(most)
        return bytes.subarray(0, readSync(handle, bytes, 0, most, at))
      },
      clear: () => ftruncateSync(handle, 0),
      close: () => closeSync(handle),
    }
  }

  async markWhole(file: HubFile): Promise<void> {
    this.write({ ...file, isWhole: true })
  }

  async forget(name: string): Promise<void> {
    rmSync(join(this.root, name), { recursive: true, force: true })
  }

  private note(name: string): Note | null {
    const path = join(this.root, name, 'about.json')
    return existsSync(path) ? readNote(readFileSync(path, 'utf8')) : null
  }

  private write(note: Note): void {
    const path = join(this.root, note.name, 'about.json')
    // Another process may be reading: the file is whole at every moment.
    writeFileSync(`${path}.new`, noteText(note))
    renameSync(`${path}.new`, path)
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, existsSync(path) ? 'r+' : 'w+')
  } catch (error) {
    throw new VertebraError(`${path} cannot be written: ${error instanceof Error ? error.message : error}`)
  }
}
