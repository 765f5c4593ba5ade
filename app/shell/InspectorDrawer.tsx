import { X } from 'lucide-react'
import { Inspector } from '../panels/inspector/Inspector'
import { useSessionStore } from '../state/sessionStore'
import { IconButton } from '../ui/IconButton'
import './InspectorDrawer.css'

/** The inspector on narrower screens: over the canvas, when asked for. */
export function InspectorDrawer() {
  const isOpen = useSessionStore((state) => state.panels.right)
  if (!isOpen) return null
  return (
    <div className="inspector-drawer">
      <IconButton
        label="Close the inspector"
        shortcut="i"
        side="left"
        className="inspector-drawer-close"
        onClick={() => useSessionStore.getState().togglePanel('right')}
      >
        <X size={16} strokeWidth={1.6} aria-hidden="true" />
      </IconButton>
      <Inspector />
    </div>
  )
}
