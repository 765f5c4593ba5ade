/**
 * The small picture of a mixer must not lie: it shows the positions that the mixer's result at row 4, column 4 depends
 * on, and no others. Found by disturbing one position after another, all in one batch.
 */
import { expect, test } from 'vitest'
import { fieldBox, receptiveField } from '../analysis/receptiveField'
import type { Shape } from '../graph/graph'
import { evaluate } from '../ops/evaluate'
import { randomValues } from '../ops/testing/randomGraph'
import { mixers } from './mixer'
import type { ModuleDefinition } from './module'
import { build } from './testing/build'

const side = 8
const channels = 32
const query = 4 * side + 4
/** Weights below this are not drawn as read. */
const least = 0.02

test.each(mixers.map((mixer) => [mixer.id, mixer] as const))('%s shows what it reads', (_, mixer) => {
  const shown = positions((row, column) => (mixer.pattern?.(row, column) ?? 0) > least)
  const { graph, output } = build(mixer, [[1, side, side, channels]])
  const field = receptiveField(graph, output.id)
  // What is chosen by the picture can be anywhere.
  if (graph.nodes.some(({ op }) => op === 'topK')) return expect(shown.size).toBe(side * side)
  const read = readBy(mixer)
  // Statistics that scale whole channels read everything; pictures may leave them out as receptive fields do.
  if ((field?.norm || field?.gate) && shown.size < read.size) {
    expect(read.size).toBe(side * side)
    return expect(boxOf(shown)).toEqual(fieldBox(graph, output.id, 4, 4)?.clipped)
  }
  expect(printed(shown)).toBe(printed(read))
})

function boxOf(set: ReadonlySet<number>) {
  const rows = [...set].map((index) => Math.floor(index / side))
  const columns = [...set].map((index) => index % side)
  return {
    top: Math.min(...rows),
    left: Math.min(...columns),
    bottom: Math.max(...rows) + 1,
    right: Math.max(...columns) + 1,
  }
}

/** Positions of the input that the query's result depends on. */
function readBy(mixer: ModuleDefinition): ReadonlySet<number> {
  const count = side * side
  const shape: Shape = [count + 1, side, side, channels]
  const { graph, output } = build(mixer, [shape])
  const still = randomValues('x', [count, channels])
  const noise = randomValues('noise', [count, channels])
  const x = new Float64Array((count + 1) * count * channels)
  for (let picture = 0; picture <= count; picture++) {
    x.set(still, picture * count * channels)
    // The last picture is as it was.
    for (let channel = 0; channel < channels && picture < count; channel++) {
      const at = picture * channels + channel
      x[picture * count * channels + at] = (still[at] ?? 0) + (noise[at] ?? 0)
    }
  }
  const y =
    evaluate(graph, {
      inputs: new Map([['x0', x]]),
      params: ({ attrs, shape }) => randomValues(attrs.name, shape, attrs),
    }).get(output.id) ?? new Float64Array()
  const width = output.shape.at(-1) ?? channels
  const at = (picture: number, channel: number) => y[(picture * count + query) * width + channel] ?? 0
  return positions((row, column) => {
    for (let channel = 0; channel < width; channel++) {
      if (Math.abs(at(row * side + column, channel) - at(count, channel)) > 1e-12) return true
    }
    return false
  })
}

function positions(isIn: (row: number, column: number) => boolean): ReadonlySet<number> {
  const found = new Set<number>()
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) if (isIn(row, column)) found.add(row * side + column)
  }
  return found
}

const printed = (set: ReadonlySet<number>): string =>
  Array.from({ length: side }, (_, row) =>
    Array.from({ length: side }, (_, column) => (set.has(row * side + column) ? '■' : '·')).join(' '),
  ).join('\n')
