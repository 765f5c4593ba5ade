import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'

const cases = join(import.meta.dirname, '../../golden/cases')

/** Name and path of every case of this size that we have a copy of. */
export function goldenFiles(size: 'tiny' | 'eps' | 'full' | 'ops'): [name: string, path: string][] {
  return readdirSync(join(cases, size)).map((file) => [basename(file, '.json'), join(cases, size, file)])
}

/** A third of the full ones, another one every day: all of them take too long for every run (`npm run golden` does). */
export function fullCasesOfToday(): [name: string, path: string][] {
  const day = Math.floor(Date.now() / 86_400_000)
  return goldenFiles('full').filter((_, index) => index % 3 === day % 3)
}

/** Where our copy of a case lies. */
export function pathOf(size: 'tiny' | 'eps', name: string): string {
  const found = goldenFiles(size).find(([file]) => file === name)
  if (!found) throw new Error(`there is no case ${name}`)
  return found[1]
}
