import { Suspense, useEffect, useState } from 'react'
import { Canvas } from './canvas/Canvas'
import { laterComponent } from './later'
import { Inspector } from './panels/inspector/Inspector'
import { Banners } from './shell/Banners'
import { Dock } from './shell/Dock'
import { DragLayer } from './shell/DragLayer'
import { FirstRun } from './shell/FirstRun'
import { InspectorDrawer } from './shell/InspectorDrawer'
import { LeftPanel } from './shell/LeftPanel'
import { Rail } from './shell/Rail'
import { StatusBar } from './shell/StatusBar'
import { TopBar } from './shell/TopBar'
import { loadCatalogue } from './state/catalogue'
import { loadModules } from './state/modules'
import { useSessionStore } from './state/sessionStore'
import { useWidthClass } from './state/widthClass'
import { Split, SplitHandle, SplitPanel } from './ui/Split'
import { afterPaint } from './ui/whenIdle'
import './App.css'

const NarrowView = laterComponent(async () => (await import('./shell/NarrowView')).NarrowView)
const Overlays = laterComponent(async () => {
  const [{ Overlays }] = await Promise.all([import('./shell/Overlays'), loadModules(), loadCatalogue()])
  return Overlays
})

/** The arrangement of the page, nothing else. */
export function App({ onDrawn }: { readonly onDrawn: () => void }) {
  const [isDrawn, setDrawn] = useState(false)
  useEffect(
    () =>
      afterPaint(() => {
        onDrawn()
        setDrawn(true)
      }),
    [onDrawn],
  )
  const width = useWidthClass()
  return (
    <>
      <div className="app" data-width={width}>
        <TopBar width={width} />
        <Banners />
        {width === 'narrow' ? (
          <Suspense fallback={null}>
            <NarrowView />
          </Suspense>
        ) : (
          <Workspace width={width} />
        )}
        {width !== 'narrow' && <StatusBar width={width} />}
      </div>
      <DragLayer />
      <Announcements />
      {isDrawn && (
        <Suspense fallback={null}>
          <Overlays />
        </Suspense>
      )}
    </>
  )
}

function Workspace({ width }: { readonly width: 'wide' | 'medium' }) {
  const panels = useSessionStore((state) => state.panels)
  const isWide = width === 'wide'
  return (
    <div className="app-workspace">
      {!isWide && panels.left && <Rail />}
      <Split id="columns" direction="horizontal">
        {isWide && panels.left && (
          <>
            <SplitPanel id="left" size={236} least={200} most={400}>
              <LeftPanel />
            </SplitPanel>
            <SplitHandle label="Width of the left panel" />
          </>
        )}
        <SplitPanel id="centre">
          <Centre dockHeight={isWide ? 274 : 206} />
        </SplitPanel>
        {isWide && panels.right && (
          <>
            <SplitHandle label="Width of the inspector" />
            <SplitPanel id="right" size={288} least={248} most={480}>
              <Inspector />
            </SplitPanel>
          </>
        )}
      </Split>
      {!isWide && <InspectorDrawer />}
    </div>
  )
}

function Centre({ dockHeight }: { readonly dockHeight: number }) {
  const hasDock = useSessionStore((state) => state.panels.dock)
  const isMaximised = useSessionStore((state) => state.isDockMaximised)
  return (
    <Split id={hasDock && isMaximised ? 'rows-maximised' : 'rows'} direction="vertical">
      <SplitPanel
        id="canvas"
        {...(hasDock && isMaximised ? { size: 212, least: 212, most: 212 } : { least: 180 })}
      >
        <main className="app-canvas">
          <Canvas />
          <FirstRun />
        </main>
      </SplitPanel>
      {hasDock && (
        <>
          <SplitHandle label="Height of the dock" />
          <SplitPanel id="dock" {...(isMaximised ? {} : { size: dockHeight, least: 120 })}>
            <Dock />
          </SplitPanel>
        </>
      )}
    </Split>
  )
}

function Announcements() {
  const announcement = useSessionStore((state) => state.announcement)
  return (
    <div className="spoken" role="status" aria-live="polite">
      {announcement}
    </div>
  )
}
