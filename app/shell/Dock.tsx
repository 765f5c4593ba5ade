import { Maximize2, Minimize2, X } from 'lucide-react'
import { Suspense } from 'react'
import { type DockPanel, dockPanels } from '../panels/index'
import { useSessionStore } from '../state/sessionStore'
import { IconButton } from '../ui/IconButton'
import { Tabs } from '../ui/Tabs'
import './Dock.css'

const icon = { size: 16, strokeWidth: 1.6, 'aria-hidden': true } as const

export function Dock() {
  const openTab = useSessionStore((state) => state.dockTab)
  const showTab = useSessionStore((state) => state.showDockTab)
  const isMaximised = useSessionStore((state) => state.isDockMaximised)
  const panel = dockPanels.find((candidate) => candidate.id === openTab) ?? dockPanels[0]
  if (!panel) return null
  const Content = panel.component
  return (
    <section className="dock" data-region="dock" aria-label="Dock">
      <Tabs
        label="Dock"
        value={panel.id}
        tabs={dockPanels.map((candidate) => ({ value: candidate.id, label: <DockTab panel={candidate} /> }))}
        onChange={showTab}
        actions={
          <>
            <IconButton
              label={isMaximised ? 'Restore the dock' : 'Maximise the dock'}
              side="top"
              onClick={useSessionStore.getState().toggleDockMaximised}
            >
              {isMaximised ? <Minimize2 {...icon} /> : <Maximize2 {...icon} />}
            </IconButton>
            <IconButton
              label="Close the dock"
              shortcut="d"
              side="top"
              onClick={() => useSessionStore.getState().togglePanel('dock')}
            >
              <X {...icon} />
            </IconButton>
          </>
        }
      >
        <Suspense fallback={<p className="dock-loading muted">Opening {panel.title.toLowerCase()}…</p>}>
          <Content />
        </Suspense>
      </Tabs>
    </section>
  )
}

function DockTab({ panel }: { readonly panel: DockPanel }) {
  return (
    <>
      {panel.title}
      {panel.badge && <Badge count={panel.badge} />}
    </>
  )
}

function Badge({ count: useCount }: { readonly count: () => number }) {
  const count = useCount()
  return count > 0 ? <span className="dock-badge">{count}</span> : null
}
