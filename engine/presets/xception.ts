/**
 * Xception: convolutions per channel, then per position, and shortcuts around every two or three of them.
 *
 * Chollet 2016, https://arxiv.org/abs/1610.02357
 */
import { type Document, type DocumentNode, type GraphBody, IN } from '../document/types'
import type { Attributes } from '../schema/schema'
import { type Preset, presetsOf, symmetricPixels } from './preset'
import { chain, design, group, instance, module, Sketch } from './sketch'

interface XceptionSizes {
  readonly classes?: number
  readonly size?: number
}

function xception(name: string, { classes = 1000, size = 299 }: XceptionSizes): Document {
  const entry = [128, 256, 728].map((dim, index) =>
    group(`block${index + 1}`, 1, block({ widths: [dim, dim], strides: true, startsActive: index > 0 })),
  )
  // The reference numbers its blocks on from 4, which a repeated group cannot: they share a definition instead.
  const middle = Array.from({ length: 8 }, (_, index) => instance(`block${index + 4}`, 'middle'))
  const exit = group('block12', 1, block({ widths: [null, 1024], strides: true }))
  const ending = [1536, 2048].flatMap((dim, index) => [
    ...separable(`conv${index + 3}`, dim),
    module(`bn${index + 3}`, 'batchNorm'),
    module(`act${index + 3}`, 'relu'),
  ])
  const head = module({ id: 'head', key: '' }, 'poolHead', {
    ...(classes === 1000 ? {} : { classes }),
    norm: 'noNorm',
  })
  const begin = [...unit(1, { dim: 32, stride: 2, padding: 0 }), ...unit(2, { dim: 64, padding: 0 })]
  const document = design(name, chain(...begin, ...entry, ...middle, exit, ...ending, head), size)
  return { ...document, definitions: { middle: block({ widths: [null, null, null] }) } }
}

const unit = (number: number, attrs: Attributes) => [
  convolution(`conv${number}`, attrs),
  module(`bn${number}`, 'batchNorm'),
  module(`act${number}`, 'relu'),
]

/** Per channel, then per position; without a width it keeps its own. */
const separable = (id: string, dim: number | null): DocumentNode[] => [
  convolution(`${id}.conv1`, { groups: null }),
  convolution(`${id}.pointwise`, { ...(dim === null ? {} : { dim }), kernelSize: 1 }),
]

interface Block {
  readonly widths: readonly (number | null)[]
  readonly strides?: boolean
  readonly startsActive?: boolean
}

function block({ widths, strides = false, startsActive = true }: Block): GraphBody {
  const steps = widths.flatMap((dim, index) => [
    ...(index > 0 || startsActive ? [(id: string) => [module(id, 'relu')]] : []),
    (id: string) => separable(id, dim),
    (id: string) => [module(id, 'batchNorm')],
  ])
  const branch = [
    ...steps.flatMap((step, index) => step(`rep.${index}`)),
    ...(strides ? [module(`rep.${steps.length}`, 'maxPool', { kernelSize: 3 })] : []),
  ]
  const out = widths.at(-1) ?? null
  const shortcut =
    out === null
      ? []
      : [convolution('skip', { dim: out, kernelSize: 1, stride: 2 }), module('skipbn', 'batchNorm')]
  const sketch = new Sketch()
  return sketch.body(sketch.residual(IN, 'add', branch, shortcut))
}

const convolution = (id: string, attrs: Attributes) => module(id, 'convolution', { ...attrs, bias: false })

export const xceptions: readonly Preset[] = presetsOf(
  {
    family: 'xception',
    paper: {
      title: 'Xception: Deep Learning with Depthwise Separable Convolutions',
      authors: 'Chollet',
      year: 2016,
      url: 'https://arxiv.org/abs/1610.02357',
    },
    preprocessing: symmetricPixels(0.897),
  },
  xception,
  [
    [
      'legacy_xception',
      'Xception',
      {},
      'Every convolution is split into one per channel and one per position.',
    ],
  ],
)
