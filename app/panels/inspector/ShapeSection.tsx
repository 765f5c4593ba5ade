import { ArrowRight } from 'lucide-react'
import { findNode, type NodeFacts } from '../../../engine/index'
import { titleOf } from '../../commands/subject'
import { factsAt, useShownAnalysis, useShownDocument } from '../../state/derived'
import { type PathKey, pathOf } from '../../state/paths'
import { formatShape } from '../../ui/formatNumber'

export function ShapeSection({ path }: { readonly path: PathKey }) {
  const facts = factsAt(useShownAnalysis(), path)
  const document = useShownDocument()
  if (!facts) return null
  const waitsFor = facts.waitsFor === undefined ? undefined : findNode(document, pathOf(facts.waitsFor))
  return (
    <section className="inspector-section" aria-label="Shape">
      <div className="inspector-heading">
        <h3>Shape</h3>
      </div>
      <p className="inspector-shape mono">
        {facts.inputs.length === 0 && <span className="faint">no input</span>}
        {facts.inputs.map((shape, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an input is its number
          <span key={index} className={shape ? undefined : 'faint'}>
            {shape ? formatShape(shape) : 'open'}
          </span>
        ))}
        <ArrowRight size={13} strokeWidth={1.6} aria-label="to" />
        <span>
          {facts.output ? formatShape(facts.output) : waitsFor ? `waits for ${titleOf(waitsFor)}` : 'unknown'}
        </span>
      </p>
      <p className="inspector-summary">{placeWords(facts)}</p>
    </section>
  )
}

/** `196 tokens on a 14×14 map` or `196 places`. */
function placeWords(facts: NodeFacts): string {
  const { output, grid } = facts
  if (!output) return facts.status === 'unconnected' ? 'Not connected: left out of all totals.' : ''
  const [, rows, columns] = output
  if (output.length === 4) return `${(rows ?? 0) * (columns ?? 0)} places on a map, channels last`
  if (output.length !== 3) return ''
  const prefix = grid && grid.prefix > 0 ? `${grid.prefix} before ` : ''
  return grid ? `${rows} tokens: ${prefix}a ${grid.height}×${grid.width} map` : `${rows} tokens`
}
