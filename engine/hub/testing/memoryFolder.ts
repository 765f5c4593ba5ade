/** A folder that is gone with the test. */
import type { HubFile } from '../aboutModel'
import type { HubFolder, KeptFile, Part } from '../hubFolder'

interface Entry {
  file: HubFile
  bytes: Uint8Array<ArrayBuffer>
  isWhole: boolean
  isOpen: boolean
}

export class MemoryFolder implements HubFolder {
  readonly entries = new Map<string, Entry>()

  async list(): Promise<readonly KeptFile[]> {
    return [...this.entries.values()].map(({ file, bytes, isWhole }) => ({
      ...file,
      here: bytes.length,
      isWhole,
    }))
  }

  async open(file: HubFile): Promise<Part> {
    const known = this.entries.get(file.name)
    const entry =
      known?.file.sha256 === file.sha256
        ? known
        : { file, bytes: new Uint8Array(), isWhole: false, isOpen: false }
    if (entry.isOpen) throw new Error('it is open already')
    entry.isOpen = true
    this.entries.set(file.name, entry)
    return {
      get size() {
        return entry.bytes.length
      },
      append: (bytes) => {
        entry.bytes = new Uint8Array([...entry.bytes, ...bytes])
      },
      read: (at, most) => entry.bytes.slice(at, at + most),
      clear: () => {
        entry.bytes = new Uint8Array()
      },
      close: () => {
        entry.isOpen = false
      },
    }
  }

  async markWhole({ name }: HubFile): Promise<void> {
    const entry = this.entries.get(name)
    if (entry) entry.isWhole = true
  }

  async forget(name: string): Promise<void> {
    this.entries.delete(name)
  }
}
