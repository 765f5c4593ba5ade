import { test } from 'vitest'
import { placeAt } from '../analysis/attention/places'
import { modules } from '../modules'
import { build } from '../modules/testing/build'
import { testedAt } from '../modules/testing/shapes'
import { evaluate } from '../ops/evaluate'
import { proceduralWeights } from '../weights/procedural'
import { attentionLayer, attentionPlan, keptNodes } from './attentionLayers'

test('explore', () => {
  for (const module of modules) {
    const { from: shapes, attrs } = testedAt(module.id)

    if (shapes.length === 0) continue
    const { graph, output } = build(module, shapes, attrs)
    const design = {
      graph,
      scopes: new Map([['x', graph.scopes.find(({ path }) => path === 'x')?.id ?? 0]]),
      isLive: graph.nodes.map(() => true),
    }
    const { maps } = attentionPlan(design, 'all')
    if (maps.length === 0) continue
    const inputs = new Map(
      graph.nodes.flatMap((node) =>
        node.op === 'input'
          ? [
              [
                node.attrs.name,
                Float64Array.from({ length: node.shape.reduce((a, b) => a * b) }, (_, i) =>
                  Math.sin(i * 12.9898 + 3),
                ),
              ] as const,
            ]
          : [],
      ),
    )
    const values = evaluate(
      graph,
      { inputs, params: ({ attrs, shape }) => proceduralWeights(attrs.name, shape, attrs) },
      [...keptNodes(graph, maps), output.id],
    )
    for (const map of maps) {
      const start = performance.now()
      const layer = attentionLayer(graph, map, (node) => Float32Array.from(values.get(node) ?? []))
      const ms = performance.now() - start
      const place = (places: typeof layer.queryPlaces, w: number, t: number) => {
        const p = placeAt(places, w, t)
        return p.kind === 'tokens'
          ? `[${[...p.tokens].slice(0, 6)}${p.tokens.length > 6 ? `…${p.tokens.length}` : ''}]@${p.centre}`
          : p.kind
      }
      const w = layer.windows - 1
      console.log(
        `${module.id} <${layer.name}> ${layer.kind} tap ${graph.nodes[map.tap]?.shape.join('x')} W${layer.windows} h${layer.heads} q${layer.queries} k${layer.keys} ${layer.scores.kind} follows ${layer.followsMap} Q${JSON.stringify(Object.values(layer.queryPlaces.map))}: ${[
          [0, 0],
          [0, 1],
          [w, layer.queries - 1],
        ]
          .map(([a = 0, c = 0]) => place(layer.queryPlaces, a, c))
          .join(' ')} K${JSON.stringify(Object.values(layer.keyPlaces.map))}: ${[
          [0, 0],
          [0, 1],
          [w, layer.keys - 1],
        ]
          .map(([a = 0, c = 0]) => place(layer.keyPlaces, a, c))
          .join(' ')} ${ms.toFixed(0)} ms`,
      )
    }
  }
}, 200000)
