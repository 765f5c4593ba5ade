/** Moving around: search, regions, dock tabs, attention layers and heads. */
import { HelpCircle, PanelBottom, Search, Sparkles } from 'lucide-react'
import { mixerRows } from '../panels/attention/mixerRows'
import { dockPanels } from '../panels/index'
import { useAttentionStore } from '../state/attentionStore'
import { analysisOf } from '../state/derived'
import { useDocumentStore } from '../state/documentStore'
import { useRunStore } from '../state/runStore'
import { useSessionStore } from '../state/sessionStore'
import type { Command } from './command'

export const searchPalette: Command = {
  id: 'search',
  label: 'Search modules',
  group: 'Go to',
  icon: Search,
  shortcuts: ['/'],
  run: () => {
    useSessionStore.getState().setLeftTab('palette')
    focusSoon('[data-palette-search]')
  },
}

export const commandPalette: Command = {
  id: 'commands',
  label: 'Command palette',
  group: 'Go to',
  icon: Sparkles,
  shortcuts: ['mod+k', 'mod+shift+p'],
  isKeyOnly: true,
  run: () => {
    const { dialog, openDialog, openPicker } = useSessionStore.getState()
    openPicker(null)
    openDialog(dialog === 'commands' ? null : 'commands')
  },
}

export const shortcutHelp: Command = {
  id: 'shortcuts',
  label: 'Keyboard shortcuts and help',
  group: 'Help',
  icon: HelpCircle,
  shortcuts: ['?'],
  run: () => useSessionStore.getState().openDialog('shortcuts'),
}

const regionOrder = ['top bar', 'palette', 'canvas', 'inspector', 'dock', 'status bar']

/** F6 goes round the regions of the page, Shift+F6 the other way. */
const cycleRegions = (direction: 1 | -1) => () => {
  const regions = regionOrder
    .flatMap((name) => document.querySelector<HTMLElement>(`[data-region="${name}"]`) ?? [])
    .filter((region) => region.getClientRects().length > 0)
  if (regions.length === 0) return
  const current = regions.findIndex((region) => region.contains(document.activeElement))
  const next = regions.at((current + direction + regions.length) % regions.length)
  if (next) focusInside(next)
}

export const nextRegion: Command = {
  id: 'nextRegion',
  label: 'Next region of the page',
  group: 'Go to',
  shortcuts: ['f6'],
  isKeyOnly: true,
  run: cycleRegions(1),
}

export const previousRegion: Command = {
  id: 'previousRegion',
  label: 'Previous region of the page',
  group: 'Go to',
  shortcuts: ['shift+f6'],
  isKeyOnly: true,
  run: cycleRegions(-1),
}

export const dockTabs: readonly Command[] = dockPanels.map((panel, index) => ({
  id: `dock.${panel.id}`,
  label: panel.title,
  group: 'Go to',
  icon: panel.icon ?? PanelBottom,
  shortcuts: [String(index + 1)],
  run: () => useSessionStore.getState().showDockTab(panel.id),
}))

const mixers = () => {
  const { result } = useRunStore.getState()
  return mixerRows(analysisOf(useDocumentStore.getState().document), result?.attention ?? [])
}

/** Steps through the mixers of the design. */
const stepLayer = (by: 1 | -1) => () => {
  const rows = mixers()
  const { row, lookAt } = useAttentionStore.getState()
  const found = rows.findIndex(({ key }) => key === row)
  const current = found >= 0 ? found : rows.findLastIndex(({ map }) => map !== null)
  const next = rows[Math.min(rows.length - 1, Math.max(0, current + by))]
  if (next) lookAt({ row: next.key, part: null })
}

/** Heads wrap within a layer, the mean before the first. */
const stepHead = (by: 1 | -1) => () => {
  const rows = mixers()
  const { row, head, lookAt } = useAttentionStore.getState()
  const map = (rows.find(({ key }) => key === row) ?? rows.findLast((each) => each.map !== null))?.map
  if (!map) return
  const choices = map.heads + 1
  const position = typeof head === 'number' ? Math.min(head, map.heads - 1) + 1 : 0
  const next = (position + by + choices) % choices
  lookAt({ head: next === 0 ? 'mean' : next - 1 })
}

const hasAttention = () => (useRunStore.getState().result?.attention.length ?? 0) > 0

const stepping = (id: string, label: string, shortcut: string, run: () => void): Command => ({
  id,
  label,
  group: 'Go to',
  shortcuts: [shortcut],
  enabled: hasAttention,
  run,
})

export const attentionSteps: readonly Command[] = [
  stepping('previousLayer', 'Attention of the previous block', '[', stepLayer(-1)),
  stepping('nextLayer', 'Attention of the next block', ']', stepLayer(1)),
  stepping('previousHead', 'Previous attention head', ',', stepHead(-1)),
  stepping('nextHead', 'Next attention head', '.', stepHead(1)),
]

/** Where a region begins: what it says itself, the node of the canvas that has the keys, or its first control. */
const regionStarts = [
  '[data-region-start]',
  '[data-focus][tabindex="0"]',
  'button:not(:disabled), [href], input, [tabindex="0"]',
]

function focusInside(region: HTMLElement): void {
  const [inside] = regionStarts.flatMap((selector) => region.querySelector<HTMLElement>(selector) ?? [])
  ;(inside ?? region).focus()
}

/** The panel may only just be opening. */
function focusSoon(selector: string): void {
  requestAnimationFrame(() => {
    const element = document.querySelector<HTMLElement>(selector)
    element?.focus()
    if (element instanceof HTMLInputElement) element.select()
  })
}
