/** What is on screen and how: panels, zoom, theme. */
import {
  Eye,
  Maximize,
  Moon,
  PanelBottom,
  PanelLeft,
  PanelRight,
  Search,
  Workflow,
  ZoomIn,
  ZoomOut,
} from 'lucide-react'
import { forgetPositions } from '../../engine/index'
import { useDocumentStore } from '../state/documentStore'
import { useSessionStore } from '../state/sessionStore'
import { chooseTheme } from '../state/theme'
import type { Command } from './command'
import { edit } from './edit'

const session = () => useSessionStore.getState()

const hasMovedNodes = (): boolean => {
  const { document } = useDocumentStore.getState()
  return forgetPositions(document) !== document
}

export const arrange: Command = {
  id: 'arrange',
  label: 'Arrange automatically',
  group: 'View',
  icon: Workflow,
  enabled: hasMovedNodes,
  run: () => {
    if (edit('Arrange automatically', forgetPositions)) session().wishCamera('fit')
  },
}

export const fit: Command = {
  id: 'fit',
  label: 'Fit design in window',
  group: 'View',
  icon: Maximize,
  shortcuts: ['shift+1'],
  run: () => session().wishCamera('fit'),
}

export const fitSelection: Command = {
  id: 'fitSelection',
  label: 'Fit selection in window',
  group: 'View',
  icon: Maximize,
  shortcuts: ['shift+2'],
  enabled: () => session().selection.length > 0,
  run: () => session().wishCamera('fitSelection'),
}

export const zoomIn: Command = {
  id: 'zoomIn',
  label: 'Zoom in',
  group: 'View',
  icon: ZoomIn,
  shortcuts: ['+', '='],
  run: () => session().wishCamera('zoomIn'),
}

export const zoomOut: Command = {
  id: 'zoomOut',
  label: 'Zoom out',
  group: 'View',
  icon: ZoomOut,
  shortcuts: ['-'],
  run: () => session().wishCamera('zoomOut'),
}

export const actualSize: Command = {
  id: 'actualSize',
  label: 'Zoom to 100 %',
  group: 'View',
  icon: Search,
  shortcuts: ['shift+0'],
  run: () => session().wishCamera('actualSize'),
}

export const toggleTheme: Command = {
  id: 'toggleTheme',
  label: 'Switch between dark and light',
  group: 'View',
  icon: Moon,
  run: () => chooseTheme(session().theme === 'dark' ? 'light' : 'dark'),
}

/** Hides every panel, and brings back those that were there. */
let panelsBefore = { left: true, right: true, dock: true }
export const focusMode: Command = {
  id: 'focusMode',
  label: 'Hide all panels, or show them again',
  group: 'View',
  icon: Eye,
  shortcuts: ['f'],
  run: () => {
    const { panels, setPanels } = session()
    if (panels.left || panels.right || panels.dock) {
      panelsBefore = panels
      setPanels({ left: false, right: false, dock: false })
    } else setPanels(panelsBefore)
  },
}

export const toggleLeft: Command = {
  id: 'toggleLeft',
  label: 'Show or hide palette and outline',
  group: 'View',
  icon: PanelLeft,
  shortcuts: ['p'],
  run: () => session().togglePanel('left'),
}

export const toggleRight: Command = {
  id: 'toggleInspector',
  label: 'Show or hide inspector',
  group: 'View',
  icon: PanelRight,
  shortcuts: ['i'],
  run: () => session().togglePanel('right'),
}

export const toggleDock: Command = {
  id: 'toggleDock',
  label: 'Show or hide dock',
  group: 'View',
  icon: PanelBottom,
  shortcuts: ['d'],
  run: () => session().togglePanel('dock'),
}

/** Esc: lets go of the innermost thing that is open or in the hand. */
export const letGo: Command = {
  id: 'escape',
  label: 'Let go, leave, deselect',
  group: 'View',
  shortcuts: ['escape'],
  isKeyOnly: true,
  run: () => {
    const state = session()
    const { preview, showPreview } = useDocumentStore.getState()
    if (preview) showPreview(null)
    if (state.drag) state.endDrag()
    else if (state.connecting) state.startConnecting(null)
    else if (state.instance) state.editInstance(null)
    else if (state.selection.length > 0 || state.selectedEdge) state.select([])
    else if (state.lens !== null) state.openLens(null)
    else if (state.root !== '') state.setRoot('')
  },
}
