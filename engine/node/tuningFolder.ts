/** The tuner's winners as JSON files in the cache folder, one per adapter. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TuningCache } from '../gpu/tune'
import { cacheFolder } from './machine'

export const tuningFolder = (folder = join(cacheFolder, 'tuning')): TuningCache => ({
  async read(adapter) {
    try {
      const json: unknown = JSON.parse(readFileSync(fileOf(folder, adapter), 'utf8'))
      return new Map(Object.entries(json as Record<string, string>))
    } catch {
      return new Map()
    }
  },
  async write(adapter, winners) {
    const file = fileOf(folder, adapter)
    mkdirSync(folder, { recursive: true })
    // Another process may be reading: the file is whole at every moment.
    writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(winners), null, 1))
    renameSync(`${file}.new`, file)
  },
})

const fileOf = (folder: string, adapter: string): string =>
  join(folder, `${adapter.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 80)}.json`)
