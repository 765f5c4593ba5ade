/** The peers live in e2e/bench/node_modules and nowhere else. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Set by whoever starts a benchmark: the folder with the peers' package.json. */
const folder = process.env.VERTEBRA_BENCH ?? join(process.cwd(), 'e2e/bench')
const require = createRequire(join(folder, 'package.json'))

export async function installed(name: string): Promise<unknown> {
  return await import(/* @vite-ignore */ pathToFileURL(resolved(name)).href)
}

export const versionOf = (name: string): string =>
  JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version

/** As `import` would find it: a package with both forms must not be loaded in both. */
function resolved(name: string): string {
  const home = join(folder, 'node_modules', name)
  const { exports } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
  const file = exports?.['.']?.import
  return typeof file === 'string' ? join(home, file) : require.resolve(name)
}
