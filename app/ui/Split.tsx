import type { ReactNode } from 'react'
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels'
import './Split.css'

interface SplitProps {
  /** The sizes are remembered under this name. */
  readonly id: string
  readonly direction: 'horizontal' | 'vertical'
  readonly children: ReactNode
}

/** Panels side by side or on top of each other, with edges to drag or to move by arrow keys. */
export function Split({ id, direction, children }: SplitProps) {
  const { defaultLayout, onLayoutChanged } = useDefaultLayout({
    id: `vertebra.split.${id}`,
    onlySaveAfterUserInteractions: true,
  })
  return (
    <Group
      id={id}
      className="split"
      orientation={direction}
      {...(defaultLayout ? { defaultLayout } : {})}
      onLayoutChanged={onLayoutChanged}
    >
      {children}
    </Group>
  )
}

interface SplitPanelProps {
  readonly id: string
  /** Pixels; a panel without a size takes what is left. */
  readonly size?: number
  readonly least?: number
  readonly most?: number
  readonly children: ReactNode
}

export function SplitPanel({ id, size, least, most, children }: SplitPanelProps) {
  return (
    <Panel
      id={id}
      className="split-panel"
      groupResizeBehavior={size === undefined ? 'preserve-relative-size' : 'preserve-pixel-size'}
      {...(size === undefined ? {} : { defaultSize: size })}
      {...(least === undefined ? {} : { minSize: least })}
      {...(most === undefined ? {} : { maxSize: most })}
    >
      {children}
    </Panel>
  )
}

export const SplitHandle = ({ label }: { readonly label: string }) => (
  <Separator className="split-handle" aria-label={label} />
)
