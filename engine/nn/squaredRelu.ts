import type { Value } from '../graph/graph'
import type { Builder } from '../ops/builder'
import { partOrHere } from './linear'
import type { ModuleBuilder } from './moduleBuilder'

/** relu(x)². So et al. 2021, Primer, https://arxiv.org/abs/2109.08668 */
export function squaredRelu(b: Builder, x: Value): Value {
  return b.square(b.relu(x))
}

/**
 * scale · relu(x)² + bias with one learned scale and one learned bias, which keep mean 0 and variance 1 of a normal input.
 * Yu et al. 2022, MetaFormer Baselines, section 3.2, https://arxiv.org/abs/2210.13452
 */
export function starRelu(b: ModuleBuilder, x: Value, { name = '' }: { readonly name?: string } = {}): Value {
  return partOrHere(b, name, () => {
    const scale = b.weight('scale', [1], { init: { a: 0.8944, b: 0 } })
    const bias = b.weight('bias', [1], { init: { a: -0.4472, b: 0 } })
    return b.add(b.mul(squaredRelu(b, x), scale), bias)
  })
}
