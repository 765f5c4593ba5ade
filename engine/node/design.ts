/** A design as people name it on the command line: a preset, a JSON file or a share link. */
import { existsSync, readFileSync } from 'node:fs'
import { findPreset, presets } from '../catalogue'
import type { Document } from '../document/types'
import { decodeLink, isLink, parseDocument } from '../exchange'
import { setInput } from '../index'
import { type Preprocessing, usualPreprocessing } from '../presets/preprocessing'

/** Throws an error whose message says what to write instead. */
export function openDesign(name: string, side?: number): Document {
  const document = found(name)
  return side === undefined ? document : setInput(document, { height: side, width: side })
}

/** What reports call a design: the preset's name, as it was asked for, else the document's own. */
export const reportedName = (asked: string, document: Document): string =>
  findPreset(asked.replace(/@\d+$/, '')) ? asked : document.name

function found(name: string): Document {
  const link = name.includes('#') ? name.slice(name.indexOf('#')) : ''
  if (isLink(link)) return decodeLink(link)
  const preset = findPreset(name)
  if (preset) return preset.document
  const [, model = '', side] = /^(.+)@(\d+)$/.exec(name) ?? []
  const atSide = findPreset(model)
  if (atSide) return setInput(atSide.document, { height: Number(side), width: Number(side) })
  if (existsSync(name)) return opened(name)
  throw new Error(`${name} is neither a preset, a file nor a share link${suggestion(name)}`)
}

function opened(file: string): Document {
  try {
    return parseDocument(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function suggestion(name: string): string {
  const start = name.slice(0, 4).toLowerCase()
  const near = presets.map((preset) => preset.id).filter((known) => known.startsWith(start))
  return near.length > 0
    ? `; did you mean ${near.slice(0, 3).join(', ')}?`
    : '; `vertebra list presets` shows the presets'
}

/** What timm does to a picture for this preset; for other designs, what it does for most. */
export const preprocessingOf = (name: string): Preprocessing =>
  findPreset(name.replace(/@\d+$/, ''))?.preprocessing ?? usualPreprocessing
