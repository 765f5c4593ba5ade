import type { Value } from '../../graph/graph'
import { fromWavelets, wavelets } from '../../nn/wavelet'
import { int } from '../../schema/schema'
import { complexMlp } from '../complexMlp'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'
import { windowPattern } from '../reading'

/**
 * Scattering: wavelets split the map into its coarse part and six orientations of edges. A learned map weighs the coarse part
 * place by place, a small MLP of complex numbers mixes the channels of the edges, and the inverse transform puts both together.
 *
 * x [n, h, w, c] → the same shape; an odd side is continued by its last row. Parameters h·w·c + 4·c²·2/blocks + 4c: tied to one size
 * of the map. MACs 192·h·w·c of the filters and 12·h·w·c²/blocks of the MLP.
 * Patro and Agneeswaran 2023, Scattering Vision Transformer, https://arxiv.org/abs/2311.01310
 */
export const scattering = defineModule({
  id: 'scattering',
  title: 'Wavelet scattering',
  shortTitle: 'Scattering',
  kind: 'mixer',
  summary:
    'Splits the map into a coarse part and oriented edges, weighs and mixes them, and puts them together.',
  formula: 'Y = W⁻¹(W_low(X) ⊙ M, MLP_ℂ(W_edges(X))),  W a dual-tree wavelet transform',
  paper: {
    title: 'Scattering Vision Transformer: Spectral Mixing Matters',
    authors: 'Patro and Agneeswaran',
    year: 2023,
    url: 'https://arxiv.org/abs/2311.01310',
  },
  inputs: ['x'],
  attrs: {
    blocks: int({
      label: 'Blocks',
      help: 'Groups of channels that the edges’ MLP mixes apart; must divide the channels.',
      default: 4,
      min: 1,
      max: 64,
    }),
  },
  // Wavelets reach far and fade fast.
  pattern: windowPattern(9, (distance) => Math.max(0.08, Math.cos((3 * Math.PI * distance) / 4) ** 2)),
  family: 'fixed',
  subtitle: ({ blocks }) => `6 orientations, ${blocks === 1 ? '1 block' : `${blocks} blocks`}`,
  build: (b, [x], { blocks }) =>
    onMap(b, 'scattering', x, (map) => {
      const { n, h, w, c } = mapSizes('scattering', map)
      const even = [1, 2].reduce((y, axis) => continued(b, y, axis), map)
      const [, rows = h, columns = w] = even.shape
      const { low, bands } = wavelets(b, even)
      const stored = b.weight('complex_weight_ll', [c, rows, columns], { init: { a: 0, b: 0.035 } })
      const weighed = b.mul(low, b.reshape(b.transpose(stored, [1, 2, 0]), [1, rows, columns, c]))
      const mixed = complexMlp(b, 'scattering', bands, {
        blocks,
        weights: ['complex_weight_lh_1', 'complex_weight_lh_2'],
        biases: ['complex_weight_lh_b1', 'complex_weight_lh_b2'],
      })
      const y = fromWavelets(b, { low: weighed, bands: mixed })
      return rows === h && columns === w ? y : b.slice(y, { start: [0, 0, 0, 0], size: [n, h, w, c] })
    }),
})

/** With its last row or column once more where their number is odd. */
function continued(b: Parameters<typeof wavelets>[0], x: Value, axis: number): Value {
  const size = x.shape[axis] ?? 1
  if (size % 2 === 0) return x
  const places = Array.from({ length: size + 1 }, (_, i) => Math.min(i, size - 1))
  return b.gather(x, b.constant(places, [size + 1]), { axis })
}
