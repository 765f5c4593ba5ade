import { expect, test } from 'vitest'
import { floatLiteral, operationsIn, preludeOf, printExpression } from './expression'
import { accumulator, add, binary, mul, number, operand, unary } from './testing/specs'

const names = { accumulator: 'sum', operand: (index: number) => `x${index}` }

test('statements are in the order in which they are needed', () => {
  const expression = unary('relu', add(mul(accumulator, number(2)), operand(1)))
  expect(printExpression(expression, names)).toEqual({
    statements: ['let t0 = (sum * 2.0);', 'let t1 = (t0 + x1);', 'let t2 = max(t1, 0.0);'],
    result: 't2',
  })
})

test('a part that is used twice is computed once', () => {
  const shared = unary('exp', accumulator)
  expect(printExpression(add(shared, shared), names).statements).toEqual([
    'let t0 = exp(sum);',
    'let t1 = (t0 + t0);',
  ])
  expect(operationsIn(add(shared, shared))).toBe(2)
  expect(operationsIn(unary('neg', binary('max', accumulator, number(0))))).toBe(2)
})

test('functions that an expression calls come along, each once', () => {
  const prelude = preludeOf([unary('gelu', unary('gelu', accumulator)), unary('exp', accumulator)])
  expect(prelude.match(/fn geluOf/g)).toHaveLength(1)
  expect(prelude).not.toContain('fn siluOf')
})

test.each([
  [1, '1.0'],
  [-1, '(-1.0)'],
  [0.1, '0.10000000149011612'],
  [1e-7, '1.0000000116860974e-7'],
  [1e20, '100000002004087730000.0'],
])('%s is written %s', (value, text) => expect(floatLiteral(value)).toBe(text))

test('what is no finite number cannot be written', () => {
  expect(() => floatLiteral(1e39)).toThrow('1e+39 cannot stand in a shader')
})
