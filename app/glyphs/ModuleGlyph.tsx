import { findModule, type ModuleKind } from '../../engine/index'
import { KindGlyph } from './KindGlyph'
import { ReadingPattern } from './ReadingPattern'

interface ModuleGlyphProps {
  readonly module: string
  readonly size?: 'detail' | 'node' | 'swap' | 'list' | 'dot'
}

const glyphSizes = { detail: 28, node: 24, swap: 20, list: 16, dot: 16 } as const

/** A module's own picture: its reading pattern if it mixes tokens, else the glyph of its kind. */
export function ModuleGlyph({ module, size = 'list' }: ModuleGlyphProps) {
  const definition = findModule(module)
  if (definition?.pattern) return <ReadingPattern pattern={definition.pattern} size={size} />
  const kind: ModuleKind = definition?.kind ?? 'tensor'
  return <KindGlyph kind={kind} size={glyphSizes[size]} isPlain={!definition} />
}
