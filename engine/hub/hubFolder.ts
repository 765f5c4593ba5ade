/** Where files of the hub are kept on this device: the browser's private files, or a folder of the command line. */
import type { HubFile } from './aboutModel'
import { isHubName } from './names'

/** What has arrived of a file. Nobody else writes to it until it is closed. */
export interface Part {
  readonly size: number
  append(bytes: Uint8Array<ArrayBuffer>): void
  /** Up to so many bytes from there on. */
  read(at: number, most: number): Uint8Array<ArrayBuffer>
  clear(): void
  close(): void
}

export interface KeptFile extends HubFile {
  /** How many of its bytes are here. */
  readonly here: number
  /** All bytes are here, and their checksum was the one that the hub states. */
  readonly isWhole: boolean
}

export interface HubFolder {
  list(): Promise<readonly KeptFile[]>
  /** What is here of this very version; of another version nothing is. Throws VertebraError where it cannot be written now. */
  open(file: HubFile): Promise<Part>
  /** From now on the file counts as whole. */
  markWhole(file: HubFile): Promise<void>
  forget(name: string): Promise<void>
}

/** What is written beside the bytes of a file. */
export type Note = HubFile & { readonly isWhole: boolean }

export const noteText = (note: Note): string => JSON.stringify(note, null, 1)

/** Null when it is no note: people and other programs can reach the place. */
export function readNote(text: string): Note | null {
  try {
    const { name, bytes, sha256, revision, licence, changed, isWhole } = JSON.parse(text)
    const isSound =
      isHubName(name) &&
      Number.isSafeInteger(bytes) &&
      [sha256, revision].every((digits) => /^[0-9a-f]{40,64}$/.test(digits)) &&
      [licence, changed].every((word) => word === null || typeof word === 'string')
    return isSound ? { name, bytes, sha256, revision, licence, changed, isWhole: isWhole === true } : null
  } catch {
    return null
  }
}
