/**
 * Our design for the reference model of a golden case, from the Python expression that built that model.
 * A class or an option that we do not have yet gives null: the case waits for it.
 */
import type { Document } from '../document/types'
import { findPreset, type Preset } from '.'
import * as byobnet from './golden/byobnet'
import * as convolutional from './golden/convolutional'
import { detection } from './golden/detection'
import * as distances from './golden/distances'
import * as hybrids from './golden/hybrids'
import * as metaformer from './golden/metaformer'
import * as mlps from './golden/mlps'
import * as multiscale from './golden/multiscale'
import * as beside from './golden/papers'
import * as pyramids from './golden/pyramids'
import { type Build, type GoldenModel, NotYet, Options, text } from './golden/reading'
import * as relative from './golden/relative'
import * as spectral from './golden/spectral'
import * as transformers from './golden/transformers'
import { parsePythonCall } from './pythonCall'

export type { GoldenModel } from './golden/reading'

/** `reference` of a golden case. */
export interface GoldenReference {
  readonly source: string
  readonly call: string
}

export function goldenModel({ source, call }: GoldenReference, size: number): GoldenModel | null {
  const reconstruction = metaformer.reconstructions.find(
    ({ says }) => call.startsWith('RECONSTRUCTION') && call.includes(says),
  )
  if (reconstruction) return { document: resized(reconstruction.document(), size), features: 'stages.0.17' }
  const worded = detection.find(({ says }) => call.includes(says))
  if (worded) return worded.model(size)
  const parsed = parsePythonCall(beside.plainCall(pyramids.plainCall(plainCall(call))))
  if (!parsed) return null
  const known = source.startsWith('timm') ? timm : papers
  const build = Object.hasOwn(known, parsed.name) ? known[parsed.name] : undefined
  const options = new Options(parsed)
  try {
    const model = build?.(options, size)
    return model && options.isUsedUp() ? model : null
  } catch (error) {
    if (error instanceof NotYet) return null
    throw error
  }
}

const presetOf = (id: string, size: number): GoldenModel | null => {
  const preset = findPreset(id)
  return preset ? { document: resized(preset.document, size), features: featuresOf(preset) } : null
}

const timm: { readonly [name: string]: Build } = {
  create_model: (options, size) => presetOf(options.argument(text), size),
  ...metaformer.timm,
  ...transformers.timm,
  ...mlps.timm,
  ...pyramids.timm,
  ...hybrids.timm,
  ...convolutional.timm,
  ...byobnet.timm,
  ...distances.timm,
  ...multiscale.timm,
  ...relative.timm,
}

const papers: { readonly [name: string]: Build } = {
  ...metaformer.papers,
  ...convolutional.papers,
  ...pyramids.papers,
  ...beside.papers,
  ...mlps.papers,
  ...spectral.papers,
  ...transformers.papers,
  ...Object.fromEntries(
    Object.entries({
      alexnet: 'alexnet',
      axial26s: 'axial26s',
      axial50s: 'axial50s',
      van_b0: 'van_b0',
      vip_s7: 'vip_s7',
      hornet_tiny_7x7: 'hornet_tiny_7x7',
      hornet_tiny_gf: 'hornet_tiny_gf',
      create_RepLKNet31B: 'replknet_31b',
      spach_xxs_patch16_224_attn: 'spach_xxs_patch16_224_attn',
      spach_ms_xxs_patch4_224_mlp: 'spach_ms_xxs_patch4_224_mlp',
      robust_resnet_down_inverted_dw_small: 'robust_resnet_down_inverted_dw_small',
      ...pyramids.presetCalls,
      ...transformers.presetCalls,
      ...beside.presetCalls,
      ...spectral.presetCalls,
    }).map(([name, id]): [string, Build] => [name, (_, size) => presetOf(id, size)]),
  ),
}

/** Without a remark in brackets, and words in place of what they describe. */
const plainCall = (call: string): string =>
  spectral.plainCall(
    convolutional.plainCall(call.replace(/^vig_pytorch /, '').replace(/\) \([^()]*\)$/, ')')),
  )

/** The last node before the head, by family: where timm's forward_features ends. */
function featuresOf({ family, document }: Preset): string {
  if (Object.hasOwn(features, family)) return features[family] ?? ''
  const nodes = document.graph.nodes
  return (
    (nodes.find(({ id }) => id === 'norm') ?? nodes.findLast(({ id }) => id.startsWith('stages.')))?.id ??
    'norm'
  )
}

const features: { readonly [family: string]: string } = {
  resnet: 'layer4',
  levit: 'stages.2',
  tiny_vit: 'stages.3',
  regnet: 's4',
  densenet: 'features',
  xception: 'act4',
  ghostnet: 'blocks.9',
  fastvit: 'final_conv',
  axial: 'layer4',
  byobnet: 'stages.3',
  efficientnet: 'act2',
  mobilenet: 'act2',
  metaformer: 'stages.3',
  convnext: 'stages.3',
  rmt: 'layers.3',
  hornet: 'stages.3',
  van: 'norm4',
  alexnet: 'features',
  vig: 'backbone.11',
  convmixer: 'blocks.19',
  coat: 'norm4',
  ...beside.features,
  ...spectral.features,
}

const resized = (document: Document, size: number): Document => ({
  ...document,
  input: { ...document.input, height: size, width: size },
})
