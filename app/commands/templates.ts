/** Blocks to drag in whole, cut out of the presets that made them known. */
import { copyNodes, EditError, type Fragment, findNode, setRepeat } from '../../engine/index'
import { knownPresets } from '../state/catalogue'
import { pathOf } from '../state/paths'

export interface BlockTemplate {
  readonly id: string
  readonly title: string
  readonly summary: string
  fragment(): Fragment
}

/** The group at `path` of a preset, once. */
function fromPreset(id: string, title: string, summary: string, preset: string, path: string): BlockTemplate {
  return {
    id,
    title,
    summary,
    fragment: () => {
      const design = knownPresets().find((known) => known.id === preset)?.document
      if (!design) throw new EditError(`The ${title} block is not here yet; try again in a moment.`)
      if (!findNode(design, pathOf(path))) throw new Error(`internal: ${preset} has no ${path}`)
      return copyNodes(setRepeat(design, pathOf(path), 1), [pathOf(path)])
    },
  }
}

export const templates: readonly BlockTemplate[] = [
  fromPreset(
    'metaformer',
    'MetaFormer',
    'Norm, mixer, add; norm, MLP, add, with residual scales',
    'caformer_s18',
    'stages.2/blocks.0',
  ),
  fromPreset(
    'transformer',
    'Transformer',
    'Norm, attention, add; norm, MLP, add',
    'vit_small_patch16_224',
    'blocks.0',
  ),
  fromPreset(
    'poolformer',
    'PoolFormer',
    'The MetaFormer block with average pooling',
    'poolformer_s12',
    'stages.2/blocks.0',
  ),
  fromPreset('mixer', 'Mixer', 'Token MLP and channel MLP', 'mixer_s16_224', 'blocks.0'),
  fromPreset(
    'convnext',
    'ConvNeXt',
    'Depthwise 7×7, norm, MLP, layer scale, add',
    'convnext_tiny',
    'stages.2/blocks.0',
  ),
  fromPreset('bottleneck', 'Bottleneck', '1×1, 3×3, 1×1 with a skip', 'resnet50', 'layer3/1'),
]

export const templateById = (id: string): BlockTemplate | undefined =>
  templates.find((template) => template.id === id)
