import type { Value } from '../graph/graph'
import type { ModuleBuilder } from './moduleBuilder'

export interface LinearOptions {
  /** The part that holds `weight` and `bias`; '' when they belong to the module itself. */
  readonly name: string
  readonly out: number
  readonly bias: boolean
}

/** x [..., in] -> [..., out]; weight [out, in] as in PyTorch. */
export function linear(b: ModuleBuilder, x: Value, { name, out, bias }: LinearOptions): Value {
  const width = x.shape[x.shape.length - 1]
  return partOrHere(b, name, () => {
    const weight = b.weight('weight', [out, width], { init: 'weight' })
    const inputs = bias ? [x, weight, b.weight('bias', [out], { init: 'bias' })] : [x, weight]
    return b.call('linear', {}, inputs, (x, weight, bias) => {
      const y = b.dot(x, weight, { contract: [[x.shape.length - 1], [1]] })
      return bias ? b.add(y, bias) : y
    })
  })
}

/** The body in a part of its own, or right here when the name is ''. */
export function partOrHere(b: ModuleBuilder, name: string, body: () => Value): Value {
  return name === '' ? body() : b.part(name, body)
}
