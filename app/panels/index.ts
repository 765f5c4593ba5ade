/** The dock's panels, in the order of their tabs. */
import { Frame, Grid3x3, Layers, ScanEye, Timer, TriangleAlert } from 'lucide-react'
import { laterComponent } from '../later'
import type { DockPanel } from './dockPanel'
import { useProblemCount } from './problems/problemCount'

export type { DockPanel } from './dockPanel'

const LayersPanel = laterComponent(async () => (await import('./layers/LayersPanel')).LayersPanel)
const LatencyPanel = laterComponent(async () => (await import('./latency/LatencyPanel')).LatencyPanel)
const AttentionPanel = laterComponent(async () => (await import('./attention/AttentionPanel')).AttentionPanel)
const FieldPanel = laterComponent(async () => (await import('./field/FieldPanel')).FieldPanel)
const FeaturesPanel = laterComponent(async () => (await import('./features/FeaturesPanel')).FeaturesPanel)
const ProblemsPanel = laterComponent(async () => (await import('./problems/ProblemsPanel')).ProblemsPanel)

export const dockPanels: readonly DockPanel[] = [
  { id: 'layers', title: 'Layers', icon: Layers, component: LayersPanel },
  { id: 'latency', title: 'Latency', icon: Timer, component: LatencyPanel },
  { id: 'attention', title: 'Attention', icon: ScanEye, component: AttentionPanel },
  { id: 'field', title: 'Receptive field', icon: Frame, component: FieldPanel },
  { id: 'features', title: 'Features', icon: Grid3x3, component: FeaturesPanel },
  {
    id: 'problems',
    title: 'Problems',
    icon: TriangleAlert,
    component: ProblemsPanel,
    badge: useProblemCount,
  },
]
