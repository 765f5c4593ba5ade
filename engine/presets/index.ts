/** Every preset, in the order of the menu. */

import { classics } from './alexnet'
import { axials } from './axial'
import { beits } from './beit'
import { biformers } from './biformer'
import { byobnets } from './byobnets'
import { caits } from './cait'
import { clips } from './clip'
import { cmts } from './cmt'
import { coats } from './coat'
import { convits } from './convit'
import { convmixers } from './convmixer'
import { convnexts } from './convnext'
import { convnextLadder } from './convnextLadder'
import { crossformers } from './crossformer'
import { crossvits } from './crossvit'
import { cswins } from './cswin'
import { cvts } from './cvt'
import { davits } from './davit'
import { densenets } from './densenet'
import { detrs } from './detr'
import { dualvits } from './dualvit'
import { dwnets } from './dwnet'
import { dynamicSpectrums } from './dynamicSpectrum'
import { edgenexts } from './edgenext'
import { efficientFormers } from './efficientformer'
import { efficientNets } from './efficientnet'
import { efficientvits } from './efficientvit'
import { rotaryTransformers } from './eva'
import { fans } from './fan'
import { fastvits } from './fastvit'
import { fcaformers } from './fcaformer'
import { fnets } from './fnet'
import { focalnets } from './focalnet'
import { focalTransformers } from './focalTransformer'
import { gcvits } from './gcvit'
import { gfnets } from './gfnet'
import { ghostnets } from './ghostnet'
import { hieras } from './hiera'
import { hornets, slaks } from './hornet'
import { iformers } from './iformer'
import { inceptionNexts } from './inceptionNext'
import { levits } from './levit'
import { lvVits } from './lvvit'
import { maes } from './mae'
import { maformers } from './maformer'
import { mambaOuts } from './mambaout'
import { maxxvits } from './maxvit'
import { metaformers } from './metaformer'
import { metaformerAblations } from './metaformerAblations'
import { mlpMixers } from './mlpMixer'
import { mobileNets } from './mobileNets'
import { mobilevits } from './mobilevit'
import { multiScales } from './multiScale'
import { mvits } from './mvit'
import { nats } from './nat'
import { nests } from './nest'
import { nextvits } from './nextvit'
import { nfnets } from './nfnet'
import { permutators } from './permutator'
import { pits } from './pit'
import type { Preset } from './preset'
import { pvts } from './pvt'
import { regnets } from './regnet'
import { replknets } from './replknet'
import { repvits } from './repvit'
import { resnets } from './resnet'
import { resnetV2s } from './resnetv2'
import { rmts } from './rmt'
import { robustResnets } from './robustResnet'
import { rvts } from './rvt'
import { sequencers } from './sequencer'
import { setrs } from './setr'
import { shuntedTransformers } from './shunted'
import { shvits } from './shvit'
import { siglips } from './siglip'
import { spachs } from './spach'
import { spectformers, svts } from './spectformer'
import { starnets } from './starnet'
import { swiftformers } from './swiftformer'
import { swins } from './swin'
import { swinsOfTimm } from './swinCr'
import { t2tVits } from './t2tVit'
import { tinyVits } from './tinyVit'
import { tnts } from './tnt'
import { twinTransformers } from './twins'
import { uniformers } from './uniformer'
import { vans } from './van'
import { vggs } from './vgg'
import { vigs } from './vig'
import { virs } from './vir'
import { visformers } from './visformer'
import { vits } from './vit'
import { averagedVits } from './vitAveraged'
import { vitsWithRelativePositions } from './vitRelpos'
import { vmambas } from './vmamba'
import { volos } from './volo'
import { xceptions } from './xception'
import { xcits } from './xcit'

export type { Preset } from './preset'

export const presets: readonly Preset[] = [
  ...metaformers,
  ...metaformerAblations,
  ...vits,
  ...vitsWithRelativePositions,
  ...beits,
  ...rotaryTransformers,
  ...clips,
  ...siglips,
  ...averagedVits,
  ...maes,
  ...pvts,
  ...swins,
  ...dwnets,
  ...swinsOfTimm,
  ...twinTransformers,
  ...shuntedTransformers,
  ...dualvits,
  ...fans,
  ...rvts,
  ...nats,
  ...crossformers,
  ...fcaformers,
  ...cswins,
  ...focalTransformers,
  ...maformers,
  ...biformers,
  ...cvts,
  ...uniformers,
  ...cmts,
  ...t2tVits,
  ...tnts,
  ...caits,
  ...lvVits,
  ...rmts,
  ...virs,
  ...maxxvits,
  ...mobilevits,
  ...nextvits,
  ...coats,
  ...crossvits,
  ...xcits,
  ...edgenexts,
  ...pits,
  ...mambaOuts,
  ...repvits,
  ...fastvits,
  ...starnets,
  ...swiftformers,
  ...shvits,
  ...efficientvits,
  ...iformers,
  ...convits,
  ...mvits,
  ...davits,
  ...gcvits,
  ...hieras,
  ...nests,
  ...visformers,
  ...volos,
  ...levits,
  ...efficientFormers,
  ...tinyVits,
  ...convnexts,
  ...convnextLadder,
  ...robustResnets,
  ...inceptionNexts,
  ...hornets,
  ...gfnets,
  ...fnets,
  ...spectformers,
  ...svts,
  ...dynamicSpectrums,
  ...vmambas,
  ...vans,
  ...focalnets,
  ...replknets,
  ...slaks,
  ...convmixers,
  ...mlpMixers,
  ...spachs,
  ...permutators,
  ...sequencers,
  ...vigs,
  ...resnets,
  ...multiScales,
  ...resnetV2s,
  ...regnets,
  ...densenets,
  ...xceptions,
  ...byobnets,
  ...nfnets,
  ...axials,
  ...efficientNets,
  ...mobileNets,
  ...ghostnets,
  ...vggs,
  ...classics,
  ...detrs,
  ...setrs,
]

/** The preset with timm's name `id`, if there is one. */
export const findPreset = (id: string): Preset | undefined => presets.find((preset) => preset.id === id)
