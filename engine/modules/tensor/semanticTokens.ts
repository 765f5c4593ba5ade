import type { Value } from '../../graph/graph'
import { attention as attend } from '../../nn/attention'
import { layerNorm } from '../../nn/layerNorm'
import { linear } from '../../nn/linear'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { averagePool } from '../../nn/pool'
import { resize } from '../../nn/resample'
import { softmax } from '../../nn/softmax'
import { int } from '../../schema/schema'
import { channelsOf, mapSizes, onGrid, tokenSizes } from '../layout'
import { defineModule } from '../module'

/**
 * A few tokens that stand for the whole picture: learned queries ask a pooled copy of the map, and a gate per channel weighs the
 * answers against the pooled map itself.
 *
 * x [n, h, w, c] or tokens on a grid → [n, (h/p)·(w/p), c]. Parameters 64c + 6c² + 8c. The 8 × 8 queries are resized (bicubic)
 * where the pooled map has another size.
 * Yao et al. 2022, Dual Vision Transformer, https://arxiv.org/abs/2207.04976
 */
export const semanticTokens = defineModule({
  id: 'semanticTokens',
  title: 'Semantic tokens',
  shortTitle: 'Semantics',
  kind: 'tensor',
  summary: 'Condenses the map into a few tokens by learned questions to a pooled copy of it.',
  formula: 'S = LN(g₁·softmax(Q·Kᵀ/√c)·V + g₂·P),  P = AvgPool(X)',
  paper: {
    title: 'Dual Vision Transformer',
    authors: 'Yao et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2207.04976',
  },
  inputs: ['x'],
  attrs: {
    poolSize: int({
      label: 'Pooling',
      help: 'Side of the cells of the pooled map.',
      default: 7,
      min: 1,
      max: 64,
    }),
  },
  subtitle: ({ poolSize }) => `one per ${poolSize}×${poolSize}`,
  build(b, [x], { poolSize }) {
    const map = onGrid(b, 'semanticTokens', x)
    const kernel = Math.min(poolSize, map.shape[1] ?? 1, map.shape[2] ?? 1)
    const pooled = averagePool(b, map, { kernel, stride: kernel, padding: 0, countIncludePad: true })
    const { n, h, w, c } = mapSizes('semanticTokens', pooled)
    const places = b.reshape(pooled, [n, h * w, c])
    const kv = linear(b, places, { name: 'kv', out: 2 * c, bias: true })
    const half = (start: number) =>
      b.reshape(b.slice(kv, { start: [0, 0, start], size: [n, h * w, c] }), [n, h * w, 1, c])
    const q = b.broadcast(b.reshape(questions(b, h, w, c), [1, h * w, 1, c]), [n, h * w, 1, c])
    const answers = b.reshape(attend(b, q, half(0), half(c), c ** -0.5), [n, h * w, c])
    // They stand for the whole picture and lie nowhere, so they leave without the grid that they were pooled on.
    const loose = b.reshape(b.reshape(gated(b, answers, places), [n * h * w, c]), [n, h * w, c])
    return layerNorm(b, loose, { name: 'proxy_ln', eps: 1e-5 })
  },
})

const side = 8

/** [h·w, c]: learned for 8 × 8 places. */
function questions(b: ModuleBuilder, h: number, w: number, c: number): Value {
  const learned = b.weight('q', [side * side, c], { init: { a: 0, b: 0.035 } })
  const laid = b.reshape(learned, [1, side, side, c])
  const asked =
    h * w === side * side
      ? learned
      : b.reshape(resize(b, laid, { height: h, width: w, mode: 'bicubic' }), [h * w, c])
  return b.part('q_embed', () =>
    linear(b, layerNorm(b, asked, { name: '0', eps: 1e-5 }), { name: '1', out: c, bias: true }),
  )
}

/** g₁·a + g₂·p, where both gates of a channel follow from the mean of a + p and sum up to 1. */
function gated(b: ModuleBuilder, answers: Value, places: Value): Value {
  const { n } = tokenSizes('semanticTokens', answers)
  const c = channelsOf(answers)
  const mean = b.reshape(b.mean(b.add(answers, places), [1]), [n, c])
  const scores = b.part('se', () => {
    const hidden = b.relu(linear(b, mean, { name: '0', out: c, bias: true }))
    return b.reshape(linear(b, hidden, { name: '2', out: 2 * c, bias: true }), [n, 2, c])
  })
  const gates = b.tap('attention', b.transpose(softmax(b, b.transpose(scores, [0, 2, 1])), [0, 2, 1]))
  const gate = (index: 0 | 1) => b.slice(gates, { start: [0, index, 0], size: [n, 1, c] })
  return b.add(b.mul(answers, gate(0)), b.mul(places, gate(1)))
}
