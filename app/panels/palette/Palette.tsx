import { ChevronDown, ChevronRight } from 'lucide-react'
import { type ReactNode, useRef, useState } from 'react'
import type { ModuleDefinition } from '../../../engine/index'
import type { BlockTemplate } from '../../commands/templates'
import { KindGlyph } from '../../glyphs/KindGlyph'
import { ReadingPattern } from '../../glyphs/ReadingPattern'
import { kindWords } from '../../glyphs/roles'
import { useModules } from '../../state/modules'
import { type Dragged, useSessionStore } from '../../state/sessionStore'
import { useRovingFocus } from '../../ui/useRovingFocus'
import { BlockGlyph } from './BlockGlyph'
import { ModuleCard } from './ModuleCard'
import { defaultSubtitle, type PaletteSection, paletteSections } from './sections'
import { isSame, useDragSource } from './useDragSource'
import './Palette.css'

interface PaletteProps {
  /** One section alone, always open; all of them when left out. */
  readonly only?: string
}

/** Everything that can be put into a design. */
export function Palette({ only }: PaletteProps) {
  const search = useSessionStore((state) => (only === undefined ? state.paletteSearch : ''))
  const list = useRef<HTMLDivElement>(null)
  const roving = useRovingFocus(list, '[data-palette-item]')
  const modules = useModules()
  if (!modules) return null
  const sections = paletteSections(modules, search).filter(
    (section) => only === undefined || section.id === only,
  )
  return (
    // biome-ignore lint/a11y/useSemanticElements: lists of buttons with arrow keys between them
    <div className="palette" role="group" aria-label="Modules" ref={list} {...roving}>
      {sections.map((section) => (
        <Section key={section.id} section={section} isAlwaysOpen={only !== undefined || search !== ''} />
      ))}
      {sections.length === 0 && (
        <p className="palette-empty">
          Nothing matches “{search}”. Names, papers, authors, years and ideas (“linear cost”, “no softmax”)
          are searched.
        </p>
      )}
    </div>
  )
}

function Section({
  section,
  isAlwaysOpen,
}: {
  readonly section: PaletteSection
  readonly isAlwaysOpen: boolean
}) {
  const [isToggledOpen, setOpen] = useState(section.isOpenAtFirst)
  const isOpen = isAlwaysOpen || isToggledOpen
  const Chevron = isOpen ? ChevronDown : ChevronRight
  const mixers = section.modules.filter((definition) => definition.pattern)
  const others = section.modules.filter((definition) => !definition.pattern)
  return (
    <section>
      <h2>
        <button
          type="button"
          className="palette-heading"
          data-palette-item
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          <Chevron size={14} strokeWidth={1.6} aria-hidden="true" />
          {section.title}
          <span className="palette-count">{section.modules.length + section.templates.length}</span>
        </button>
      </h2>
      {isOpen && mixers.length > 0 && (
        <>
          <div className="palette-tiles">
            {mixers.map((definition) => (
              <Tile key={definition.id} definition={definition} />
            ))}
          </div>
          <p className="palette-legend">
            <span className="palette-legend-query" /> one query <span className="palette-legend-read" /> what
            it reads
          </p>
        </>
      )}
      {isOpen && others.map((definition) => <ModuleEntry key={definition.id} definition={definition} />)}
      {isOpen && section.templates.map((template) => <TemplateEntry key={template.id} template={template} />)}
    </section>
  )
}

function Tile({ definition }: { readonly definition: ModuleDefinition }) {
  return (
    <ModuleCard definition={definition}>
      <Entry
        className="palette-tile"
        dragged={{ kind: 'module', module: definition.id }}
        name={`${definition.title}, ${kindWords[definition.kind].one.toLowerCase()}`}
      >
        {definition.pattern && <ReadingPattern pattern={definition.pattern} />}
        <span className="palette-tile-name">{definition.shortTitle ?? definition.title}</span>
      </Entry>
    </ModuleCard>
  )
}

function ModuleEntry({ definition }: { readonly definition: ModuleDefinition }) {
  return (
    <ModuleCard definition={definition}>
      <Entry
        className="palette-row"
        dragged={{ kind: 'module', module: definition.id }}
        name={`${definition.title}, ${kindWords[definition.kind].one.toLowerCase()}`}
      >
        <KindGlyph kind={definition.kind} />
        <span className="palette-row-name">{definition.title}</span>
        <span className="palette-hint mono">{defaultSubtitle(definition)}</span>
      </Entry>
    </ModuleCard>
  )
}

function TemplateEntry({ template }: { readonly template: BlockTemplate }) {
  return (
    <Entry
      className="palette-row"
      dragged={{ kind: 'template', template: template.id }}
      name={`${template.title} block: ${template.summary}`}
    >
      <BlockGlyph />
      <span className="ellipsis" title={template.summary}>
        {template.title}
      </span>
    </Entry>
  )
}

interface EntryProps extends Omit<React.ComponentProps<'button'>, 'name'> {
  readonly dragged: Dragged
  readonly name: string
  readonly children: ReactNode
}

/** Takes the props of the hover card that wraps it, too. */
function Entry({ dragged, name, children, className, ...rest }: EntryProps) {
  const source = useDragSource(dragged)
  const isHeld = useSessionStore((state) => isSame(state.drag?.dragged, dragged))
  return (
    <button
      type="button"
      {...rest}
      className={className}
      data-palette-item
      data-held={isHeld || undefined}
      aria-label={name}
      aria-pressed={isHeld}
      {...source}
      onPointerDown={(event) => {
        rest.onPointerDown?.(event)
        source.onPointerDown(event)
      }}
    >
      {children}
    </button>
  )
}
