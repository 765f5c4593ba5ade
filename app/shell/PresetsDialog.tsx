import { FilePlus2, FolderOpen, Search } from 'lucide-react'
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react'
import { presets } from '../../engine/catalogue'
import type { Preset } from '../../engine/index'
import { run } from '../commands'
import { openPreset } from '../commands/presets'
import { SkeletonPicture } from '../glyphs/Vertebrae'
import { presetEntry } from '../search/presets'
import { ranked } from '../search/search'
import { isEdited, useDocumentStore } from '../state/documentStore'
import { knownFacts, type PresetFacts, presetFacts } from '../state/presetFacts'
import { useSessionStore } from '../state/sessionStore'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { formatCount, formatInteger } from '../ui/formatNumber'
import { useRovingFocus } from '../ui/useRovingFocus'
import { whenIdle } from '../ui/whenIdle'
import './PresetsDialog.css'

const icon = { size: 16, strokeWidth: 1.6, 'aria-hidden': true } as const

export function PresetsDialog() {
  const isOpen = useSessionStore((state) => state.dialog === 'presets')
  return (
    <Dialog
      isOpen={isOpen}
      onClose={() => useSessionStore.getState().openDialog(null)}
      title="Start from a design"
      width={1080}
    >
      {isOpen && <PresetList />}
    </Dialog>
  )
}

/** Cards are drawn as they come into sight: hundreds at once would keep the dialog from opening. */
const firstCards = 12
const moreCards = 32

function PresetList() {
  const [search, setSearch] = useState('')
  const [family, setFamily] = useState<string | null>(null)
  const list = useRef<HTMLDivElement>(null)
  const found = useMemo(
    () =>
      ranked(
        family === null ? presets : presets.filter((preset) => preset.family === family),
        search,
        presetEntry,
      ),
    [family, search],
  )
  return (
    <>
      <div className="presets-bar">
        <label className="presets-search">
          <Search size={14} strokeWidth={1.6} aria-hidden="true" />
          <input
            aria-label="Search presets"
            placeholder="caformer, liu 2021, linear cost…"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'ArrowDown')
                list.current?.querySelector<HTMLElement>('[data-preset]')?.focus()
              const [first] = found
              if (event.key === 'Enter' && first) openPreset(first)
            }}
          />
        </label>
        <Button icon={<FolderOpen {...icon} />} onClick={() => closeAnd('openFile')}>
          Open file
        </Button>
        <Button icon={<FilePlus2 {...icon} />} onClick={() => closeAnd('new')}>
          Blank
        </Button>
      </div>
      <div className="presets-body">
        <Families chosen={family} onChoose={setFamily} />
        {found.length === 0 ? (
          <p className="presets-none muted">
            Nothing matches “{search}”. Names, papers, authors, years and ideas are searched.
          </p>
        ) : (
          <Cards key={`${family} ${search}`} found={found} list={list} />
        )}
      </div>
      <p className="presets-note">
        Params and MACs are counted by this page. Top-1 on ImageNet-1k and pictures per second are what others
        reported, never ours: point at them for the source.
      </p>
    </>
  )
}

interface CardsProps {
  readonly found: readonly Preset[]
  readonly list: RefObject<HTMLDivElement | null>
}

function Cards({ found, list }: CardsProps) {
  const roving = useRovingFocus(list, '[data-preset]')
  const end = useRef<HTMLDivElement>(null)
  const [count, setCount] = useState(firstCards)
  // Watched anew after each piece: an end that stays in sight is not told of twice.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (!end.current) return
    const watcher = new IntersectionObserver(
      ([entry]) => entry?.isIntersecting && setCount((before) => before + moreCards),
      { root: list.current, rootMargin: '400px' },
    )
    watcher.observe(end.current)
    return () => watcher.disconnect()
  }, [count, list])
  return (
    // biome-ignore lint/a11y/useSemanticElements: a list of buttons with arrow keys between them
    <div className="presets-grid" role="group" aria-label="Presets" ref={list} {...roving}>
      {found.slice(0, count).map((preset) => (
        <PresetCard key={preset.id} preset={preset} />
      ))}
      {count < found.length && <div ref={end} className="presets-end" />}
    </div>
  )
}

interface FamiliesProps {
  readonly chosen: string | null
  readonly onChoose: (family: string | null) => void
}

const families = [...new Set(presets.map(({ family }) => family))].map((id) => ({
  id,
  count: presets.filter(({ family }) => family === id).length,
}))

/** timm's families, with how many designs each has. */
function Families({ chosen, onChoose }: FamiliesProps) {
  const list = useRef<HTMLDivElement>(null)
  const roving = useRovingFocus(list, '.presets-family')
  return (
    // biome-ignore lint/a11y/useSemanticElements: a list of buttons with arrow keys between them
    <div className="presets-families" role="group" aria-label="Families" ref={list} {...roving}>
      <FamilyButton
        name="All"
        count={presets.length}
        isChosen={chosen === null}
        onChoose={() => onChoose(null)}
      />
      {families.map(({ id, count }) => (
        <FamilyButton
          key={id}
          name={id.replaceAll('_', ' ')}
          count={count}
          isChosen={chosen === id}
          onChoose={() => onChoose(id)}
        />
      ))}
    </div>
  )
}

interface FamilyButtonProps {
  readonly name: string
  readonly count: number
  readonly isChosen: boolean
  readonly onChoose: () => void
}

const FamilyButton = ({ name, count, isChosen, onChoose }: FamilyButtonProps) => (
  <button type="button" className="presets-family" aria-pressed={isChosen} onClick={onChoose}>
    <span className="ellipsis">{name}</span> <span className="presets-count">{count}</span>
  </button>
)

function PresetCard({ preset }: { readonly preset: Preset }) {
  const isOpen = useDocumentStore((state) => !isEdited(state) && state.document.name === preset.title)
  const card = useRef<HTMLButtonElement>(null)
  const facts = useFactsInSight(preset, card)
  return (
    <button
      type="button"
      className="preset-card"
      ref={card}
      data-preset={preset.id}
      data-open={isOpen || undefined}
      title={preset.summary}
      onClick={() => openPreset(preset)}
    >
      <SkeletonPicture stages={facts?.skeleton ?? []} width={208} height={64} />
      <span className="preset-line">
        <b className="ellipsis">{preset.title}</b>
        <span className="preset-year">{preset.paper.year}</span>
      </span>
      <span className="preset-line preset-details">
        <span className="ellipsis">{preset.id}</span>
        <span>
          {facts
            ? `${formatCount(facts.figures.params)}, ${formatCount(facts.figures.macs)} MACs`
            : 'counting'}
        </span>
      </span>
      <Reported preset={preset} />
    </button>
  )
}

/** What others measured, and who says so. */
function Reported({ preset: { published } }: { readonly preset: Preset }) {
  if (!published) return <span className="preset-line preset-reported">No accuracy at hand</span>
  const { top1, throughput, source } = published
  return (
    <span
      className="preset-reported"
      title={`Top-1 reported in ${source}${throughput ? `; speed in ${throughput.source}` : ''}`}
    >
      <span className="preset-line">
        <span>{top1.toFixed(1)} % top-1</span>
        {throughput && (
          <span>
            {formatInteger(Math.round(throughput.images))} img/s, {throughput.hardware}
          </span>
        )}
      </span>
      <span className="preset-line preset-source">
        <span className="ellipsis">
          reported: {shortSource(source)}
          {throughput && throughput.source !== source && `; speed: ${shortSource(throughput.source)}`}
        </span>
      </span>
    </span>
  )
}

/** `A ConvNet for the 2020s (Liu et al. 2022), Table 12` -> `Liu et al. 2022, Table 12`. */
const shortSource = (source: string): string => source.replace(/^.*?\(([^)]+ \d{4})\)/, '$1')

/** Hundreds of designs at once would stop the page: a card counts in a pause, once it is in sight. */
function useFactsInSight(preset: Preset, card: RefObject<HTMLElement | null>): PresetFacts | undefined {
  const [facts, setFacts] = useState(() => knownFacts(preset))
  useEffect(() => {
    const element = card.current
    if (facts || !element) return
    let callOff = () => {}
    const watcher = new IntersectionObserver(([entry]) => {
      if (!entry?.isIntersecting) return callOff()
      callOff = whenIdle(() => setFacts(presetFacts(preset)))
    })
    watcher.observe(element)
    return () => {
      watcher.disconnect()
      callOff()
    }
  }, [preset, card, facts])
  return facts
}

function closeAnd(command: string): void {
  useSessionStore.getState().openDialog(null)
  run(command)
}
