import { ArrowRight } from 'lucide-react'
import { elements, findBody, IN, nodeTitle, OUT, type Shape } from '../../../engine/index'
import { run } from '../../commands'
import { factsAt, useShownAnalysis } from '../../state/derived'
import { useDocumentStore } from '../../state/documentStore'
import { childOf, type EdgeRef, pathOf } from '../../state/paths'
import { Button } from '../../ui/Button'
import { formatBytes, formatShape } from '../../ui/formatNumber'

/** A link: from where to where, what flows along it. */
export function EdgeInspector({ subject }: { readonly subject: EdgeRef }) {
  const document = useDocumentStore((state) => state.document)
  const analysis = useShownAnalysis()
  const { graph, edge } = subject
  const body = findBody(document, pathOf(graph))
  const nameOf = (id: string) =>
    id === IN ? 'Input' : id === OUT ? 'Output' : nodeTitle(body?.nodes.find((node) => node.id === id))
  const shape: Shape | null | undefined =
    edge.to === OUT
      ? factsAt(analysis, childOf(graph, edge.from))?.output
      : factsAt(analysis, childOf(graph, edge.to))?.inputs[edge.port ?? 0]
  return (
    <>
      <section className="inspector-section">
        <h2>Link</h2>
        <p className="inspector-shape inspector-summary">
          {nameOf(edge.from)}
          <ArrowRight size={13} strokeWidth={1.6} aria-label="to" />
          {nameOf(edge.to)}
        </p>
      </section>
      <section className="inspector-section">
        <div className="inspector-heading">
          <h3>Carries</h3>
        </div>
        <p className="mono">
          {shape ? `${formatShape(shape)}, ${formatBytes(elements(shape) * 4)}` : 'unknown'}
        </p>
      </section>
      <section className="inspector-section inspector-actions">
        <Button onClick={() => run('delete')}>Disconnect</Button>
      </section>
    </>
  )
}
