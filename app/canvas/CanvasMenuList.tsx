import { DropdownMenu } from 'radix-ui'
import { isEnabled } from '../commands/command'
import { commandById, run } from '../commands/index'
import { useSessionStore } from '../state/sessionStore'
import { Keys } from '../ui/Keys'
import type { Point } from './geometry'
import '../ui/Menu.css'

const nodeItems = [
  'replaceType',
  'insertAfter',
  'bypass',
  'freeze',
  'line',
  'cut',
  'copy',
  'duplicate',
  'delete',
  'line',
  'group',
  'ungroup',
  'makeShared',
  'makeUnique',
  'line',
  'fitSelection',
]
const paneItems = ['insertAfter', 'paste', 'selectAll', 'line', 'fit', 'actualSize', 'focusMode']

interface CanvasMenuListProps {
  readonly place: Point
  readonly onClose: () => void
}

export function CanvasMenuList({ place, onClose }: CanvasMenuListProps) {
  const hasSelection = useSessionStore((state) => state.selection.length > 0 || state.selectedEdge !== null)
  return (
    <DropdownMenu.Root modal={false} open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <DropdownMenu.Trigger asChild>
        <span style={{ position: 'fixed', left: place.x, top: place.y }} aria-hidden="true" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu"
          align="start"
          aria-label="Commands"
          collisionPadding={8}
          onCloseAutoFocus={(event) => event.preventDefault()}
        >
          {(hasSelection ? nodeItems : paneItems).map((id, index) =>
            id === 'line' ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines are alike and never move
              <DropdownMenu.Separator key={`line-${index}`} className="menu-line" />
            ) : (
              <MenuCommand key={id} id={id} />
            ),
          )}
          <DropdownMenu.Separator className="menu-line" />
          <MenuCommand id="arrange" />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

function MenuCommand({ id }: { readonly id: string }) {
  const command = commandById(id)
  const Icon = command.icon
  return (
    <DropdownMenu.Item className="menu-item" disabled={!isEnabled(command)} onSelect={() => run(id)}>
      {Icon && <Icon size={14} strokeWidth={1.6} aria-hidden="true" />}
      <span className="menu-label">{command.label}</span>
      {command.shortcuts?.[0] !== undefined && <Keys shortcut={command.shortcuts[0]} />}
    </DropdownMenu.Item>
  )
}
