import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { declarations, specialise } from './specialise'

const folder = join(import.meta.dirname, '../../shaders')
const files = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const)

const example = `// const ROWS = 1u; is a comment
enable subgroups;
const ROWS = 4u; /* so is { */ const COLUMNS = ROWS * 2u;
alias real = f32;
struct Sizes { m: u32, n: u32 }
@group(0) @binding(1) var<storage, read_write> out: array<vec4<f32>>;
var<workgroup> tile: array<array<f32, 4>, 4>;
@compute @workgroup_size(64, 1)
fn main(@builtin(global_invocation_id) id: vec3u) { if (id.x > 3u) { return; } }
fn epilogue(x: f32) -> f32 { return x; }
`

describe('declarations', () => {
  test('are found with their attributes, comments and directives are not', () => {
    expect(declarations(example).map(({ keyword, name }) => `${keyword} ${name}`)).toEqual([
      'const ROWS',
      'const COLUMNS',
      'alias real',
      'struct Sizes',
      'var out',
      'var tile',
      'fn main',
      'fn epilogue',
    ])
    const out = declarations(example).find(({ name }) => name === 'out')
    expect(example.slice(out?.start, out?.end)).toBe(
      '@group(0) @binding(1) var<storage, read_write> out: array<vec4<f32>>;',
    )
  })

  test.each(files)('%s begins with what it computes, has an entry point and uniforms', (_name, source) => {
    expect(source).toMatch(/^\/\/ \S/)
    const names = declarations(source).map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['main', 'Parameters', 'parameters', 'out']))
    expect(new Set(names).size).toBe(names.length)
  })

  test('there are shaders to look at', () => expect(files.length).toBeGreaterThan(8))
})

describe('specialise', () => {
  test('replaces declarations and nothing else', () => {
    const result = specialise(example, {
      ROWS: 'const ROWS = 8u;',
      epilogue: 'fn epilogue(x: f32) -> f32 { return max(x, 0.0); }',
    })
    expect(result).toBe(
      example
        .replace('const ROWS = 4u;', 'const ROWS = 8u;')
        .replace('{ return x; }', '{ return max(x, 0.0); }'),
    )
  })

  test('a replacement may bring declarations along', () => {
    const text = 'struct Sizes { k: u32 }\nfn helper() {}'
    expect(declarations(specialise(example, { Sizes: text })).map(({ name }) => name)).toContain('helper')
  })

  test('refuses a name that the file does not declare', () => {
    expect(() => specialise(example, { TILE: 'const TILE = 1u;' })).toThrow(
      "internal: the shader declares no 'TILE' to replace; it declares ROWS, COLUMNS, real, Sizes, out, tile, main, epilogue.",
    )
  })

  test('refuses a replacement that declares something else', () => {
    expect(() => specialise(example, { ROWS: 'const LINES = 8u;' })).toThrow(
      "internal: the replacement for 'ROWS' does not declare 'ROWS': const LINES = 8u;",
    )
  })

  test('an open bracket is named', () => {
    expect(() => declarations('fn main() { if (true) {')).toThrow('internal: a bracket is never closed: {')
  })
})
