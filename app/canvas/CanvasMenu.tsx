import { ContextMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { isEnabled } from '../commands/command'
import { commandById, run } from '../commands/index'
import { useSessionStore } from '../state/sessionStore'
import { Keys } from '../ui/Keys'
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

/** Right click, long press, Shift+F10: the commands for what is under the pointer. */
export function CanvasMenu({ children }: { readonly children: ReactNode }) {
  const hasSelection = useSessionStore((state) => state.selection.length > 0 || state.selectedEdge !== null)
  return (
    <ContextMenu.Root modal={false}>
      <ContextMenu.Trigger asChild onContextMenuCapture={selectUnder}>
        {children}
      </ContextMenu.Trigger>
      <ContextMenu.Portal>
        <ContextMenu.Content className="menu" collisionPadding={8}>
          {(hasSelection ? nodeItems : paneItems).map((id, index) =>
            id === 'line' ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines are alike and never move
              <ContextMenu.Separator key={`line-${index}`} className="menu-line" />
            ) : (
              <MenuCommand key={id} id={id} />
            ),
          )}
          <ContextMenu.Separator className="menu-line" />
          <MenuCommand id="arrange" />
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  )
}

function MenuCommand({ id }: { readonly id: string }) {
  const command = commandById(id)
  const Icon = command.icon
  return (
    <ContextMenu.Item className="menu-item" disabled={!isEnabled(command)} onSelect={() => run(id)}>
      {Icon && <Icon size={14} strokeWidth={1.6} aria-hidden="true" />}
      <span className="menu-label">{command.label}</span>
      {command.shortcuts?.[0] !== undefined && <Keys shortcut={command.shortcuts[0]} />}
    </ContextMenu.Item>
  )
}

/** The menu speaks of what it was opened on. */
function selectUnder(event: React.MouseEvent): void {
  if (!(event.target instanceof Element)) return
  const { selection, select } = useSessionStore.getState()
  const element = event.target.closest<HTMLElement>('[data-path], [data-selects]')
  const key = element?.dataset.path ?? element?.dataset.selects
  if (key !== undefined) {
    if (!selection.includes(key)) select([key])
  } else if (event.target.closest('.react-flow__pane')) select([])
}
