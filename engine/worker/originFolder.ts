/** Files of the hub in the browser's private file system, which no other page can read (OPFS). Only workers may write in place. */
import { VertebraError } from '../errors'
import type { HubFile } from '../hub/aboutModel'
import { type HubFolder, type KeptFile, type Note, noteText, type Part, readNote } from '../hub/hubFolder'

const noteName = 'about.json'
const contentName = 'model.safetensors'
/** A part that the browser has not written down is lost when the page goes. */
const bytesBetweenFlushes = 16 * 2 ** 20

export class OriginFolder implements HubFolder {
  async list(): Promise<readonly KeptFile[]> {
    const files: KeptFile[] = []
    for await (const folder of (await root()).values()) {
      if (folder.kind !== 'directory') continue
      const note = await noteIn(folder)
      if (!note) continue
      const here = (await contentIn(folder))?.size ?? 0
      files.push({ ...note, here, isWhole: note.isWhole && here === note.bytes })
    }
    return files.sort((a, b) => a.name.localeCompare(b.name))
  }

  async open(file: HubFile): Promise<Part> {
    const folder = await (await root()).getDirectoryHandle(file.name, { create: true })
    const known = await noteIn(folder)
    const handle = await (await folder.getFileHandle(contentName, { create: true })).createSyncAccessHandle()
    try {
      if (known?.sha256 !== file.sha256) handle.truncate(0)
      await write(folder, { ...file, isWhole: false })
    } catch (error) {
      handle.close()
      throw error
    }
    let unwritten = 0
    return {
      get size() {
        return handle.getSize()
      },
      append: (bytes) => {
        handle.write(bytes, { at: handle.getSize() })
        unwritten += bytes.length
        if (unwritten < bytesBetweenFlushes) return
        handle.flush()
        unwritten = 0
      },
      read: (at, most) => {
        const bytes = new Uint8Array(most)
        return bytes.subarray(0, handle.read(bytes, { at }))
      },
      clear: () => handle.truncate(0),
      close: () => {
        handle.flush()
        handle.close()
      },
    }
  }

  async markWhole(file: HubFile): Promise<void> {
    await write(await (await root()).getDirectoryHandle(file.name), { ...file, isWhole: true })
  }

  async forget(name: string): Promise<void> {
    await (await root()).removeEntry(name, { recursive: true })
  }

  /** The bytes of a whole file, read from the disk when somebody reads them. */
  async contentOf(name: string): Promise<Blob> {
    const file = (await this.list()).find((kept) => kept.name === name)
    const content = file?.isWhole ? await contentIn(await (await root()).getDirectoryHandle(name)) : null
    if (!content) throw new VertebraError(`${name} is not on this device any more; download it again.`)
    return content
  }
}

async function root(): Promise<FileSystemDirectoryHandle> {
  try {
    const storage = await navigator.storage.getDirectory()
    return await storage.getDirectoryHandle('hub', { create: true })
  } catch {
    throw new VertebraError(
      'this browser keeps no files for this page (some do not in private windows): download the file by hand and load it from there.',
    )
  }
}

async function noteIn(folder: FileSystemDirectoryHandle): Promise<Note | null> {
  const file = await fileIn(folder, noteName)
  return file && readNote(await file.text())
}

const contentIn = (folder: FileSystemDirectoryHandle) => fileIn(folder, contentName)

async function fileIn(folder: FileSystemDirectoryHandle, name: string): Promise<File | null> {
  try {
    return await (await folder.getFileHandle(name)).getFile()
  } catch {
    return null
  }
}

async function write(folder: FileSystemDirectoryHandle, note: Note): Promise<void> {
  const handle = await (await folder.getFileHandle(noteName, { create: true })).createSyncAccessHandle()
  try {
    const bytes = new TextEncoder().encode(noteText(note))
    handle.truncate(0)
    handle.write(bytes, { at: 0 })
    handle.flush()
  } finally {
    handle.close()
  }
}
