import { ShapeError } from '../../errors'
import { attention as attend } from '../../nn/attention'
import { batchNorm } from '../../nn/batchNorm'
import { conv2d } from '../../nn/conv2d'
import { autoInt, int, slot } from '../../schema/schema'
import { mapSizes, onMap } from '../layout'
import { defineModule } from '../module'

/**
 * One head of attention over a part of the channels; the others pass, and a projection mixes both:
 * Y = BN(σ([softmax(Q Kᵀ/√d) V, X₂]) Wₒ), Q, K, V of Norm(X₁).
 *
 * x [n, h, w, c] or tokens on a grid → the same shape. Yun, Ro 2024, SHViT, https://arxiv.org/abs/2401.16456
 */
export const singleHead = defineModule({
  id: 'singleHead',
  title: 'Single-head attention',
  shortTitle: 'One head',
  kind: 'mixer',
  summary: 'A single head reads for a fifth of the channels; the others wait for the projection.',
  formula: 'Y = σ([softmax(Q·Kᵀ/√d)·V, X₂])·Wₒ',
  paper: {
    title: 'SHViT: Single-Head Vision Transformer with Memory Efficient Macro Design',
    authors: 'Yun, Ro',
    year: 2024,
    url: 'https://arxiv.org/abs/2401.16456',
  },
  inputs: ['x'],
  attrs: {
    dim: autoInt({
      label: 'Attending channels',
      default: null,
      min: 1,
      max: 4096,
      auto: 'a fifth of the channels',
    }),
    keyDim: int({ label: 'Key width', help: 'Of queries and keys.', default: 16, min: 1, max: 512 }),
    norm: slot({
      label: 'Norm',
      help: 'Of the attending channels.',
      of: 'norm',
      default: { module: 'groupNorm', attrs: { groups: 1 } },
    }),
    act: slot({ label: 'Activation', help: 'Before the projection.', of: 'activation', default: 'relu' }),
  },
  pattern: (row, column) =>
    Math.min(
      1,
      Math.exp(-((row - 4) ** 2 + (column - 4) ** 2) / 4) +
        0.6 * Math.exp(-((row - 6) ** 2 + (column - 2) ** 2) / 2) +
        0.15,
    ),
  family: 'attention',
  subtitle: ({ dim, keyDim }, width) =>
    `${dim ?? (width === null ? 'a fifth' : fifth(width))}${width === null ? '' : ` of ${width}`}, keys of ${keyDim}`,
  build: (b, [x], { dim, keyDim, norm, act }) =>
    onMap(b, 'singleHead', x, (map) => {
      const { n, h, w, c } = mapSizes('singleHead', map)
      const reading = dim ?? fifth(c)
      if (reading > c) {
        throw new ShapeError(
          'ATTRIBUTE',
          `singleHead: ${reading} channels cannot attend, there are only ${c}; choose at most ${c}`,
          [{ what: 'attending channels', expected: `at most ${c}`, got: `${reading}` }],
        )
      }
      const taken = (from: number, size: number) =>
        b.slice(map, { start: [0, 0, 0, from], size: [n, h, w, size] })
      const projected = (name: string, y: typeof map, out: number) =>
        b.part(name, () =>
          batchNorm(b, conv2d(b, y, { name: 'c', out, kernel: 1, bias: false }), { name: 'bn', eps: 1e-5 }),
        )
      const qkv = projected('qkv', b.module(norm, 'pre_norm', taken(0, reading)), 2 * keyDim + reading)
      const part = (from: number, size: number) =>
        b.reshape(b.slice(qkv, { start: [0, 0, 0, from], size: [n, h, w, size] }), [n, h * w, 1, size])
      const [q, k, v] = [part(0, keyDim), part(keyDim, keyDim), part(2 * keyDim, reading)]
      const read = b.reshape(attend(b, q, k, v, keyDim ** -0.5), [n, h, w, reading])
      const both = reading === c ? read : b.concat([read, taken(reading, c - reading)], 3)
      return projected('proj.1', b.module(act, 'proj.0', both), c)
    }),
})

const fifth = (channels: number): number => Math.max(1, Math.floor(channels / 5))
