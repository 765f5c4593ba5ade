import { expect, test } from 'vitest'
import { dotProducts } from '../autodiff/testing/dotProducts'
import { randomBindings } from '../ops/testing/randomGraph'
import { modules } from '.'
import { build } from './testing/build'
import { testedAt } from './testing/shapes'

test.each(modules.map((module) => [module.id, module] as const))(
  '%s: <J v, u> = <v, Jᵀ u> by every input',
  (id, module) => {
    const { from, attrs } = testedAt(id)
    const narrow =
      module.attrs.dim?.kind === 'int' && Number(module.attrs.dim.default) > 32 ? { dim: 32 } : {}
    const { graph } = build(module, from, { ...narrow, ...attrs })
    const bindings = randomBindings(graph)
    let slope = 0
    for (const input of graph.nodes.filter(({ op }) => op === 'input')) {
      const { forward, backward, size } = dotProducts(graph, input.id, bindings)
      expect(Math.abs(forward - backward)).toBeLessThanOrEqual(1e-10 * size)
      slope += Math.abs(forward)
    }
    // Some inputs are there for their size alone, but not all of them.
    expect(slope).toBeGreaterThan(0)
  },
)
