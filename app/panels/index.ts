/** The dock's panels, in the order of their tabs. */
import { Frame, Layers, ScanEye, Timer, TriangleAlert } from 'lucide-react'
import { lazy } from 'react'
import { AttentionPanel } from './attention/AttentionPanel'
import type { DockPanel } from './dockPanel'
import { LayersPanel } from './layers/LayersPanel'
import { ProblemsPanel, useProblemCount } from './problems/ProblemsPanel'

export type { DockPanel } from './dockPanel'

// Charts are the largest part of the page's code: they load beside the first drawing, not before it.
const loadLatency = async () => ({ default: (await import('./latency/LatencyPanel')).LatencyPanel })
const loadField = async () => ({ default: (await import('./field/FieldPanel')).FieldPanel })
const LatencyPanel = lazy(loadLatency)
const FieldPanel = lazy(loadField)

/** Fetches the panels that come later, so that nothing is fetched once the page is in use. */
export const preloadPanels = () => Promise.all([loadLatency(), loadField()])

export const dockPanels: readonly DockPanel[] = [
  { id: 'layers', title: 'Layers', icon: Layers, component: LayersPanel },
  { id: 'latency', title: 'Latency', icon: Timer, component: LatencyPanel },
  { id: 'attention', title: 'Attention', icon: ScanEye, component: AttentionPanel },
  { id: 'field', title: 'Receptive field', icon: Frame, component: FieldPanel },
  {
    id: 'problems',
    title: 'Problems',
    icon: TriangleAlert,
    component: ProblemsPanel,
    badge: useProblemCount,
  },
]
