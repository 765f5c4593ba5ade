import { ListTree, Search } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { KindGlyph } from '../glyphs/KindGlyph'
import { ModuleGlyph } from '../glyphs/ModuleGlyph'
import { Outline } from '../panels/outline/index'
import { BlockGlyph } from '../panels/palette/BlockGlyph'
import { Palette } from '../panels/palette/Palette'
import { PaletteSearch } from '../panels/palette/PaletteSearch'
import { type PaletteSection, paletteSections } from '../panels/palette/sections'
import { useModules } from '../state/modules'
import { useSessionStore } from '../state/sessionStore'
import { Popover } from '../ui/Popover'
import './Rail.css'

const icon = { size: 18, strokeWidth: 1.6, 'aria-hidden': true } as const

/** The left panel on narrower screens: a glyph for each kind, which opens its list beside it. */
export function Rail() {
  return (
    <aside className="rail" data-region="palette" aria-label="Palette and outline">
      <Flyout label="Search modules" glyph={<Search {...icon} />}>
        <PaletteSearch />
        <Palette />
      </Flyout>
      <span className="rail-line" />
      {paletteSections(useModules() ?? []).map((section) => (
        <Flyout key={section.id} label={section.title} glyph={<SectionGlyph section={section} />}>
          <Palette only={section.id} />
        </Flyout>
      ))}
      <span className="rail-space" />
      <Flyout label="Outline" glyph={<ListTree {...icon} />}>
        <Outline />
      </Flyout>
    </aside>
  )
}

function SectionGlyph({ section }: { readonly section: PaletteSection }) {
  if (section.id === 'mixers') return <ModuleGlyph module="attention" size="list" />
  const [kind] = section.kinds
  return kind ? <KindGlyph kind={kind} size={18} /> : <BlockGlyph size={18} />
}

interface FlyoutProps {
  readonly label: string
  readonly glyph: ReactNode
  readonly children: ReactNode
}

function Flyout({ label, glyph, children }: FlyoutProps) {
  const [isOpen, setOpen] = useState(false)
  // What was taken in the hand is put down on the canvas: the list gives way.
  const isDragging = useSessionStore((state) => state.drag !== null)
  return (
    <Popover
      label={label}
      side="right"
      isOpen={isOpen && !isDragging}
      onOpenChange={setOpen}
      trigger={
        <button type="button" className="rail-button" aria-label={label} title={label}>
          {glyph}
        </button>
      }
    >
      <div className="rail-flyout">{children}</div>
    </Popover>
  )
}
