import type { ModuleDefinition } from '../../../engine/index'
import { Formula } from '../../glyphs/Formula'
import { ModuleGlyph } from '../../glyphs/ModuleGlyph'
import { kindWords } from '../../glyphs/roles'
import './ModuleFacts.css'

export function ModuleFacts({ definition }: { readonly definition: ModuleDefinition }) {
  return (
    <div className="module-facts">
      <header className="module-facts-header">
        <ModuleGlyph module={definition.id} size="node" />
        <div>
          <h3>{definition.title}</h3>
          <p className="label muted">{kindWords[definition.kind].one}</p>
        </div>
      </header>
      <div className="module-facts-formula">
        <Formula text={definition.formula} />
      </div>
      <p>{definition.summary}</p>
      {definition.paper && (
        <p className="module-facts-paper">
          {definition.paper.authors} {definition.paper.year}, {definition.paper.title}
        </p>
      )}
      <p className="module-facts-ways">Drag it, or click it and then a lit place, or press Enter.</p>
    </div>
  )
}
