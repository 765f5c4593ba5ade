import { autoInt, choice, flag, slot } from '../../schema/schema'
import { mapSizes } from '../layout'
import { defineModule } from '../module'
import { pointwise, weightsField } from '../pointwise'

/**
 * Four neighbours become one token of four times the channels, normalised and narrowed: y = LN([x₀₀, x₁₀, x₀₁, x₁₁])·W.
 *
 * x [n, h, w, c] → [n, ⌈h/2⌉, ⌈w/2⌉, dim]; odd maps are padded by zeros. Swin V2 narrows first and normalises then.
 * Liu et al. 2021, https://arxiv.org/abs/2103.14030
 */
export const patchMerging = defineModule({
  id: 'patchMerging',
  title: 'Patch merging',
  shortTitle: 'Merging',
  kind: 'downsample',
  summary: 'Joins each 2×2 neighbours into one token and narrows its four times wider channels.',
  formula: 'y = LN([x₀₀, x₁₀, x₀₁, x₁₁])·W',
  paper: {
    title: 'Swin Transformer: Hierarchical Vision Transformer using Shifted Windows',
    authors: 'Liu et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2103.14030',
  },
  inputs: ['x'],
  attrs: {
    dim: autoInt({ label: 'Channels', default: null, min: 1, max: 8192, auto: 'twice the input' }),
    norm: slot({ label: 'Norm', of: 'norm', default: { module: 'layerNorm', attrs: { eps: 1e-5 } } }),
    normOrder: choice({
      label: 'Norm comes',
      default: 'before',
      options: [
        { value: 'before', label: 'Before narrowing' },
        { value: 'after', label: 'After narrowing' },
      ],
    }),
    bias: flag({ label: 'Bias', default: false }),
    weights: weightsField(),
  },
  subtitle: ({ dim }, width) => `2×2 → ${dim ?? (width === null ? 'twice' : 2 * width)}`,
  build(b, [x], { dim, norm, normOrder, bias, weights }) {
    const { n, h, w, c } = mapSizes('patchMerging', x)
    const even = h % 2 || w % 2 ? b.pad(x, { low: [0, 0, 0, 0], high: [0, h % 2, w % 2, 0] }) : x
    const [rows, columns] = [Math.ceil(h / 2), Math.ceil(w / 2)]
    const cut = b.reshape(even, [n, rows, 2, columns, 2, c])
    const joined = b.reshape(b.transpose(cut, [0, 1, 3, 4, 2, 5]), [n, rows, columns, 4 * c])
    const normed = normOrder === 'before' ? b.module(norm, 'norm', joined) : joined
    const y = pointwise(b, normed, { name: 'reduction', out: dim ?? 2 * c, bias, weights })
    return normOrder === 'after' ? b.module(norm, 'norm', y) : y
  },
})
