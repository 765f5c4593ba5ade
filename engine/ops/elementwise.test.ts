import { describe, expect, test } from 'vitest'
import {
  type BinaryFunction,
  binaryFunctions,
  numbers,
  type UnaryFunction,
  unaryFunctions,
  wgslPrelude,
} from './elementwise'
import { erf, erfc } from './erf'

const unaryNames = Object.keys(unaryFunctions) as UnaryFunction[]
const binaryNames = Object.keys(binaryFunctions) as BinaryFunction[]

/** Functions of positive numbers. */
const positiveOnly: readonly string[] = ['log', 'sqrt', 'rsqrt']
/** Away from kinks (0, 3, 6) and from the poles at 0. */
const points = (name: string) =>
  [0.3, 1.1, 2.4, 4.7, 6.5].flatMap((x) => (positiveOnly.includes(name) ? [x] : [x, -x]))

/** Central difference of fourth order. */
function slope(f: (x: number) => number, x: number): number {
  const h = 1e-3
  return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h)
}

test.each([
  // Python's math.erf.
  [0.5, 0.5204998778130465],
  [1, 0.8427007929497149],
  [2, 0.9953222650189527],
  [-3, -0.9999779095030014],
])('erf(%d) to double precision', (x, value) => {
  expect(Math.abs(erf(x) - value)).toBeLessThan(2e-16)
})

test.each([
  // Python's math.erfc.
  [2.5, 4.069520174449589e-4],
  [3, 2.2090496998585438e-5],
  [5, 1.5374597944280351e-12],
])('erfc(%d) keeps its digits where it is tiny', (x, value) => {
  expect(Math.abs(erfc(x) / value - 1)).toBeLessThan(1e-13)
})

test('activations take the values of their definitions', () => {
  // At 1 and -2: PyTorch's documented formulas, evaluated in double precision with Python's math module.
  const expected: { readonly [F in UnaryFunction]?: readonly [number, number] } = {
    gelu: [0.8413447460685429, -0.04550026389635844],
    geluTanh: [0.8411919906082768, -0.04540230591222494],
    silu: [0.7310585786300049, -0.2384058440442351],
    hardswish: [0.6666666666666666, -0.3333333333333333],
    relu6: [1, 0],
    mish: [0.8650983882673103, -0.2525014826957089],
    elu: [1, -0.8646647167633873],
    quickGelu: [0.8457957659328212, -0.06434137685579186],
    softplus: [1.3132616875182228, 0.1269280110429725],
  }
  for (const [name, [atOne, atMinusTwo]] of Object.entries(expected)) {
    const { value } = unaryFunctions[name as UnaryFunction]
    expect(value(1), name).toBeCloseTo(atOne, 13)
    expect(value(-2), name).toBeCloseTo(atMinusTwo, 13)
  }
})

test('large arguments neither overflow nor turn into NaN', () => {
  for (const name of [
    'tanh',
    'sigmoid',
    'softplus',
    'silu',
    'gelu',
    'geluTanh',
    'quickGelu',
    'elu',
    'mish',
    'erf',
  ] as const) {
    expect(Number.isFinite(unaryFunctions[name].value(800)), name).toBe(true)
    expect(Math.abs(unaryFunctions[name].value(-800)), name).toBeLessThanOrEqual(1)
  }
})

describe('derivatives agree with differences', () => {
  test.each(unaryNames)('%s', (name) => {
    const { value, derivative } = unaryFunctions[name]
    for (const x of points(name)) {
      const exact = derivative ? derivative(numbers, x, value(x)) : 0
      expect(Math.abs(exact - slope(value, x))).toBeLessThan(1e-8 * (1 + Math.abs(exact)))
    }
  })

  test.each(binaryNames)('%s', (name) => {
    const { value, derivatives } = binaryFunctions[name]
    for (const x of [0.4, 1.3, 2.2]) {
      for (const y of name === 'pow' || name === 'div' ? [0.7, 1.9] : [-1.7, 0.7, 1.9]) {
        const [byX, byY] = derivatives.map((derivative) => (derivative ? derivative(numbers, x, y) : 0))
        expect(Math.abs(byX - slope((at) => value(at, y), x))).toBeLessThan(1e-8 * (1 + Math.abs(byX)))
        expect(Math.abs(byY - slope((at) => value(x, at), y))).toBeLessThan(1e-8 * (1 + Math.abs(byY)))
      }
    }
  })
})

test('equal maxima share the gradient', () => {
  expect(binaryFunctions.max.derivatives.map((derivative) => derivative?.(numbers, 2, 2))).toEqual([0.5, 0.5])
})

test('the MetaFormer prices: ReLU 1, squared ReLU 2, GELU 14', () => {
  const price = (name: UnaryFunction) => unaryFunctions[name].flops
  expect([price('relu'), price('relu') + price('square'), price('gelu'), price('geluTanh')]).toEqual([
    1, 2, 14, 14,
  ])
})

test('the prelude holds each function that the expressions call, once', () => {
  const prelude = wgslPrelude(['gelu', 'tanh', 'gelu', 'add'])
  expect(prelude.match(/^fn \w+/gm)).toEqual(['fn tanhOf', 'fn geluOf'])
  for (const name of unaryNames) {
    const { wgsl, wgslFunction } = unaryFunctions[name]
    const called = wgsl('x').match(/^(\w+Of)\(/)?.[1]
    expect(wgslFunction?.match(/^fn (\w+)\(/)?.[1], name).toBe(called)
  }
})
