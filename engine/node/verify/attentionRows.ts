/** Attention as the views compute it: every row from the record that a run keeps, put where the graph has it. */
import { attentionRow, type RowSource } from '../../analysis/attention/row'
import { elements, type Graph, type Shape } from '../../graph/graph'
import { contiguous } from '../../ops/strided'
import { contentsOf, rowsOf, type ValuesOf } from '../../worker/attentionLayers'
import { axesOf, countOf, type WeightAxes, type WeightAxis } from '../../worker/attentionLayout'
import type { AttentionMap } from '../../worker/attentionMaps'
import type { Tensor } from './compare'

/** All rows of a map, in the shape of its tap; null where it is too large to be kept. */
export function attentionTensor(graph: Graph, map: AttentionMap, valuesOf: ValuesOf): Tensor | null {
  const axes = axesOf(graph, map, contentsOf(graph, map, valuesOf))
  const source = rowsOf(graph, map, axes, valuesOf)
  const { shape } = graph.nodes[map.tap]
  return source.scores.kind === 'absent' ? null : { shape, data: laidAs(shape, axes, source) }
}

function laidAs(shape: Shape, axes: WeightAxes, source: RowSource): Float32Array {
  const data = new Float32Array(elements(shape))
  const strides = contiguous(shape)
  const offsets = (of: readonly WeightAxis[]) => offsetsOf(of, strides)
  const [windows, heads] = [offsets(axes.windows), offsets(axes.heads)]
  const [queries, keys] = [offsets(axes.queries), offsets(axes.keys)]
  for (const [window, fromWindow] of windows.entries()) {
    for (const [head, fromHead] of heads.entries()) {
      for (const [query, fromQuery] of queries.entries()) {
        const from = fromWindow + fromHead + fromQuery
        attentionRow(source, head, query, window).forEach((weight, key) => {
          data[from + (keys[key] ?? 0)] = weight
        })
      }
    }
  }
  return data
}

/** Where every index of these axes lies. */
function offsetsOf(axes: readonly WeightAxis[], strides: readonly number[]): readonly number[] {
  const indices = contiguous(axes.map(({ count }) => count))
  return Array.from({ length: countOf(axes) }, (_, at) =>
    axes.reduce(
      (offset, { axis, count }, i) => offset + (Math.floor(at / indices[i]) % count) * strides[axis],
      0,
    ),
  )
}
