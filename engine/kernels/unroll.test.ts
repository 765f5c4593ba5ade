import { expect, test } from 'vitest'
import { constantValue, unroll } from './unroll'

test('a loop over a constant is written out, and its array becomes variables', () => {
  const source = `const ROWS = 2u;
const ALL = ROWS * 2u;
fn main() {
  var sums: array<f32, ALL>;
  for (var i = 0u; i < ALL; i++) { sums[i] = sums[i / 2u] + f32(i); }
}
`
  expect(unroll(source)).toBe(`const ROWS = 2u;
const ALL = ROWS * 2u;
fn main() {
  var sums_0 = f32(); var sums_1 = f32(); var sums_2 = f32(); var sums_3 = f32();
   sums_0 = sums_0 + f32(0u);
 sums_1 = sums_0 + f32(1u);
 sums_2 = sums_1 + f32(2u);
 sums_3 = sums_1 + f32(3u);
}
`)
})

test('nested loops, arrays of arrays and variables of a copy', () => {
  const source = `const N = 2u;
fn main() {
  var c: array<array<vec4f, N>, N>;
  for (var i = 0u; i < N; i++) {
    let x = f32(i);
    for (var j = 0u; j < N; j++) { c[i][j] *= x; }
  }
}`
  expect(unroll(source).replace(/\s+/g, ' ')).toBe(
    'const N = 2u; fn main() { ' +
      'var c_0_0 = vec4f(); var c_0_1 = vec4f(); var c_1_0 = vec4f(); var c_1_1 = vec4f(); ' +
      '{ let x = f32(0u); c_0_0 *= x; c_0_1 *= x; } { let x = f32(1u); c_1_0 *= x; c_1_1 *= x; } }',
  )
})

test('a loop whose end is known only on the GPU stays, and so does an array that it indexes', () => {
  const source = `fn main() {
  var c: array<f32, 4>;
  for (var i = 0u; i < parameters.rows; i++) { c[i] = 1.0; }
}`
  expect(unroll(source)).toBe(source)
})

test('a field of the same name is not the array', () => {
  const source = `const N = 1u;
fn main() { var keys: array<u32, N>; for (var i = 0u; i < N; i++) { keys[i] = parameters.keys + i; } }`
  expect(unroll(source)).toContain('keys_0 = parameters.keys + 0u;')
})

test('an index outside of its array is a fault of ours', () => {
  const source = 'fn main() { var c: array<f32, 2>; c[2u] = 1.0; }'
  expect(() => unroll(source)).toThrow('internal: c[2] lies outside of its 2 elements.')
})

test.each([
  ['3u * (4u + 2u) / 4u', 4],
  ['min(ROWS, 9u) % 3u', 2],
  ['ROWS * unknown', null],
  ['1u / 0u', null],
])('%s is %s', (text, value) => {
  expect(constantValue(text, new Map([['ROWS', 5]]))).toBe(value)
})
