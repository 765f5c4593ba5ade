/** The designs kept on this device, in IndexedDB: the own one, and beside it one that came by link. */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { type Document, serializeDocument } from '../../engine/index'
import { exchange } from './exchange'

/** A design that came by link never overwrites the own one. */
export type Slot = 'own' | 'shared'

interface SavedDesign {
  readonly slot: Slot
  /** As a file would hold it, so that it is validated and migrated like one. */
  readonly text: string
  readonly savedAt: number
}

interface Schema extends DBSchema {
  designs: { key: Slot; value: SavedDesign }
}

let opening: Promise<IDBPDatabase<Schema>> | null = null

function database(): Promise<IDBPDatabase<Schema>> {
  opening ??= openDB<Schema>('vertebra', 1, {
    upgrade: (db) => {
      db.createObjectStore('designs', { keyPath: 'slot' })
    },
    // A newer version of the page wants the database: let it.
    blocking: (_current, _blocked, event) => {
      ;(event.target as IDBDatabase).close()
      opening = null
    },
    terminated: () => {
      opening = null
    },
  }).catch((error: unknown) => {
    opening = null
    throw error
  })
  return opening
}

/** Returns when it was saved. Throws when the device refuses. */
export async function saveDesign(slot: Slot, document: Document): Promise<number> {
  const savedAt = Date.now()
  const db = await database()
  await db.put('designs', { slot, text: serializeDocument(document), savedAt })
  return savedAt
}

export interface FoundDesign {
  readonly slot: Slot
  readonly document: Document
  readonly savedAt: number
}

/** The design in a slot; null when there is none. Throws DocumentError when it cannot be read any more. */
export async function findDesign(slot: Slot): Promise<FoundDesign | null> {
  const db = await database()
  const saved = await db.get('designs', slot)
  if (!saved) return null
  const { parseDocument } = await exchange()
  return { slot, document: parseDocument(saved.text), savedAt: saved.savedAt }
}

/** The design that was worked on last. */
export async function latestDesign(): Promise<FoundDesign | null> {
  const db = await database()
  const all = await db.getAll('designs')
  const latest = all.sort((a, b) => b.savedAt - a.savedAt)[0]
  return latest ? findDesign(latest.slot) : null
}
