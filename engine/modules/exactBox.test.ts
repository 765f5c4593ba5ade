/**
 * What every module reads, element by element of its result, against brute force. Not a number shows wherever it is read; only
 * a factor of zero reads nothing of it, and choices (the largest ones, comparisons) take no notice: there large numbers decide.
 */
import { expect, test } from 'vitest'
import { type Box, exactBox } from '../analysis/receptiveField'
import { disturbedBoxes } from '../analysis/testing/disturbed'
import type { Shape } from '../graph/graph'
import { contiguous } from '../ops/strided'
import { modules } from '.'
import type { ModuleDefinition } from './module'
import { build } from './testing/build'
import { testedAt } from './testing/shapes'

test.each(modules.map((module) => [module.id, module] as const))(
  '%s reads its exact boxes',
  (_, module) => {
    const { graph, output } = networkOf(module, 1)
    const strides = contiguous(output.shape)
    const isChoice = graph.nodes.some(({ op }) => op === 'topK')
    const touched = isChoice ? null : disturbedBoxes((batch) => networkOf(module, batch))
    let changed: (Box | null)[] | null = null
    const count = strides[0] ?? 1
    for (let place = 0; place < count; place++) {
      const index = output.shape.map((size, axis) => Math.floor(place / strides[axis]) % size)
      const box = exactBox(graph, output.id, index)
      const most = touched?.[place] ?? null
      if (touched && isSame(box, most)) continue
      changed ??= disturbedBoxes(
        (batch) => networkOf(module, batch),
        (value) => value * 50 + 3,
      )
      const least = changed[place] ?? null
      // A choice could have been another one.
      if (isChoice) expect({ index, box, hull: hull(box, least) }).toEqual({ index, box, hull: box })
      else expect({ index, box, most }).toEqual({ index, box: least, most })
    }
  },
  120_000,
)

/** At the sizes of the other tests; tokens without a grid are a row. */
function networkOf(module: ModuleDefinition, batch: number) {
  const { from, attrs } = testedAt(module.id)
  const shapes: Shape[] = from.map((shape) => [batch, ...shape.slice(1)])
  return build(module, shapes, attrs)
}

const isSame = (a: Box | null, b: Box | null) => JSON.stringify(a) === JSON.stringify(b)

function hull(a: Box | null, b: Box | null): Box | null {
  if (!a || !b) return a ?? b
  return {
    top: Math.min(a.top, b.top),
    left: Math.min(a.left, b.left),
    bottom: Math.max(a.bottom, b.bottom),
    right: Math.max(a.right, b.right),
  }
}
