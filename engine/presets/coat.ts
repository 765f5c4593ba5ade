/**
 * CoaT: four stages of factorised attention, each with a class token of its own and one convolution for the positions of
 * all its blocks. CoaT (not Lite) goes on with blocks in which the last three scales read each other.
 *
 * Xu et al. 2021, https://arxiv.org/abs/2104.06399
 */
import { type Document, type DocumentNode, IN } from '../document/types'
import { differing, preNormBlock } from './block'
import { imagenetPixels, type Preset, presetsOf } from './preset'
import { design, group, module, Sketch } from './sketch'

type Four = readonly [number, number, number, number]

export interface CoatSizes {
  readonly dims: Four
  readonly depths: Four
  readonly mlpRatios?: Four
  readonly heads?: number
  /** Blocks across scales; none in CoaT-Lite. */
  readonly parallel?: number
  readonly classes?: number
  readonly size?: number
}

const scales = [0, 1, 2, 3] as const
/** What reads each other in blocks across scales: the last three. */
const coarse = [1, 2, 3] as const

export function coat(name: string, sizes: CoatSizes): Document {
  const {
    dims,
    depths,
    mlpRatios = [4, 4, 4, 4],
    heads = 8,
    parallel = 0,
    classes = 1000,
    size = 224,
  } = sizes
  const sketch = new Sketch()
  let before: string = IN
  const streams = scales.map((scale) => {
    const number = scale + 1
    const embed = module(`patch_embed${number}`, 'patchStem', {
      ...differing({ dim: dims[scale] }, { dim: 768 }),
      patchSize: scale === 0 ? 4 : 2,
      norm: { module: 'layerNorm', attrs: { eps: 1e-5 } },
    })
    const block = preNormBlock({
      first: [positions('cpe', number)],
      mixer: attention('factoratt_crpe', number, heads),
      mlp: module('mlp', 'mlp', differing({ mlpRatio: mlpRatios[scale] }, { mlpRatio: 4 })),
    })
    before = sketch.chain(
      before,
      ...(scale === 0 ? [] : [module(`to_map${number}`, 'toMap')]),
      embed,
      module(`cls_token${number}`, 'classToken'),
      group({ id: `serial_blocks${number}.0`, title: `Stage ${number}` }, depths[scale], block),
    )
    return before
  })
  let read: readonly string[] = streams
  for (let index = 0; index < parallel; index++)
    read = acrossScales(sketch, `parallel_blocks.${index}`, read, { heads, mlpRatio: mlpRatios[1] })
  const attrs = differing({ classes }, { classes: 1000 })
  const normed = (scale: number) => sketch.chain(read[scale] ?? IN, module(`norm${scale + 1}`, 'layerNorm'))
  if (parallel === 0) {
    const lite = sketch.chain(normed(3), module('head', 'classTokenHead', attrs))
    return design(name, sketch.body(lite), size)
  }
  const head = module({ id: 'head', key: '' }, 'branchHead', { ...attrs, combine: 'tokens' })
  return design(name, sketch.body(sketch.join(head, ...coarse.map(normed))), size)
}

/** All blocks of a stage, and those across scales, share its convolutions. */
const positions = (id: string, number: number): DocumentNode =>
  module({ id, keys: { '': `/cpe${number}` } }, 'conditionalPosition')
const attention = (id: string, number: number, heads: number): DocumentNode =>
  module({ id, keys: { crpe: `/crpe${number}` } }, 'factorisedAttention', { heads })

/** Every scale attends by itself; what it read is resized and added to the other two. One MLP serves all. */
function acrossScales(
  sketch: Sketch,
  block: string,
  streams: readonly string[],
  { heads, mlpRatio }: { heads: number; mlpRatio: number },
): readonly string[] {
  const named = (part: string) => `${block}.${part}`
  const x = streams.map((stream, scale) =>
    scale === 0 ? stream : sketch.chain(stream, positions(named(`cpe${scale + 1}`), scale + 1)),
  )
  const read = x.map((stream, scale) => {
    const number = scale + 1
    if (scale === 0) return stream
    const normed = module(named(`norm1${number}`), 'layerNorm')
    return sketch.chain(stream, normed, attention(named(`factoratt_crpe${number}`), number, heads))
  })
  const resized = (from: number, to: number): string => {
    const factor = 2 ** (from - to)
    const id = named(`resize${from + 1}_${to + 1}`)
    return sketch.chain(read[from] ?? IN, module(id, 'resize', differing({ factor }, { factor: 2 })))
  }
  return x.map((stream, scale) => {
    if (scale === 0) return stream
    const number = scale + 1
    const others = coarse.filter((other) => other !== scale).sort((a, b) => order(scale, a) - order(scale, b))
    const gathered = sketch.join(
      module(named(`gather${number}`), 'add'),
      read[scale] ?? IN,
      ...others.map((other) => resized(other, scale)),
    )
    const mixed = sketch.join(module(named(`add1${number}`), 'add'), stream, gathered)
    const mlp = module(
      { id: named(`mlp${number}`), ...(scale === 1 ? {} : { keys: { '': `/${named('mlp2')}` } }) },
      'mlp',
      differing({ mlpRatio }, { mlpRatio: 4 }),
    )
    return sketch.residual(mixed, named(`add2${number}`), [module(named(`norm2${number}`), 'layerNorm'), mlp])
  })
}

/** Finer scales are added last, as the reference does. */
const order = (scale: number, other: number): number => (other > scale ? other : other + 10)

// --- the models --------------------------------------------------------------------------------------------------

const lite = { mlpRatios: [8, 8, 4, 4] } as const
const even: Four = [2, 2, 2, 2]
const medium = { dims: [128, 256, 320, 512], depths: [3, 6, 10, 8] } as const

export const coats: readonly Preset[] = presetsOf(
  {
    family: 'coat',
    paper: {
      title: 'Co-Scale Conv-Attentional Image Transformers',
      authors: 'Xu et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2104.06399',
    },
    preprocessing: imagenetPixels(0.9),
  },
  coat,
  [
    [
      'coat_tiny',
      'CoaT-Tiny',
      { dims: [152, 152, 152, 152], depths: even, parallel: 6 },
      'Four scales one after the other, then six blocks in which three of them read each other.',
    ],
    [
      'coat_mini',
      'CoaT-Mini',
      { dims: [152, 216, 216, 216], depths: even, parallel: 6 },
      'Three scales of 216 channels.',
    ],
    [
      'coat_small',
      'CoaT-Small',
      { dims: [152, 320, 320, 320], depths: even, parallel: 6 },
      'Three scales of 320 channels.',
    ],
    [
      'coat_lite_tiny',
      'CoaT-Lite Tiny',
      { dims: [64, 128, 256, 320], depths: even, ...lite },
      'Four stages of factorised attention: global, at a cost linear in the tokens.',
    ],
    [
      'coat_lite_mini',
      'CoaT-Lite Mini',
      { dims: [64, 128, 320, 512], depths: even, ...lite },
      'Wider last stages.',
    ],
    [
      'coat_lite_small',
      'CoaT-Lite Small',
      { dims: [64, 128, 320, 512], depths: [3, 4, 6, 3], ...lite },
      'Sixteen blocks.',
    ],
    ['coat_lite_medium', 'CoaT-Lite Medium', medium, 'Twenty-seven blocks.'],
    [
      'coat_lite_medium_384',
      'CoaT-Lite Medium 384',
      { ...medium, size: 384 },
      'The same on larger pictures.',
      { preprocessing: imagenetPixels(1) },
    ],
  ],
)
