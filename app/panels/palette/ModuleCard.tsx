import { HoverCard } from 'radix-ui'
import { type ReactNode, useEffect, useState } from 'react'
import type { ModuleDefinition } from '../../../engine/index'
import { Formula } from '../../glyphs/Formula'
import { ModuleGlyph } from '../../glyphs/ModuleGlyph'
import { kindWords } from '../../glyphs/roles'
import { useSessionStore } from '../../state/sessionStore'
import './ModuleCard.css'

interface ModuleCardProps {
  readonly definition: ModuleDefinition
  /** What the card explains while the pointer or the focus is on it. */
  readonly children: ReactNode
}

/** Formula, meaning and paper of a module; the inspector says the same of a node. */
export function ModuleCard({ definition, children }: ModuleCardProps) {
  const [isOpen, setOpen] = useState(false)
  const isDragging = useSessionStore((state) => state.drag !== null)
  // What is in the hand needs no card; it does not come back by itself when the hand is empty again,
  // not even when its delay ends during the drag.
  useEffect(() => {
    if (isDragging) setOpen(false)
  }, [isDragging])
  return (
    <HoverCard.Root
      openDelay={300}
      closeDelay={80}
      open={isOpen && !isDragging}
      onOpenChange={(isWanted) => setOpen(isWanted && !isDragging)}
    >
      <HoverCard.Trigger asChild>{children}</HoverCard.Trigger>
      <HoverCard.Portal>
        <HoverCard.Content
          className="module-card"
          side="right"
          align="start"
          sideOffset={10}
          collisionPadding={8}
        >
          <header className="module-card-header">
            <ModuleGlyph module={definition.id} size="node" />
            <div>
              <h3>{definition.title}</h3>
              <p className="label muted">{kindWords[definition.kind].one}</p>
            </div>
          </header>
          <div className="module-card-formula">
            <Formula text={definition.formula} />
          </div>
          <p>{definition.summary}</p>
          {definition.paper && (
            <p className="module-card-paper">
              {definition.paper.authors} {definition.paper.year}, {definition.paper.title}
            </p>
          )}
          <p className="module-card-ways">Drag it, or click it and then a lit place, or press Enter.</p>
        </HoverCard.Content>
      </HoverCard.Portal>
    </HoverCard.Root>
  )
}
