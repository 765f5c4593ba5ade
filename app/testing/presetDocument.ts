import { findPreset } from '../../engine/catalogue'
import type { Document } from '../../engine/index'

export function presetDocument(id: string): Document {
  const preset = findPreset(id)
  if (!preset) throw new Error(`there is no preset ${id}`)
  return preset.document
}
