/** What a command looks at: a design, a picture for it and its weights, from the words of the call. */
import { basename } from 'node:path'
import type { Document } from '../document/types'
import type { GivenWeights } from '../gpu/contents'
import { parseProbe } from '../image/probes'
import { normalize, preprocess, probeImage, probeTitle } from '../index'
import { lower } from '../lower/lower'
import type { WeightReport } from '../weights/matchWeights'
import type { PositionWay } from '../weights/resampleTables'
import { type Options, UsageError, type Words } from './command'
import { openDesign, preprocessingOf, reportedName } from './design'
import { weightsPath } from './hubFiles'
import { readPicture } from './picture'
import { readWeights } from './weightsFile'

export const subjectOptions: Options = {
  image: { type: 'string' },
  probe: { type: 'string' },
  weights: { type: 'string' },
  partial: { type: 'boolean' },
  positions: { type: 'string' },
}

export const subjectUsage =
  '[--image cat.png | --probe stripes:period=8] [--weights f.safetensors|hub:NAME [--partial] [--positions timm|dino]] [--input 224]'

export interface Subject {
  readonly document: Document
  /** What the network gets; null for the procedural picture. */
  readonly pixels: Float32Array | null
  readonly given: GivenWeights | null
  /** Of the file, where there is one. */
  readonly fits: WeightReport | null
  /** For people. */
  readonly name: string
  readonly image: string
  readonly weights: string
}

/** Of the one design that the call names. */
export async function readSubject(command: string, { names, text, count, flag }: Words): Promise<Subject> {
  const [name] = names
  const image = text('image')
  const probe = text('probe')
  if (!name || names.length > 1) throw new UsageError(`${command} takes one design`)
  if (image && probe) throw new UsageError(`${command} takes --image or --probe, not both`)
  const document = openDesign(name, count('input'))
  const weightsOptions = { isPartWelcome: flag('partial'), positions: positionWay(text('positions')) }
  const pixels = pixelsOf(image, probe, name, document)
  const weights = await weightsPath(text('weights'))
  const file = weights ? readWeights(weights, lower(document), weightsOptions) : null
  return {
    document,
    pixels,
    given: file?.given ?? null,
    fits: file?.report ?? null,
    name: reportedName(name, document),
    image: image ? basename(image) : probe ? probeTitle(parseProbe(probe)) : 'the procedural picture',
    weights: weights ? basename(weights) : 'procedural',
  }
}

function positionWay(text = 'timm'): PositionWay {
  if (text === 'timm' || text === 'dino') return text
  throw new UsageError(`--positions takes timm or dino, not ${text}`)
}

function pixelsOf(
  image: string | undefined,
  probe: string | undefined,
  name: string,
  { input: { height, width } }: Document,
): Float32Array | null {
  const options = { height, width, ...preprocessingOf(name) }
  if (probe) return normalize(probeImage(parseProbe(probe), options), options)
  if (!image) return null
  const picture = readPicture(image)
  return preprocess(picture.data, picture, options)
}
