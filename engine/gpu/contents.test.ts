import { expect, test } from 'vitest'
import type { Plan, Step } from '../compile/plan'
import type { Operand } from '../kernels/spec'
import { contentsOf } from './contents'

const operand = (tensor: number): Operand => ({
  tensor,
  view: { shape: [4], strides: [1], offset: 0 },
})

/** Weight 0 and constant 1 are multiplied into tensor 2. */
function plan({ key = 'w', b = 0.5, constant = 3, tensors = [0, 1, 2] } = {}): Plan {
  const [w = 0, c = 1, out = 2] = tensors
  const step: Step = {
    spec: {
      family: 'map',
      fused: {
        expression: {
          kind: 'binary',
          fn: 'mul',
          x: { kind: 'operand', index: 0 },
          y: { kind: 'operand', index: 1 },
        },
        operands: [operand(w), operand(c)],
      },
      out: operand(out),
    },
    variant: { name: 'only' },
    variants: [{ name: 'only' }],
    dispatches: [],
    cost: { macs: 0, bytesRead: 0, bytesWritten: 0 },
    nodes: [],
    scopes: [],
    label: 'fold',
  }
  return {
    tensors: [],
    buffers: [],
    weights: [{ key, tensor: w, shape: [4], first: 0, a: 0, b }],
    constants: [{ tensor: c, data: new Float32Array([constant]) }],
    prepare: [step],
    steps: [],
    inputs: [],
    outputs: [],
    memory: { weightBytes: 0, activationBytes: 0, largestCopy: null },
  }
}

const made = (of: Plan, tensor = 2) => contentsOf(of).get(tensor)

test('what is made from the same weights in the same way holds the same, whatever its number', () => {
  expect(made(plan({ tensors: [7, 9, 4] }), 4)).toBe(made(plan()))
})

test('another weight, another rule or another constant makes something else', () => {
  const contents = [plan(), plan({ key: 'v' }), plan({ b: 0.25 }), plan({ constant: 4 })].map((one) =>
    made(one),
  )
  expect(new Set(contents).size).toBe(4)
})

test('weights from a file are not those of the rule, nor those of another file', () => {
  const arrays = new Map([['w', new Float32Array(4)]])
  const fromFile = (source: string) => contentsOf(plan(), { source, arrays }).get(0)
  expect(new Set([contentsOf(plan()).get(0), fromFile('a'), fromFile('b')]).size).toBe(3)
})
