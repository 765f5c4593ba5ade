import { expect, test } from 'vitest'
import { ModuleBuilder } from '../nn/moduleBuilder'
import { evaluate } from '../ops/evaluate'
import { adaptiveAverage } from './adaptivePooling'

test.each([
  [4, 2, [0.5, 2.5]],
  // Cells [0, 2), [1, 4), [3, 5): overlapping, as in PyTorch.
  [5, 3, [0.5, 2, 3.5]],
  [2, 3, [0, 0.5, 1]],
])('a row of %i gives %i means %j', (length, cells, means) => {
  const b = new ModuleBuilder()
  const x = b.input('x', [1, 1, length, 1])
  const output = adaptiveAverage(b, x, 1, cells)
  const inputs = new Map([['x', Float64Array.from({ length }, (_, index) => index)]])
  const values = evaluate(b.finish([output]), { inputs, params: () => new Float64Array() }).get(output.id)
  means.forEach((mean, cell) => {
    expect(values?.[cell]).toBeCloseTo(mean, 6)
  })
})
