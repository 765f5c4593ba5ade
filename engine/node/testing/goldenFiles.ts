import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type GoldenCase, readGoldenFile } from '../verify/goldenCase'

const cases = join(import.meta.dirname, '../../golden/cases')

/** Name and path of every case of this size that we have a copy of. */
export function goldenFiles(size: 'tiny' | 'eps' | 'full' | 'ops'): [name: string, path: string][] {
  return readdirSync(join(cases, size)).map((file) => [basename(file, '.json'), join(cases, size, file)])
}

/** One of so many parts of a list, another one every day: what takes too long for every run (`npm run golden` does all). */
export function ofToday<T>(list: readonly T[], parts: number): readonly T[] {
  const day = Math.floor(Date.now() / 86_400_000)
  return list.filter((_, index) => index % parts === day % parts)
}

/** Where our copy of a case lies. */
export function pathOf(size: 'tiny' | 'eps' | 'full', name: string): string {
  const found = goldenFiles(size).find(([file]) => file === name)
  if (!found) throw new Error(`there is no case ${name}`)
  return found[1]
}

/** A model at its real size. */
export function fullCase(name: string): GoldenCase {
  const golden = readGoldenFile(pathOf('full', name))
  if (golden.kind !== 'case') throw new Error(`${name} is no model`)
  return golden.golden
}
