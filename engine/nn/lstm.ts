import type { Value } from '../graph/graph'
import { partOrHere } from './linear'
import type { ModuleBuilder } from './moduleBuilder'

/**
 * A bidirectional LSTM: one reads the sequence forwards, one backwards, and both states go side by side.
 * x [n, t, c] -> [n, t, 2 hidden]. Weights as PyTorch keeps them; gates in the order input, forget, cell, output. Every step
 * waits for the one before it, so the steps lie in the graph one after the other, both directions at once.
 * Hochreiter and Schmidhuber 1997, https://doi.org/10.1162/neco.1997.9.8.1735
 */
export function bidirectionalLstm(
  b: ModuleBuilder,
  x: Value,
  { name = '', hidden }: { readonly name?: string; readonly hidden: number },
): Value {
  const [n, t, c] = x.shape as readonly [number, number, number]
  const width = 4 * hidden
  return partOrHere(b, name, () => {
    const weights = ['l0', 'l0_reverse'].map((suffix) => ({
      input: b.weight(`weight_ih_${suffix}`, [width, c], { init: 'weight' }),
      state: b.weight(`weight_hh_${suffix}`, [width, hidden], { init: 'weight' }),
      biases: ['ih', 'hh'].map((part) => b.weight(`bias_${part}_${suffix}`, [width], { init: 'bias' })),
    }))
    const inputs = [x, ...weights.flatMap(({ input, state, biases }) => [input, state, ...biases])]
    return b.call('lstm', { hidden }, inputs, () => {
      const projected = weights.map(({ input, biases }, direction) => {
        const line = direction === 0 ? x : b.reverse(x, [1])
        const sum = biases.reduce((sum, bias) => b.add(sum, bias))
        return b.reshape(b.add(b.dot(line, input, { contract: [[2], [1]] }), sum), [1, n, t, width])
      })
      const states = weights.map(({ state }) => b.reshape(state, [1, width, hidden]))
      const outputs = unrolled(b, b.concat(projected, 0), b.concat(states, 0))
      const part = (direction: number) =>
        b.reshape(b.slice(outputs, { start: [direction, 0, 0, 0], size: [1, n, t, hidden] }), [n, t, hidden])
      return b.concat([part(0), b.reverse(part(1), [1])], 2)
    })
  })
}

/** What the steps bring [directions, n, t, 4 hidden] and how states act on gates [directions, 4 hidden, hidden] -> all states. */
function unrolled(b: ModuleBuilder, brought: Value, state: Value): Value {
  const [directions, n, t, width] = brought.shape as readonly [number, number, number, number]
  const hidden = width / 4
  const shape = [directions, n, hidden]
  let h = b.broadcast(b.constant([0], [1, 1, 1]), shape)
  let cell = h
  const outputs: Value[] = []
  for (let step = 0; step < t; step++) {
    const here = b.slice(brought, { start: [0, 0, step, 0], size: [directions, n, 1, width] })
    const recalled = b.dot(h, state, { batch: [[0], [0]], contract: [[2], [2]] })
    const gates = b.add(b.reshape(here, [directions, n, width]), recalled)
    const gate = (index: number) => b.slice(gates, { start: [0, 0, index * hidden], size: shape })
    const kept = b.mul(b.sigmoid(gate(1)), cell)
    cell = b.add(kept, b.mul(b.sigmoid(gate(0)), b.tanh(gate(2))))
    h = b.mul(b.sigmoid(gate(3)), b.tanh(cell))
    outputs.push(b.reshape(h, [directions, n, 1, hidden]))
  }
  return b.concat(outputs, 2)
}
