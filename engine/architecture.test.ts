import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'
import { expect, test } from 'vitest'

/**
 * Who may import whom, folder by folder (a file in a folder may always import its neighbours). The page can be drawn with no
 * GPU at all, a module cannot know how it will run, and a kernel cannot know which module asked.
 */
const mayImport: Record<string, readonly string[]> = {
  'engine/errors': [],
  'engine/schema': ['engine/errors'],
  // The graph is typed over the op list; as types only, which leaves nothing at run time.
  'engine/graph': ['engine/errors', 'engine/schema', 'engine/ops/attributes'],
  'engine/ops': ['engine/errors', 'engine/schema', 'engine/graph'],
  'engine/nn': ['engine/errors', 'engine/schema', 'engine/graph', 'engine/ops'],
  'engine/modules': ['engine/errors', 'engine/schema', 'engine/graph', 'engine/ops', 'engine/nn'],
  'engine/document': ['engine/errors', 'engine/schema', 'engine/graph', 'engine/modules'],
  'engine/presets': ['engine/errors', 'engine/schema', 'engine/modules', 'engine/document'],
  'engine/lower': [
    'engine/errors',
    'engine/schema',
    'engine/graph',
    'engine/ops',
    'engine/nn',
    'engine/modules',
    'engine/document',
  ],
  'engine/analysis': ['engine/errors', 'engine/schema', 'engine/graph', 'engine/ops'],
  // Joins lowering and analysis for those who hold a document.
  'engine/analyze': [
    'engine/errors',
    'engine/graph',
    'engine/modules',
    'engine/document',
    'engine/lower',
    'engine/analysis',
  ],
  // Builds modules by themselves and looks at the result.
  'engine/study': [
    'engine/errors',
    'engine/schema',
    'engine/graph',
    'engine/nn',
    'engine/modules',
    'engine/lower',
    'engine/analysis',
  ],
  'engine/autodiff': ['engine/errors', 'engine/schema', 'engine/graph', 'engine/ops'],
  'engine/export': ['engine/errors', 'engine/schema', 'engine/graph', 'engine/ops'],
  'engine/weights': ['engine/errors', 'engine/graph', 'engine/ops', 'engine/nn'],
  'engine/image': ['engine/errors'],
  'engine/hub': ['engine/errors'],
  'engine/kernels': ['engine/errors', 'engine/schema', 'engine/graph', 'engine/ops', 'shaders'],
  'engine/compile': ['engine/errors', 'engine/schema', 'engine/graph', 'engine/ops', 'engine/kernels'],
  'engine/gpu': [
    'engine/errors',
    'engine/schema',
    'engine/graph',
    'engine/ops',
    'engine/kernels',
    'engine/compile',
    'engine/weights',
  ],
  // Golden cases are run on the engine as a whole, with a host handed in.
  'engine/golden': ['engine', 'except engine/node', 'except engine/worker'],
  // The hosts: they receive documents and see everything but each other.
  'engine/worker': ['engine', 'except engine/node'],
  'engine/node': ['engine', 'except engine/worker/worker'],
  'engine/index': ['engine', 'except engine/node', 'except engine/gpu', 'except engine/worker/worker'],
  // What the page loads later has doors of its own.
  'engine/catalogue': ['engine/presets'],
  'engine/exchange': ['engine/document'],
  'engine/parts': ['engine/modules', 'engine/study'],
  'engine/pictures': ['engine/image'],
  'engine/platform.d': [],
  app: ['engine/index', 'engine/catalogue', 'engine/exchange', 'engine/parts'],
  'app/engine': ['app', 'engine/index', 'engine/pictures', 'engine/worker/worker', 'engine/worker/hubWorker'],
  e2e: [],
  // Measures the engine itself, beside others.
  'e2e/bench': ['engine'],
}

const checkout = join(import.meta.dirname, '..')
const files = ['app', 'engine', 'e2e'].flatMap(sourceFiles)

test('the import rules see the source files', () => {
  expect(files.length).toBeGreaterThan(5)
  expect(files.flatMap(importsOf).length).toBeGreaterThan(5)
})

test('every folder of the engine has a row in the import rules', () => {
  const folders = readdirSync(join(checkout, 'engine'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'testing')
    .map((entry) => `engine/${entry.name}`)
  expect(folders.filter((folder) => !(folder in mayImport))).toEqual([])
})

test('no file imports what it must not know', () => {
  const broken = files.flatMap((file) => importsOf(file).flatMap((target) => complaint(file, target) ?? []))
  expect(broken).toEqual([])
})

test('a forbidden import is found', () => {
  expect(complaint('engine/kernels/gemm.ts', 'engine/modules/index')).toBe(
    'engine/kernels/gemm.ts must not import engine/modules/index: engine/kernels may see engine/errors, engine/schema, engine/graph, engine/ops, shaders.',
  )
  expect(complaint('app/panels/layers/Layers.tsx', 'engine/graph/graph')).toContain(
    'app may see engine/index, engine/catalogue, engine/exchange, engine/parts.',
  )
  expect(complaint('app/engine/client.ts', 'engine/worker/worker')).toBeUndefined()
  expect(complaint('engine/nn/attention.ts', 'shaders/attention.wgsl')).toContain('must not import')
  expect(complaint('engine/node/cli.ts', 'engine/worker/worker')).toContain('must not import')
})

/** A sentence when `file` may not import `target`, both relative to the checkout. */
function complaint(file: string, target: string): string | undefined {
  const row = rowOf(file)
  if (!row) return `${file} belongs to no row of the import rules.`
  const allowed = mayImport[row] ?? []
  const isRefused = allowed.some(
    (rule) => rule.startsWith('except ') && isInside(target, rule.slice('except '.length)),
  )
  if (!isRefused && [row, ...allowed].some((folder) => isInside(target, folder))) return undefined
  return `${file} must not import ${target}: ${row} may see ${allowed.join(', ') || 'nothing of ours'}.`
}

/** The most particular row that a file falls under. */
function rowOf(file: string): string | undefined {
  const rows = Object.keys(mayImport).filter((row) => isInside(file, row))
  return rows.sort((a, b) => b.length - a.length)[0]
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`) || path.replace(/\.tsx?$/, '') === folder
}

/** Tests and benches are left out: they may compare anything with anything. */
function sourceFiles(folder: string): string[] {
  if (!existsSync(join(checkout, folder))) return []
  return readdirSync(join(checkout, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.(test|bench)\.tsx?$|(^|\/)testing\//.test(name))
    .map((name) => `${folder}/${name}`)
}

/** Our own files that a file imports or re-exports, statically or not, relative to the checkout and without query. */
function importsOf(file: string): string[] {
  const source = readFileSync(join(checkout, file), 'utf8')
  const { module } = parseSync(file, source)
  const dynamic = module.dynamicImports.map(({ moduleRequest: { start, end } }) =>
    source.slice(start + 1, end - 1),
  )
  const named = [
    ...module.staticImports.map((statement) => statement.moduleRequest.value),
    ...module.staticExports.flatMap((statement) =>
      statement.entries.map((entry) => entry.moduleRequest?.value),
    ),
    ...dynamic,
  ]
  return [...new Set(named)]
    .filter((name) => name?.startsWith('.'))
    .map((name) => join(file, '..', String(name).replace(/\?.*$/, '')))
}
