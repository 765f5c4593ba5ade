import type { Value } from '../graph/graph'
import { linear } from '../nn/linear'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import { softmax } from '../nn/softmax'
import { globalAverage } from './globalPooling'
import { mapSizes } from './layout'

/**
 * Branches summed with weights per channel that the mean of their sum decides: a softmax over the branches.
 * ResNeSt, Zhang et al. 2020, https://arxiv.org/abs/2004.08955; in MLPs: Hou et al. 2021, https://arxiv.org/abs/2106.12368
 */
export function splitAttention(b: ModuleBuilder, branches: readonly [Value, ...Value[]]): Value {
  const { n, c } = mapSizes('splitAttention', branches[0])
  const count = branches.length
  const sum = (terms: readonly Value[]) => terms.reduce((total, term) => b.add(total, term))
  const weights = b.part('reweight', () => {
    const mean = globalAverage(b, 'splitAttention', sum(branches))
    const hidden = linear(b, mean, { name: 'fc1', out: Math.max(1, Math.floor(c / 4)), bias: true })
    const active = b.part('act', () => b.gelu(hidden))
    return b.reshape(linear(b, active, { name: 'fc2', out: count * c, bias: true }), [n, c, count])
  })
  const shares = b.tap('attention', b.transpose(softmax(b, weights), [2, 0, 1]))
  return sum(
    branches.map((branch, index) => {
      const share = b.slice(shares, { start: [index, 0, 0], size: [1, n, c] })
      return b.mul(branch, b.reshape(share, [n, 1, 1, c]))
    }),
  )
}
