/** The dock's panels, in the order of their tabs. */
import { Frame, Layers, ScanEye, Timer, TriangleAlert } from 'lucide-react'
import { AttentionPanel } from './attention/AttentionPanel'
import type { DockPanel } from './dockPanel'
import { FieldPanel } from './field/FieldPanel'
import { LatencyPanel } from './latency/LatencyPanel'
import { LayersPanel } from './layers/LayersPanel'
import { ProblemsPanel, useProblemCount } from './problems/ProblemsPanel'

export type { DockPanel } from './dockPanel'

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
