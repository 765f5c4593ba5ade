import { FilePlus2, FolderOpen, Search } from 'lucide-react'
import { type RefObject, useEffect, useRef, useState } from 'react'
import { presets } from '../../engine/catalogue'
import type { Preset } from '../../engine/index'
import { run } from '../commands'
import { openPreset } from '../commands/presets'
import { SkeletonPicture } from '../glyphs/Vertebrae'
import { isEdited, useDocumentStore } from '../state/documentStore'
import { knownFacts, type PresetFacts, presetFacts } from '../state/presetFacts'
import { useSessionStore } from '../state/sessionStore'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { formatCount } from '../ui/formatNumber'
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
      width={940}
    >
      {isOpen && <PresetList />}
    </Dialog>
  )
}

function PresetList() {
  const [search, setSearch] = useState('')
  const list = useRef<HTMLDivElement>(null)
  const roving = useRovingFocus(list, '[data-preset]')
  const [family, setFamily] = useState<string | null>(null)
  const found = presets.filter(
    (preset) => (family === null || preset.family === family) && matches(preset, search),
  )
  return (
    <>
      <div className="presets-bar">
        <label className="presets-search">
          <Search size={14} strokeWidth={1.6} aria-hidden="true" />
          <input
            aria-label="Search presets"
            placeholder="caformer, vit, pooling…"
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
      <Families chosen={family} onChoose={setFamily} />
      {/* biome-ignore lint/a11y/useSemanticElements: a list of buttons with arrow keys between them */}
      <div className="presets-grid" role="group" aria-label="Presets" ref={list} {...roving}>
        {found.map((preset) => (
          <PresetCard key={preset.id} preset={preset} />
        ))}
      </div>
      {found.length === 0 && <p className="muted">No preset has that name.</p>}
      <p className="presets-note">
        Params and MACs are counted by this page at 224 × 224. Top-1 on ImageNet-1k is as published; a dash
        means that we have no figure at hand. The papers’ FLOPs are our MACs.
      </p>
    </>
  )
}

interface FamiliesProps {
  readonly chosen: string | null
  readonly onChoose: (family: string | null) => void
}

/** timm's families, with how many designs each has. */
function Families({ chosen, onChoose }: FamiliesProps) {
  const families = [...new Set(presets.map((preset) => preset.family))]
  if (families.length < 2) return null
  return (
    <div className="presets-families">
      <FamilyButton
        name="All"
        count={presets.length}
        isChosen={chosen === null}
        onChoose={() => onChoose(null)}
      />
      {families.map((family) => (
        <FamilyButton
          key={family}
          name={family.replaceAll('_', ' ')}
          count={presets.filter((preset) => preset.family === family).length}
          isChosen={chosen === family}
          onChoose={() => onChoose(family)}
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
    {name} <span>{count}</span>
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
      <SkeletonPicture stages={facts?.skeleton ?? []} width={208} height={76} />
      <span className="preset-line">
        <b className="ellipsis">{preset.title}</b>
        <span title={preset.published ? `Top-1, ${preset.published.source}` : 'No published top-1 at hand'}>
          {preset.published ? preset.published.top1.toFixed(1) : '–'}
        </span>
      </span>
      <span className="preset-line preset-details">
        <span className="ellipsis">{preset.id}</span>
        <span>
          {facts ? `${formatCount(facts.figures.params)}, ${formatCount(facts.figures.macs)}` : 'counting'}
        </span>
      </span>
    </button>
  )
}

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

function matches(preset: Preset, search: string): boolean {
  const text = `${preset.id} ${preset.title} ${preset.family} ${preset.summary}`.toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

function closeAnd(command: string): void {
  useSessionStore.getState().openDialog(null)
  run(command)
}
