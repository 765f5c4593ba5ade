import { ChevronDown, ChevronRight, CircleAlert, CornerDownRight, Replace } from 'lucide-react'
import { ContextMenu } from 'radix-ui'
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { commandById } from '../../commands'
import { isEnabled } from '../../commands/command'
import { legalTargets, nameOf, place, placeAfter, previewTarget } from '../../commands/place'
import { ModuleGlyph } from '../../glyphs/ModuleGlyph'
import { useDocumentStore } from '../../state/documentStore'
import { ancestorsOf, type PathKey, parentOf } from '../../state/paths'
import { type Dragged, useSessionStore } from '../../state/sessionStore'
import { Keys } from '../../ui/Keys'
import { BlockGlyph } from '../palette/BlockGlyph'
import { type OutlineRow, outlineRows } from './rows'
import './Outline.css'

const menuCommands = [
  'replaceType',
  'insertAfter',
  'bypass',
  'duplicate',
  'copy',
  'cut',
  'group',
  'ungroup',
  'makeUnique',
  'makeShared',
  'delete',
]

/** The same design as the canvas as a tree for keys and screen readers: names, shapes, problems, and the same actions. */
export function Outline() {
  const document = useDocumentStore((state) => state.document)
  const selection = useSessionStore((state) => state.selection)
  const dragged = useSessionStore((state) => state.drag?.dragged ?? null)
  const [closed, setClosed] = useState<ReadonlySet<PathKey>>(new Set())
  const rows = useMemo(() => outlineRows(document, (key) => !closed.has(key)), [document, closed])
  const tree = useRef<HTMLDivElement>(null)
  const first = selection[0]
  const stop = rows.some((row) => row.key === first) ? first : rows[0]?.key

  const setOpen = (key: PathKey, isOpen: boolean) => {
    const next = new Set(closed)
    if (isOpen) next.delete(key)
    else next.add(key)
    setClosed(next)
  }
  const focusRow = (key: PathKey | undefined) => {
    if (key === undefined) return
    useSessionStore.getState().select([key])
    tree.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus()
  }

  // A node selected elsewhere is shown here, whatever is folded around it.
  useEffect(() => {
    if (first === undefined) return
    const around = ancestorsOf(parentOf(first))
    setClosed((before) =>
      around.some((key) => before.has(key))
        ? new Set([...before].filter((key) => !around.includes(key)))
        : before,
    )
    tree.current?.querySelector(`[data-key="${CSS.escape(first)}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [first])

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const index = rows.findIndex((row) => row.key === stop)
    const row = rows[index]
    if (!row || event.target !== tree.current?.querySelector(`[data-key="${CSS.escape(row.key)}"]`)) return
    const handled = act(event.key, row, index)
    if (handled) {
      event.preventDefault()
      event.stopPropagation()
    }
  }
  const act = (key: string, row: OutlineRow, index: number): boolean => {
    switch (key) {
      case 'ArrowDown':
        focusRow(rows[index + 1]?.key)
        return true
      case 'ArrowUp':
        focusRow(rows[index - 1]?.key)
        return true
      case 'Home':
        focusRow(rows[0]?.key)
        return true
      case 'End':
        focusRow(rows.at(-1)?.key)
        return true
      case 'ArrowRight':
        if (row.isOpen === false) setOpen(row.key, true)
        else if (row.isOpen) focusRow(rows[index + 1]?.key)
        return true
      case 'ArrowLeft':
        if (row.isOpen) setOpen(row.key, false)
        else if (parentOf(row.key) !== '') focusRow(parentOf(row.key))
        return true
      case 'Enter':
        if (dragged) dropOn(dragged, row)
        else if (row.isOpen !== null) useSessionStore.getState().openLens(row.key)
        useSessionStore.getState().wishCamera('show', row.key)
        return true
      case ' ':
        useSessionStore.getState().toggleSelected(row.key)
        return true
      default:
        return false
    }
  }

  return (
    <div className="outline">
      <p className="outline-end">
        Picture{' '}
        <span className="mono">
          {document.input.height}×{document.input.width}×3
        </span>
      </p>
      <div
        ref={tree}
        className="outline-tree"
        role="tree"
        aria-label={`Outline of ${document.name}`}
        aria-multiselectable="true"
        onKeyDown={onKeyDown}
      >
        {rows.map((row) => (
          <RowMenu key={row.key} path={row.key}>
            <Row
              row={row}
              isSelected={selection.includes(row.key)}
              isStop={row.key === stop}
              dragged={dragged}
              onToggle={() => setOpen(row.key, row.isOpen === false)}
            />
          </RowMenu>
        ))}
      </div>
      <p className="outline-end">Output</p>
    </div>
  )
}

/** Enter on a lit row: replace if the kinds agree, else after it. */
function dropOn(dragged: Dragged, row: OutlineRow): void {
  const { document } = useDocumentStore.getState()
  useSessionStore.getState().endDrag()
  previewTarget(null, null)
  if (legalTargets(document, dragged).replace.has(row.key)) place(dragged, { kind: 'replace', path: row.key })
  else placeAfter(dragged, row.key)
}

interface RowProps extends React.ComponentProps<'div'> {
  readonly row: OutlineRow
  readonly isSelected: boolean
  readonly isStop: boolean
  readonly dragged: Dragged | null
  onToggle(): void
}

function Row({ row, isSelected, isStop, dragged, onToggle, ...rest }: RowProps) {
  const document = useDocumentStore((state) => state.document)
  const takesIt = dragged !== null && legalTargets(document, dragged).replace.has(row.key)
  const Chevron = row.isOpen ? ChevronDown : ChevronRight
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree around it has the keys
    <div
      {...rest}
      className="outline-row"
      role="treeitem"
      data-key={row.key}
      data-status={row.status}
      data-target={takesIt || undefined}
      tabIndex={isStop ? 0 : -1}
      aria-level={row.level}
      aria-setsize={row.setSize}
      aria-posinset={row.position}
      aria-selected={isSelected}
      {...(row.isOpen === null ? {} : { 'aria-expanded': row.isOpen })}
      aria-label={spoken(row, takesIt)}
      style={{ paddingLeft: 6 + (row.level - 1) * 14 }}
      onClick={(event) => {
        const { select, toggleSelected, wishCamera } = useSessionStore.getState()
        if (event.ctrlKey || event.metaKey) toggleSelected(row.key)
        else select([row.key])
        if (!dragged) wishCamera('show', row.key)
      }}
      onPointerEnter={() => useSessionStore.getState().hover(row.key)}
      onPointerLeave={() => useSessionStore.getState().hover(null)}
    >
      <span
        className="outline-chevron"
        aria-hidden="true"
        onPointerDown={(event) => event.stopPropagation()}
        onClick={(event) => {
          event.stopPropagation()
          if (row.isOpen !== null) onToggle()
        }}
      >
        {row.isOpen !== null && <Chevron size={13} strokeWidth={1.6} />}
      </span>
      <span className="outline-glyph">
        {row.module === null ? <BlockGlyph /> : <ModuleGlyph module={row.module} size="dot" />}
      </span>
      <span className="outline-title ellipsis" data-bypassed={row.isBypassed || undefined}>
        {row.shortTitle}
      </span>
      {row.repeat > 1 && <span className="outline-repeat mono">×{row.repeat}</span>}
      {row.hasOverrides && <span className="outline-override" title="Some instances differ" />}
      {row.problems > 0 && (
        <CircleAlert className="outline-problem" size={13} strokeWidth={1.6} aria-hidden="true" />
      )}
      {dragged ? (
        <DropButtons row={row} dragged={dragged} takesIt={takesIt} />
      ) : (
        <span className="outline-shape mono">{row.status === 'waiting' ? 'waits' : row.shape}</span>
      )}
    </div>
  )
}

/** While something is in the hand, every row offers where it could go: no dragging needed. */
function DropButtons({
  row,
  dragged,
  takesIt,
}: {
  readonly row: OutlineRow
  readonly dragged: Dragged
  readonly takesIt: boolean
}) {
  const document = useDocumentStore((state) => state.document)
  const put = (act: () => void) => (event: React.MouseEvent) => {
    event.stopPropagation()
    useSessionStore.getState().endDrag()
    act()
  }
  const name = nameOf(document, dragged)
  return (
    <span className="outline-drops">
      {takesIt && (
        <button
          type="button"
          tabIndex={-1}
          aria-label={`Replace ${row.title} by ${name}`}
          title="Replace"
          onPointerEnter={() => previewTarget(dragged, { kind: 'replace', path: row.key })}
          onPointerLeave={() => previewTarget(null, null)}
          onClick={put(() => place(dragged, { kind: 'replace', path: row.key }))}
        >
          <Replace size={13} strokeWidth={1.6} aria-hidden="true" />
        </button>
      )}
      <button
        type="button"
        tabIndex={-1}
        aria-label={`Insert ${name} after ${row.title}`}
        title="Insert after"
        onClick={put(() => placeAfter(dragged, row.key))}
      >
        <CornerDownRight size={13} strokeWidth={1.6} aria-hidden="true" />
      </button>
    </span>
  )
}

function RowMenu({ path, children }: { readonly path: PathKey; readonly children: ReactNode }) {
  return (
    <ContextMenu.Root
      modal={false}
      onOpenChange={(isOpen) => {
        const { selection, select } = useSessionStore.getState()
        if (isOpen && !selection.includes(path)) select([path])
      }}
    >
      <ContextMenu.Trigger asChild>{children}</ContextMenu.Trigger>
      <ContextMenu.Portal>
        <ContextMenu.Content className="menu" collisionPadding={8}>
          {menuCommands.map(commandById).map((command) => (
            <ContextMenu.Item
              key={command.id}
              className="menu-item"
              disabled={!isEnabled(command)}
              onSelect={() => void command.run()}
            >
              {command.icon && <command.icon size={14} strokeWidth={1.6} aria-hidden="true" />}
              <span className="menu-label">{command.label}</span>
              {command.shortcuts?.[0] !== undefined && <Keys shortcut={command.shortcuts[0]} />}
            </ContextMenu.Item>
          ))}
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  )
}

function spoken(row: OutlineRow, takesIt: boolean): string {
  return [
    row.title,
    row.kindWord,
    row.repeat > 1 ? `${row.repeat} times` : '',
    row.spokenShape === '' ? '' : `output ${row.spokenShape}`,
    row.isBypassed ? 'bypassed' : '',
    row.status === 'waiting' ? 'waiting' : row.status === 'unconnected' ? 'not connected' : '',
    row.problems > 0 ? `${row.problems} ${row.problems === 1 ? 'problem' : 'problems'}` : '',
    takesIt ? 'can be replaced: press Enter' : '',
  ]
    .filter(Boolean)
    .join(', ')
}
