/** The design of a first visit. It comes with the page; all other presets come after its first drawing. */
import { metaformers } from './metaformer'
import type { Preset } from './preset'

const id = 'caformer_s18'

export const firstPreset: Preset = find()

function find(): Preset {
  const preset = metaformers.find((candidate) => candidate.id === id)
  if (!preset) throw new Error(`internal: there is no preset ${id}`)
  return preset
}
