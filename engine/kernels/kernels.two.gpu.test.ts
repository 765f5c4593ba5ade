import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Spec } from './spec'
import { testDevice } from './testing/device'
import { accumulator, add, expectModel, mul, operand, plain, repeated, unary, whole } from './testing/specs'

/** One small problem per family, with all that can be fused into it: these run on a second driver too. */
const specs: readonly Spec[] = [
  {
    family: 'gemm',
    batch: 1,
    m: 21,
    n: 36,
    k: 24,
    a: whole(0, 1, 21, 24),
    b: whole(1, 1, 36, 24),
    out: whole(2, 1, 21, 36),
    prologue: {
      expression: mul(add(accumulator, operand(0)), operand(1)),
      operands: [repeated(3, [1, 21, 24], [1]), repeated(4, [1, 21, 24], [2])],
    },
    epilogue: {
      expression: add(unary('gelu', add(accumulator, operand(0))), operand(1)),
      operands: [repeated(5, [1, 21, 36], [2]), whole(6, 1, 21, 36)],
    },
  },
  {
    family: 'gemm',
    batch: 1,
    m: 35,
    n: 9,
    k: 27,
    a: {
      tensor: 0,
      view: whole(0, 1, 9, 13, 3).view,
      groupStride: 0,
      kernel: [3, 3],
      stride: [2, 2],
      padding: [1, 1],
      dilation: [1, 1],
      output: [5, 7],
    },
    b: whole(1, 1, 9, 27),
    out: whole(2, 1, 35, 9),
    prologue: null,
    epilogue: { expression: unary('relu', accumulator), operands: [] },
  },
  {
    family: 'depthwise',
    x: whole(0, 1, 9, 11, 8),
    w: whole(1, 5, 5, 8),
    stride: [1, 1],
    padding: [2, 2],
    dilation: [1, 1],
    out: whole(2, 1, 9, 11, 8),
    epilogue: plain,
  },
  {
    family: 'attention',
    q: whole(0, 1, 2, 19, 16),
    k: whole(1, 1, 2, 21, 16),
    v: whole(2, 1, 2, 21, 16),
    scale: 0.25,
    score: { expression: add(accumulator, operand(0)), operands: [repeated(4, [1, 2, 19, 21], [1, 3])] },
    out: whole(3, 1, 2, 19, 16),
  },
  { family: 'rowStatistics', kind: 'layer', x: whole(0, 9, 33), eps: 1e-6, out: whole(1, 9, 2) },
  { family: 'softmax', x: whole(0, 9, 33), out: whole(1, 9, 33) },
  {
    family: 'reduce',
    fn: 'sum',
    x: whole(0, 2, 15, 9),
    prologue: null,
    out: whole(1, 2, 9),
    epilogue: plain,
  },
  {
    family: 'pool',
    fn: 'average',
    x: whole(0, 1, 6, 7, 8),
    kernel: [3, 3],
    stride: [1, 1],
    padding: [1, 1],
    countIncludePad: false,
    out: whole(1, 1, 6, 7, 8),
    epilogue: plain,
  },
  {
    family: 'map',
    fused: { expression: unary('silu', operand(0)), operands: [{ ...whole(0, 6, 8) }] },
    out: whole(1, 6, 8),
  },
  {
    family: 'scan',
    factor: { expression: unary('sigmoid', operand(0)), operands: [repeated(0, [2, 9, 5], [2])] },
    added: { expression: operand(0), operands: [whole(1, 2, 9, 5)] },
    out: whole(2, 2, 9, 5),
  },
  { family: 'procedural', seed: 123, a: 0.5, b: 2, out: whole(0, 7, 9) },
]

test.each(specs.map((spec) => [spec.family, spec] as const))('%s', (_family, spec) =>
  expectModel(spec, { scale: 5 }),
)

const folder = join(import.meta.dirname, '../../shaders')

test.each(readdirSync(folder))('%s compiles as it lies there', async (name) => {
  const { gpu } = await testDevice()
  const module = gpu.createShaderModule({ code: readFileSync(join(folder, name), 'utf8') })
  const { messages } = await module.getCompilationInfo()
  expect(messages.map(({ lineNum, message }) => `${lineNum}: ${message}`)).toEqual([])
})
