import { expect, test } from 'vitest'
import { areClose, slopes } from '../autodiff/testing/differences'
import type { Graph } from '../graph/graph'
import type { Attributes } from '../schema/schema'
import { modules } from '.'
import { mixers } from './mixer'
import type { ModuleDefinition } from './module'
import { build } from './testing/build'
import { testedAt } from './testing/shapes'

test.each(modules.map((module) => [module.id, module] as const))(
  '%s: reverse mode equals finite differences',
  (id, module) => {
    const { from, attrs } = testedAt(id)
    expectGradients(build(module, from, { ...narrow(module), ...attrs }).graph)
  },
)

test.each(mixers.map((mixer) => [mixer.id, mixer] as const))(
  '%s behind a class token: reverse mode equals finite differences',
  (_, mixer) => {
    const grid = { height: 6, width: 6, prefix: 1 }
    expectGradients(build(mixer, [[1, 37, 32]], {}, grid).graph)
  },
)

/** A width of hundreds takes its time and shows nothing more. */
function narrow({ attrs: { dim } }: ModuleDefinition): Attributes {
  return dim?.kind === 'int' && Number(dim.default) > 32 ? { dim: 32 } : {}
}

/** By every input and every weight, where the module is smooth. */
function expectGradients(graph: Graph): void {
  const found = slopes(graph) ?? []
  expect(found.length).toBeGreaterThan(0)
  const wrong = found.filter(({ analytic, numeric }) => !areClose(analytic, numeric))
  expect(wrong).toEqual([])
}
