import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byDagre } from './dagre'
import { inColumns } from './layers'

const drawings = fc
  .record({
    sizes: fc.array(fc.tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 200 })), {
      minLength: 1,
      maxLength: 12,
    }),
    wires: fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 20 }),
  })
  .map(({ sizes, wires }) => ({
    nodes: sizes.map(([width, height], index) => ({ id: String(index), width, height })),
    edges: wires
      .filter(([from, to]) => from < to && to < sizes.length)
      .map(([from, to]) => ({ from: String(from), to: String(to) })),
  }))

test.each([
  ['in columns', inColumns],
  ['by dagre', byDagre],
])('%s, edges lead to the right and nodes lie apart', (_, arrange) => {
  fc.assert(
    fc.property(drawings, ({ nodes, edges }) => {
      const centres = arrange(nodes, edges, 40)
      const box = (id: string) => {
        const { x, y } = centres.get(id) ?? { x: Number.NaN, y: Number.NaN }
        const { width, height } = nodes[Number(id)] ?? { width: 0, height: 0 }
        return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 }
      }
      for (const { from, to } of edges) expect(box(to).left).toBeGreaterThan(box(from).right)
      for (const { id } of nodes) {
        for (const { id: other } of nodes.slice(Number(id) + 1)) {
          const [a, b] = [box(id), box(other)]
          const isApart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top
          expect(isApart).toBe(true)
        }
      }
    }),
    { numRuns: 60 },
  )
})

test('a loop among the wires does no harm', () => {
  const nodes = ['a', 'b', 'c'].map((id) => ({ id, width: 10, height: 10 }))
  const edges = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'c' },
    { from: 'c', to: 'b' },
  ]
  expect([...inColumns(nodes, edges, 10).keys()].sort()).toEqual(['a', 'b', 'c'])
})
