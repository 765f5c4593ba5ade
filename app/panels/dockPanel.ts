import type { LucideIcon } from 'lucide-react'
import type { ComponentType } from 'react'

export interface DockPanel {
  readonly id: string
  readonly title: string
  readonly icon: LucideIcon
  readonly component: ComponentType
  /** A hook: the number shown beside the title; nothing is shown for 0. */
  readonly badge?: () => number
}
