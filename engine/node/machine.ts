/** What .ci/setup.mjs found on this machine; the format is described in .ci/machine.mjs. */
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

export const cacheFolder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'vertebra')

interface Machine {
  readonly vulkan: { readonly [name: string]: { readonly icd: string; readonly libraryPath?: string } }
}

/** The software Vulkan drivers that were found, by name; none when setup has not run. */
export function vulkanDrivers(): Machine['vulkan'] {
  try {
    return (JSON.parse(readFileSync(join(cacheFolder, 'machine.json'), 'utf8')) as Machine).vulkan
  } catch {
    return {}
  }
}
