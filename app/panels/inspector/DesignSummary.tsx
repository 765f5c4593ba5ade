import { FileText, LibraryBig } from 'lucide-react'
import type { CSSProperties } from 'react'
import { type Analysis, type Document, type DocumentNode, findModule } from '../../../engine/index'
import { run } from '../../commands'
import { titleOf } from '../../commands/subject'
import { kindWords } from '../../glyphs/roles'
import { useCatalogue } from '../../state/catalogue'
import {
  costAt,
  type MeasuredCosts,
  useMeasuredCosts,
  useShownAnalysis,
  useShownDocument,
} from '../../state/derived'
import { presetOf } from '../../state/presetFacts'
import { useSessionStore } from '../../state/sessionStore'
import { Button } from '../../ui/Button'
import { formatCount, formatMs, formatPercent } from '../../ui/formatNumber'

const icon = { size: 14, strokeWidth: 1.6, 'aria-hidden': true } as const

/** Nothing is selected: the whole design, where its cost is, and its largest layers. */
export function DesignSummary() {
  const document = useShownDocument()
  const analysis = useShownAnalysis()
  const measured = useMeasuredCosts()
  const presets = useCatalogue()
  const preset = presetOf(document, presets ?? undefined)
  const parts = partsOf(document, analysis, measured?.costs ?? null)
  return (
    <>
      <section className="inspector-section">
        <h2>{document.name}</h2>
        <p className="inspector-summary">
          {preset?.summary ??
            `A design of one’s own, for pictures of ${document.input.height} × ${document.input.width}.`}
        </p>
        <p className="inspector-links">
          {preset && (
            <a href={preset.paper.url} target="_blank" rel="noreferrer" title={preset.paper.title}>
              <FileText {...icon} />
              Paper
            </a>
          )}
          <Button look="link" icon={<LibraryBig {...icon} />} onClick={() => run('presets')}>
            {presets ? `${presets.length} designs` : 'More designs'}
          </Button>
        </p>
      </section>
      {parts.length > 0 && (
        <section className="inspector-section" aria-label="Where the cost is">
          <div className="inspector-heading">
            <h3>Where the cost is</h3>
          </div>
          <ShareBar name="Params" parts={parts} value={(part) => part.params} print={formatCount} />
          <ShareBar name="MACs" parts={parts} value={(part) => part.macs} print={formatCount} />
          {measured && (
            <ShareBar
              name="Latency"
              parts={parts}
              value={(part) => part.ms}
              print={formatMs}
              isStale={measured.isStale}
            />
          )}
          <p className="share-legend">
            {parts.map((part, index) => (
              <span key={part.name}>
                <i style={tone(index, parts.length)} />
                {part.name}
              </span>
            ))}
          </p>
        </section>
      )}
      <LargestLayers analysis={analysis} measured={measured} />
    </>
  )
}

interface Part {
  readonly name: string
  readonly params: number
  readonly macs: number
  readonly ms: number
}

/** The top-level nodes that cost something, in execution order. */
function partsOf(document: Document, analysis: Analysis, measured: MeasuredCosts | null): readonly Part[] {
  const order = [...analysis.lowered.nodes.keys()]
  return document.graph.nodes
    .toSorted((a, b) => order.indexOf(a.id) - order.indexOf(b.id))
    .flatMap((node) => {
      const cost = costAt(analysis, node.id)?.all
      if (!cost) return []
      return [
        {
          name: partName(node),
          params: cost.params.trainable + cost.params.frozen,
          macs: cost.macs.total,
          ms: measured?.byPath.get(node.id) ?? 0,
        },
      ]
    })
    .filter((part) => part.params + part.macs > 0)
}

/** Stems and heads by their kind: their own titles are long. */
function partName(node: DocumentNode): string {
  const definition = node.type === 'module' && node.title === undefined ? findModule(node.module) : undefined
  return definition?.kind === 'stem' || definition?.kind === 'head'
    ? kindWords[definition.kind].one
    : titleOf(node)
}

interface ShareBarProps {
  readonly name: string
  readonly parts: readonly Part[]
  readonly value: (part: Part) => number
  readonly print: (value: number) => string
  readonly isStale?: boolean
}

function ShareBar({ name, parts, value, print, isStale = false }: ShareBarProps) {
  const total = parts.reduce((sum, part) => sum + value(part), 0)
  if (total === 0) return null
  const words = parts.map(
    (part) => `${part.name} ${print(value(part))}, ${formatPercent(value(part) / total)}`,
  )
  return (
    <div className={isStale ? 'is-stale' : ''}>
      <span className="small muted">{name}</span>
      <div className="share-bar" role="img" aria-label={`${name}: ${words.join('; ')}`}>
        {parts.map((part, index) => (
          <span
            key={part.name}
            className="share-bar-part"
            title={words[index]}
            style={{ ...tone(index, parts.length), flexGrow: value(part) / total, flexBasis: 0 }}
          />
        ))}
      </div>
    </div>
  )
}

/** Greys that tell neighbours apart; the largest contrast goes to neighbours, not to rank. */
function tone(index: number, count: number): CSSProperties {
  const tones = [24, 38, 62, 46, 30]
  const share = index === count - 1 ? 18 : (tones[index % tones.length] ?? 40)
  return { '--tone': `${share}%` } as CSSProperties
}

const largestCount = 4

function LargestLayers({
  analysis,
  measured,
}: {
  readonly analysis: Analysis
  readonly measured: ReturnType<typeof useMeasuredCosts>
}) {
  const largest = analysis.layers
    .toSorted((a, b) => b.cost.macs.total - a.cost.macs.total)
    .slice(0, largestCount)
  if (largest.length === 0) return null
  const { select, wishCamera } = useSessionStore.getState()
  return (
    <section className="inspector-section" aria-label="Largest layers">
      <div className="inspector-heading">
        <h3>Largest layers</h3>
        <span className="label faint">MACs{measured ? ', ms' : ''}</span>
      </div>
      {largest.map((layer) => (
        <button
          type="button"
          key={layer.path}
          className="largest-layer"
          onClick={() => {
            select([layer.path])
            wishCamera('show', layer.path)
          }}
        >
          <span className="mono ellipsis" title={layer.path}>
            {layer.path.replaceAll('/', '.')}
            {layer.instances > 1 ? ` ×${layer.instances}` : ''}
          </span>
          <span>{formatCount(layer.cost.macs.total)}</span>
          {measured && <span className="muted">{latencyOf(layer.path, measured)}</span>}
        </button>
      ))}
      <p className="inspector-summary">Select a node to edit it. Everything stays on this device.</p>
    </section>
  )
}

/** `~` after an edit; a layer that is newer than the measurement has no time yet. */
function latencyOf(
  path: string,
  { costs, isStale }: NonNullable<ReturnType<typeof useMeasuredCosts>>,
): string {
  const ms = costs.byPath.get(path)
  if (ms === undefined) return '–'
  return isStale ? `~${formatMs(ms)}` : formatMs(ms)
}
