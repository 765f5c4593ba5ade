/** timm's networks of blocks that a configuration names. */
import type { Attributes } from '../../schema/schema'
import { type ByobBlock, type ByobSizes, byobnet, type Mixer } from '../byobnet'
import { fastvit } from '../fastvit'
import { fused, inverted, mobileStyle, separable } from '../mobilevit'
import type { Python } from '../pythonCall'
import { type Build, count, flag, isSet, listed, lookUp, NotYet, Options, partial, text } from './reading'

export const timm: { readonly [name: string]: Build } = {
  ByobNet(options, size) {
    const sizes = options.argument(modelOf)
    options.take('img_size', count, size)
    const document = byobnet('ByobNet', { ...sizes, classes: options.take('num_classes', count, 1000), size })
    const features = document.graph.nodes.at(-2)
    return { features: features?.id ?? '', document }
  },

  FastVit(options, size) {
    const mixers = options.take('token_mixers', listed(text), [])
    const attending = mixers.filter((mixer) => mixer === 'attention').length
    const ratios = options.take('mlp_ratios', listed(count), [4])
    const positions = options.take('pos_embs', listed(positionsOf), [])
    if (positions.filter(Boolean).length !== attending) throw new NotYet()
    const document = fastvit('FastViT', {
      depths: options.take('layers', listed(count), [2, 2, 6, 2]),
      dims: options.take('embed_dims', listed(count), [64, 128, 256, 512]),
      mlpRatio: ratios[0] ?? 4,
      attending,
      classes: options.take('num_classes', count, 1000),
      size,
    })
    return { features: 'final_conv', document }
  },
}

/** Whether there is an encoding of positions, of 7×7 then. */
const positionsOf = (value: Python): boolean =>
  isSet(value) &&
  partial(['RepConditionalPosEnc'], (options) => {
    const shape = options.take('spatial_shape', listed(count), [7, 7])
    if (shape.some((side) => side !== 7)) throw new NotYet()
    return true
  })(value)

/** `ByoModelCfg(...)` and `ByoBlockCfg(...)`, which have to be read to the last word. */
function configured<T>(name: string, value: Python, read: (options: Options) => T): T {
  if (value.kind !== 'call' || value.name !== name) throw new NotYet()
  const options = new Options(value)
  const result = read(options)
  if (!options.isUsedUp()) throw new NotYet()
  return result
}

const modelOf = (value: Python): ByobSizes =>
  configured('ByoModelCfg', value, (options) => {
    const mixer = mixerOf(options)
    const pool = options.take('stem_pool', (given) => lookUp(pools, text(given)), 'max')
    // A map of fixed size only tells timm how large the tables are.
    options.take('fixed_input_size', flag, false)
    return {
      stages: options.take(
        'blocks',
        listed((block) => stageOf(block, mixer)),
        [],
      ),
      stemWidth: options.take('stem_chs', count, 32),
      stem: options.take('stem_type', (given) => lookUp(stems, text(given)), '3x3'),
      ...(pool === 'max' ? { stemPool: pool } : {}),
      ...options.take('downsample', (given) => lookUp({ '': mobileStyle }, text(given)), null),
      ...options.take('act_layer', (given) => ({ act: text(given) }), null),
      ...options.take('num_features', (given) => ({ features: count(given) }), null),
    }
  })

/** One block, or the two of a stage of MobileViT. */
function stageOf(value: Python, mixer: Mixer | null): readonly ByobBlock[] {
  if (value.kind === 'call' && Object.hasOwn(mobileStages, value.name))
    return configured(value.name, value, lookUp(mobileStages, value.name))
  return [blockOf(value, mixer)]
}

const mobileStages: { readonly [name: string]: (options: Options) => readonly ByobBlock[] } = {
  _inverted_residual_block: (options) => [invertedOf(options, 4)],
  _mobilevit_block(options) {
    const dim = options.take('transformer_dim', count, 0)
    const depth = options.take('transformer_depth', count, 0)
    if (options.take('patch_size', count, 4) !== 2) throw new NotYet()
    const before = invertedOf(options, 4)
    return [before, fused(before.width, dim, depth)]
  },
  _mobilevitv2_block(options) {
    const depth = options.take('transformer_depth', count, 0)
    const before = invertedOf(options, 2)
    return [before, separable(before.width, depth)]
  },
}

const invertedOf = (options: Options, ratio: number): ByobBlock =>
  inverted(
    options.take('c', count, 0),
    options.take('d', count, 1),
    options.take('s', count, 1),
    options.take('br', count, ratio),
  )

const blockOf = (value: Python, mixer: Mixer | null): ByobBlock =>
  configured('ByoBlockCfg', value, (options) => ({
    kind: options.take('type', (given) => lookUp(kinds, text(given)), 'basic'),
    repeat: options.take('d', count, 1),
    width: options.take('c', count, 0),
    stride: options.take('s', count, 2),
    groupWidth: options.take('gs', count, 0),
    ratio: options.take('br', count, 1),
    ...(mixer ? { mixer } : {}),
  }))

function mixerOf(options: Options): Mixer | null {
  const module = options.take('self_attn_layer', (given) => lookUp(mixers, text(given)), null)
  const attrs = options.take('self_attn_kwargs', (given) => configured('dict', given, attributesOf), {})
  return module && { module, attrs }
}

/** Attributes by our names; none that are our defaults. */
function attributesOf(options: Options): Attributes {
  const names = { num_heads: 'heads', block_size: 'blockSize', halo_size: 'haloSize', r: 'radius' }
  const usual = Number.NaN
  return Object.fromEntries(
    Object.entries(names).flatMap(([theirs, ours]) => {
      const isGiven = (given: Python) =>
        given.kind === 'value' && given.value === null ? null : count(given)
      const value = options.take<number | null>(theirs, isGiven, usual)
      return Number.isNaN(value) ? [] : [[ours, value]]
    }),
  )
}

const kinds: { readonly [name: string]: ByobBlock['kind'] } = {
  basic: 'basic',
  bottle: 'bottle',
  dark: 'dark',
  edge: 'edge',
  rep: 'rep',
  one: 'one',
  self_attn: 'mixer',
}
const mixers: { readonly [name: string]: Mixer['module'] } = {
  bottleneck: 'bottleneckAttention',
  halo: 'haloAttention',
  lambda: 'lambdaLayer',
}
const stems: { readonly [name: string]: NonNullable<ByobSizes['stem']> } = {
  tiered: 'tiered',
  deep: 'deep',
  rep: 'rep',
  one: 'one',
  '3x3': '3x3',
}
const pools: { readonly [name: string]: 'max' | 'none' } = { '': 'none', maxpool: 'max' }
