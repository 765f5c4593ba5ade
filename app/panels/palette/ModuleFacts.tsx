import type { ModuleDefinition } from '../../../engine/index'
import { Formula } from '../../glyphs/Formula'
import { ModuleGlyph } from '../../glyphs/ModuleGlyph'
import { PaperLink } from '../../glyphs/PaperLink'
import { kindWords } from '../../glyphs/roles'
import { studyOf } from '../../state/modules'
import { formatCount, formatShape } from '../../ui/formatNumber'
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
      <Costs definition={definition} />
      {definition.paper && <PaperLink paper={definition.paper} />}
      <p className="module-facts-ways">Drag it, or click it and then a lit place, or press Enter.</p>
    </div>
  )
}

/** What it costs at its defaults, and how the cost grows; counted, not written down. */
function Costs({ definition }: { readonly definition: ModuleDefinition }) {
  const study = studyOf(definition)
  if (!study) return null
  const { params, macs } = study.cost
  const [input] = study.inputs
  return (
    <dl className="module-facts-costs">
      <div>
        <dt>params</dt>
        <dd>{formatCount(params.trainable + params.frozen)}</dd>
      </div>
      <div>
        <dt>MACs</dt>
        <dd>{formatCount(macs.total)}</dd>
      </div>
      {definition.kind === 'mixer' && (
        <>
          <div>
            <dt>reads</dt>
            <dd>{reachWords[study.reach ?? 'point']}</dd>
          </div>
          {study.growth && !study.hasTransform && (
            <div>
              <dt>cost</dt>
              <dd>{growthWords[study.growth]}</dd>
            </div>
          )}
        </>
      )}
      {input && <p>at its defaults, on {formatShape(input)}</p>}
    </dl>
  )
}

const reachWords = { point: 'itself', local: 'near by', global: 'everything' } as const
const growthWords = { linear: 'linear', between: 'n√n', quadratic: 'quadratic' } as const
