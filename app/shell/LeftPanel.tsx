import { Outline } from '../panels/outline/index'
import { Palette } from '../panels/palette/Palette'
import { PaletteSearch } from '../panels/palette/PaletteSearch'
import { useSessionStore } from '../state/sessionStore'
import { Tabs } from '../ui/Tabs'
import './LeftPanel.css'

const tabs = [
  { value: 'palette', label: 'Palette' },
  { value: 'outline', label: 'Outline' },
] as const

export function LeftPanel() {
  const tab = useSessionStore((state) => state.leftTab)
  const setTab = useSessionStore((state) => state.setLeftTab)
  return (
    <aside className="left-panel" data-region="palette" aria-label="Palette and outline">
      <PaletteSearch />
      <Tabs label="Palette and outline" value={tab} tabs={tabs} onChange={setTab}>
        {tab === 'palette' ? <Palette /> : <Outline />}
      </Tabs>
    </aside>
  )
}
