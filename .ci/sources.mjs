// Tells whether something built is newer than what it was built from, by a short stamp over names, sizes and times.
import { createHash } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const tests = /\.(test|bench)\.tsx?$|^testing$/

/**
 * A stamp of these files and folders of the checkout; tests do not count.
 * @param {string[]} paths
 */
export function sourceStamp(paths) {
  const hash = createHash('sha256')
  for (const path of paths) add(join(root, path))
  return hash.digest('hex').slice(0, 16)

  /** @param {string} path */
  function add(path) {
    const stat = statSync(path, { throwIfNoEntry: false })
    if (!stat) return
    if (!stat.isDirectory()) hash.update(`${path} ${stat.size} ${stat.mtimeMs}\n`)
    else for (const name of readdirSync(path).sort()) if (!tests.test(name)) add(join(path, name))
  }
}
