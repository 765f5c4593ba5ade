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
    return linearBy(b, x, weight, bias ? b.weight('bias', [out], { init: 'bias' }) : undefined)
  })
}

/** x [..., in] -> [..., out] by a weight [out, in] that is at hand, perhaps a part of a larger one. */
export function linearBy(b: ModuleBuilder, x: Value, weight: Value, bias?: Value): Value {
  return b.call('linear', {}, bias ? [x, weight, bias] : [x, weight], (x, weight, bias) => {
    const y = b.dot(x, weight, { contract: [[x.shape.length - 1], [1]] })
    return bias ? b.add(y, bias) : y
  })
}

/** The body in a part of its own, or right here when the name is ''. */
export function partOrHere(b: ModuleBuilder, name: string, body: () => Value): Value {
  return name === '' ? body() : b.part(name, body)
}
