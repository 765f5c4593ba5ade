/** MLP-Mixer: an MLP over positions and an MLP over channels, in turn. Tolstikhin et al. 2021, https://arxiv.org/abs/2105.01601 */
import { type Document, type GraphBody, IN } from '../document/types'
import { type Preset, symmetricPixels } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

export interface MlpMixerSizes {
  readonly dim: number
  readonly depth: number
  readonly patch?: number
  readonly classes?: number
  readonly size?: number
}

export function mlpMixer(
  name: string,
  { dim, depth, patch = 16, classes = 1000, size = 224 }: MlpMixerSizes,
): Document {
  const stem = module('stem', 'patchStem', { dim, ...(patch === 16 ? {} : { patchSize: patch }) })
  const head = module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', {
    ...(classes === 1000 ? {} : { classes }),
    normOrder: 'before',
  })
  return design(name, chain(stem, group('blocks.0', depth, block()), head), size)
}

function block(): GraphBody {
  const sketch = new Sketch()
  const mixed = sketch.residual(IN, 'add1', [
    module('norm1', 'layerNorm'),
    module('mlp_tokens', 'spatialMlp'),
  ])
  return sketch.body(
    sketch.residual(mixed, 'add2', [module('norm2', 'layerNorm'), module('mlp_channels', 'mlp')]),
  )
}

export const mlpMixers: readonly Preset[] = [
  {
    id: 'mixer_s16_224',
    title: 'Mixer-S/16',
    family: 'mlp_mixer',
    summary: 'Neither convolution nor attention: learned weights between positions.',
    paper: {
      title: 'MLP-Mixer: An all-MLP Architecture for Vision',
      authors: 'Tolstikhin et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2105.01601',
    },
    document: mlpMixer('Mixer-S/16', { dim: 512, depth: 8 }),
    published: null,
    preprocessing: symmetricPixels(0.875),
  },
]
