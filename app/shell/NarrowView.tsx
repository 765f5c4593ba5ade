import { Frame, GitCommitVertical, Grid3x3, ScanEye, Table2 } from 'lucide-react'
import { useMemo, useState } from 'react'
import { findNode } from '../../engine/index'
import { place } from '../commands/place'
import { titleOf } from '../commands/subject'
import { ModuleGlyph } from '../glyphs/ModuleGlyph'
import { LyingBars } from '../glyphs/Vertebrae'
import { dockPanels } from '../panels/index'
import { Inspector } from '../panels/inspector/Inspector'
import { outlineRows } from '../panels/outline/rows'
import { BlockGlyph } from '../panels/palette/BlockGlyph'
import { costAt, useAnalysis } from '../state/derived'
import { useDocumentStore } from '../state/documentStore'
import { figuresOf } from '../state/figures'
import { alternativesTo } from '../state/modules'
import { type PathKey, pathOf } from '../state/paths'
import { useRunStore, whyNothingRuns } from '../state/runStore'
import { useSessionStore } from '../state/sessionStore'
import { blocksOf } from '../state/skeleton'
import { Button } from '../ui/Button'
import { formatBytes, formatCount, formatMs } from '../ui/formatNumber'
import { runWords } from './runWords'
import './NarrowView.css'

const icon = { size: 18, strokeWidth: 1.6, 'aria-hidden': true } as const

const tabs = [
  { id: 'design', title: 'Design', glyph: <GitCommitVertical {...icon} /> },
  { id: 'attention', title: 'Attention', glyph: <ScanEye {...icon} /> },
  { id: 'field', title: 'Field', glyph: <Frame {...icon} /> },
  { id: 'features', title: 'Features', glyph: <Grid3x3 {...icon} /> },
  { id: 'layers', title: 'Numbers', glyph: <Table2 {...icon} /> },
] as const

/** One column for phones: the spine runs down, a tap selects, a tap on a mixer replaces. */
export function NarrowView() {
  const [tab, setTab] = useState<(typeof tabs)[number]['id']>('design')
  const Panel = dockPanels.find((panel) => panel.id === tab)?.component
  return (
    <>
      <FigureStrip />
      <main className="narrow-main" data-region="canvas">
        {tab === 'design' ? <Spine /> : Panel && <Panel />}
      </main>
      {tab === 'design' && <Sheet />}
      <nav className="narrow-tabs" aria-label="Views">
        {tabs.map(({ id, title, glyph }) => (
          <button
            type="button"
            key={id}
            aria-current={tab === id ? 'page' : undefined}
            onClick={() => setTab(id)}
          >
            {glyph}
            {title}
          </button>
        ))}
      </nav>
    </>
  )
}

function FigureStrip() {
  const document = useDocumentStore((state) => state.preview ?? state.document)
  const latency = useRunStore((state) => state.latency)
  const device = useRunStore((state) => state.device)
  const reason = useRunStore(whyNothingRuns)
  const isOnCpu = useRunStore((state) => state.processor === 'cpu')
  const status = useRunStore((state) => state.status)
  const figures = figuresOf(document)
  return (
    <dl className="narrow-figures">
      <Figure name="params" value={formatCount(figures.params)} />
      <Figure name="MACs" value={formatCount(figures.macs)} />
      <Figure name="peak act." value={formatBytes(figures.activationBytes)} />
      <Figure
        name={isOnCpu ? 'CPU' : device?.available ? device.name : 'latency'}
        value={latency ? formatMs(latency.median) : reason !== null ? 'no GPU' : (runWords(status) ?? '–')}
      />
    </dl>
  )
}

const Figure = ({ name, value }: { readonly name: string; readonly value: string }) => (
  <div>
    <dd className="ellipsis">{value}</dd>
    <dt className="ellipsis">{name}</dt>
  </div>
)

function Spine() {
  const document = useDocumentStore((state) => state.document)
  const selection = useSessionStore((state) => state.selection)
  const analysis = useAnalysis()
  const [open, setOpen] = useState<ReadonlySet<PathKey>>(new Set())
  const rows = useMemo(() => outlineRows(document, (key) => open.has(key)), [document, open])
  const toggle = (key: PathKey) => {
    const next = new Set(open)
    if (!next.delete(key)) next.add(key)
    setOpen(next)
  }
  return (
    <ol className="narrow-spine">
      {rows.map((row) => (
        <li key={row.key} style={{ marginLeft: (row.level - 1) * 16 }}>
          <button
            type="button"
            className="narrow-node"
            aria-pressed={selection.includes(row.key)}
            {...(row.isOpen === null ? {} : { 'aria-expanded': row.isOpen })}
            onClick={() => {
              useSessionStore.getState().select([row.key])
              if (row.isOpen !== null) toggle(row.key)
            }}
          >
            <span className="narrow-glyph">
              {row.module === null ? (
                <GroupGlyph path={row.key} />
              ) : (
                <ModuleGlyph module={row.module} size="list" />
              )}
            </span>
            <span className="narrow-words">
              <b>
                {row.title} {row.repeat > 1 && <span className="mono">×{row.repeat}</span>}
              </b>
              <span className="label muted">
                {row.problems > 0 ? `${row.problems} to mend` : row.kindWord}
              </span>
            </span>
            <span className="narrow-cost">
              {formatCount(costAt(analysis, row.key)?.all.macs.total ?? 0)}
              <span className="mono faint">{row.status === 'waiting' ? 'waits' : row.shape}</span>
            </span>
          </button>
        </li>
      ))}
    </ol>
  )
}

/** A group's blocks, where there are any and not too many. */
function GroupGlyph({ path }: { readonly path: PathKey }) {
  const blocks = blocksOf(
    useDocumentStore((state) => state.document),
    path,
  )
  return blocks.length > 0 && blocks.length <= 18 ? <LyingBars blocks={blocks} /> : <BlockGlyph size={24} />
}

/** What is selected: other types to tap, and everything else behind More. */
function Sheet() {
  const document = useDocumentStore((state) => state.document)
  const selected = useSessionStore((state) => (state.selection.length === 1 ? state.selection[0] : undefined))
  const [isFull, setFull] = useState(false)
  const node = selected === undefined ? undefined : findNode(document, pathOf(selected))
  if (selected === undefined || !node) return null
  return (
    <section className="narrow-sheet" aria-label={`Selected: ${titleOf(node)}`}>
      {isFull ? (
        <div className="narrow-sheet-full">
          <Inspector />
        </div>
      ) : (
        <>
          <h2>{titleOf(node)}</h2>
          {node.type === 'module' && (
            <div className="narrow-swaps">
              {alternativesTo(node.module).map((definition) => (
                <button
                  type="button"
                  key={definition.id}
                  className="narrow-swap"
                  aria-label={`Replace by ${definition.title}`}
                  onClick={() =>
                    place({ kind: 'module', module: definition.id }, { kind: 'replace', path: selected })
                  }
                >
                  <ModuleGlyph module={definition.id} size="swap" />
                  <span>{definition.shortTitle ?? definition.title}</span>
                </button>
              ))}
            </div>
          )}
        </>
      )}
      <div className="narrow-sheet-actions">
        <Button onClick={() => setFull(!isFull)}>{isFull ? 'Less' : 'More'}</Button>
        <Button look="quiet" onClick={() => useSessionStore.getState().select([])}>
          Close
        </Button>
      </div>
    </section>
  )
}
