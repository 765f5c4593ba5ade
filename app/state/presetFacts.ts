/** What is known about presets without opening them. */
import { analyze, type Document, type Preset } from '../../engine/index'
import type { Vertebra } from '../glyphs/Vertebrae'
import { knownPresets } from './catalogue'
import { type Figures, figuresFrom } from './figures'
import { skeletonFrom } from './skeleton'

/** The preset that a design began as, as its name tells; undefined too while it is on its way. */
export const presetOf = (document: Document, presets = knownPresets()): Preset | undefined =>
  presets.find((preset) => preset.title === document.name)

export interface PresetFacts {
  readonly figures: Figures
  readonly skeleton: readonly (readonly Vertebra[])[]
}

const known = new Map<string, PresetFacts>()

export const knownFacts = (preset: Preset): PresetFacts | undefined => known.get(preset.id)

/** Counts a preset. Only the figures are kept: hundreds of analyses would fill the memory. */
export function presetFacts(preset: Preset): PresetFacts {
  let facts = known.get(preset.id)
  if (!facts) {
    const analysis = analyze(preset.document)
    facts = { figures: figuresFrom(analysis), skeleton: skeletonFrom(preset.document, analysis) }
    known.set(preset.id, facts)
  }
  return facts
}
