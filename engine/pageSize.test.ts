import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { expect, test, vi } from 'vitest'

/** What the first page may load as script, gzipped. */
const most = 300_000

test('the scripts that the page loads before its first drawing stay small, however many modules and presets there are', async () => {
  const root = join(import.meta.dirname, '..')
  // Tests run React's development build; the page does not.
  vi.stubEnv('NODE_ENV', 'production')
  const built = await build({ root, logLevel: 'silent', build: { write: false, sourcemap: false } })
  vi.unstubAllEnvs()
  if (!('output' in built)) throw new Error('one build was asked for')
  const chunks = new Map(
    built.output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : [])),
  )
  const first = new Set<string>()
  const follow = (name: string) => {
    if (first.has(name)) return
    first.add(name)
    for (const imported of chunks.get(name)?.imports ?? []) follow(imported)
  }
  for (const [name, chunk] of chunks) if (chunk.isEntry) follow(name)

  const codes = [...first].map((name) => chunks.get(name)?.code ?? '')
  const size = codes.reduce((sum, code) => sum + gzipSync(code, { level: 9 }).length, 0)
  expect(size).toBeGreaterThan(100_000)
  expect(size).toBeLessThan(most)
  // Presets and modules come later, all but those of the first design.
  expect(codes.join('')).not.toContain('swin_tiny_patch4_window7_224')
  expect(codes.join('')).not.toContain('windowAttention')
}, 120_000)
