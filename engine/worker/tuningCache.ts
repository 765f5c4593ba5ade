/** The tuner's winners in IndexedDB, one record per adapter. Without storage nothing is kept, and nothing else changes. */
import type { TuningCache } from '../gpu/tune'

const databaseName = 'vertebra-tuning'
const store = 'winners'

export function indexedTuningCache(): TuningCache {
  return {
    async read(adapter) {
      try {
        const database = await open()
        const found: unknown = await settled(database.transaction(store).objectStore(store).get(adapter))
        return found instanceof Map ? found : new Map()
      } catch {
        return new Map()
      }
    },
    async write(adapter, winners) {
      try {
        const database = await open()
        const transaction = database.transaction(store, 'readwrite')
        await settled(transaction.objectStore(store).put(new Map(winners), adapter))
      } catch {
        // A private window may have no storage: the winners are then found again next time.
      }
    },
  }
}

let opened: Promise<IDBDatabase> | null = null

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(databaseName, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(store)
    request.onsuccess = () => {
      // Another tab with a newer version of the app must not wait for this one.
      request.result.onversionchange = () => {
        request.result.close()
        opened = null
      }
      resolve(request.result)
    }
    request.onerror = () => reject(request.error)
  })
  return opened
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
