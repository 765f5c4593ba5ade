/**
 * FNet over patches of a picture: the encoder of a language model whose attention is a Fourier transform. The paper has text only;
 * patches, their positions and the head are the Vision Transformer's.
 *
 * Lee-Thorp et al. 2021, https://arxiv.org/abs/2105.03824
 */
import { type Document, type GraphBody, IN } from '../document/types'
import { differing } from './block'
import { type Preset, presetsOf, symmetricPixels } from './preset'
import { chain, design, group, module, Sketch } from './sketch'

interface FNetSizes {
  readonly dim: number
  readonly depth: number
}

function fnet(name: string, { dim, depth }: FNetSizes): Document {
  return design(
    name,
    chain(
      module('patch_embed', 'patchStem', differing({ dim }, { dim: 768 })),
      module('pos_embed', 'positionEmbedding'),
      module({ id: 'norm', key: 'embeddings.LayerNorm' }, 'layerNorm', { eps }),
      group('encoder.layer.0', depth, block()),
      module({ id: 'head', key: '', keys: { fc: 'head' } }, 'poolHead', { norm: 'noNorm' }),
    ),
  )
}

const eps = 1e-12

/** x ← LN(x + F(x)); x ← LN(x + MLP(x)). */
function block(): GraphBody {
  const sketch = new Sketch()
  const norm = (id: string, key: string) => module({ id, key }, 'layerNorm', { eps })
  const mixed = sketch.residual(IN, 'add1', [module('fourier', 'fourierMixing')])
  const normed = sketch.chain(mixed, norm('norm1', 'fourier.output.LayerNorm'))
  const mlp = module(
    { id: 'mlp', key: '', keys: { fc1: 'intermediate.dense', fc2: 'output.dense' } },
    'mlp',
    { act: 'geluTanh' },
  )
  const out = sketch.residual(normed, 'add2', [mlp])
  return sketch.body(sketch.chain(out, norm('norm2', 'output.LayerNorm')))
}

export const fnets: readonly Preset[] = presetsOf(
  {
    family: 'fnet',
    paper: {
      title: 'FNet: Mixing Tokens with Fourier Transforms',
      authors: 'Lee-Thorp et al.',
      year: 2021,
      url: 'https://arxiv.org/abs/2105.03824',
    },
    preprocessing: symmetricPixels(0.9),
  },
  fnet,
  [
    [
      'fnet_base_patch16_224',
      'FNet-B/16',
      { dim: 768, depth: 12 },
      'FNet’s encoder over patches: Fourier transforms in place of attention. The paper has text only.',
    ],
    [
      'fnet_large_patch16_224',
      'FNet-L/16',
      { dim: 1024, depth: 24 },
      'FNet-Large’s encoder over patches: twenty-four blocks. The paper has text only.',
    ],
  ],
)
