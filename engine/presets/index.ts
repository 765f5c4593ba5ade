/** Every preset, in the order of the menu. */
import { convnexts } from './convnext'
import { efficientNets } from './efficientnet'
import { metaformers } from './metaformer'
import { mlpMixers } from './mlpMixer'
import type { Preset } from './preset'
import { regnets } from './regnet'
import { resnets } from './resnet'
import { vggs } from './vgg'
import { vits } from './vit'

export type { Preset } from './preset'

export const presets: readonly Preset[] = [
  ...metaformers,
  ...vits,
  ...convnexts,
  ...mlpMixers,
  ...resnets,
  ...regnets,
  ...efficientNets,
  ...vggs,
]

/** The preset with timm's name `id`, if there is one. */
export const findPreset = (id: string): Preset | undefined => presets.find((preset) => preset.id === id)
