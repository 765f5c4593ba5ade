import { Command } from 'cmdk'
import { Search } from 'lucide-react'
import { Dialog } from 'radix-ui'
import { type ReactNode, useEffect, useEffectEvent, useRef, useState } from 'react'
import { useReturnFocus } from '../ui/useReturnFocus'
import './SearchDialog.css'

interface SearchDialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly title: string
  readonly placeholder: string
  readonly search: string
  readonly onSearch: (search: string) => void
  /** What the search acts on, at the right of the field. */
  readonly scope: string | null
  /** The row under the arrow keys or the pointer. */
  readonly onHighlight?: (value: string) => void
  readonly footer?: ReactNode
  readonly children: ReactNode
}

/** A search field over rows, which follow from what is typed; Enter takes the highlighted row. */
export function SearchDialog({
  isOpen,
  onClose,
  title,
  placeholder,
  search,
  onSearch,
  scope,
  onHighlight,
  footer,
  children,
}: SearchDialogProps) {
  const { remember, onCloseAutoFocus } = useReturnFocus()
  const list = useRef<HTMLDivElement>(null)
  const [value, setValue] = useState('')
  const highlight = (row: string) => {
    setValue(row)
    onHighlight?.(row)
  }
  // What is typed brings other rows: the first of them is the one meant.
  const showFirst = useEffectEvent(() => {
    const first = list.current?.querySelector('[cmdk-item]')
    highlight(first?.getAttribute('data-value') ?? '')
    list.current?.scrollTo({ top: 0 })
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (isOpen) showFirst()
  }, [search, isOpen])
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="scrim" />
        <Dialog.Content
          className="search-dialog"
          aria-describedby={undefined}
          onOpenAutoFocus={remember}
          onCloseAutoFocus={onCloseAutoFocus}
        >
          <Dialog.Title className="spoken">{title}</Dialog.Title>
          <Command label={title} loop shouldFilter={false} value={value} onValueChange={highlight}>
            <div className="search-dialog-field">
              <Search size={18} strokeWidth={1.6} aria-hidden="true" />
              <Command.Input
                className="search-dialog-input"
                placeholder={placeholder}
                value={search}
                onValueChange={onSearch}
              />
              {scope !== null && <span className="search-dialog-scope">{scope}</span>}
            </div>
            <Command.List className="search-dialog-list" ref={list}>
              <Command.Empty className="search-dialog-empty">Nothing here has that name.</Command.Empty>
              {children}
            </Command.List>
            {footer !== undefined && <div className="search-dialog-footer">{footer}</div>}
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

interface SearchRowProps {
  readonly value: string
  readonly icon: ReactNode
  readonly title: string
  readonly hint?: ReactNode
  readonly end?: ReactNode
  readonly onSelect: () => void
}

export const SearchRow = ({ value, icon, title, hint, end, onSelect }: SearchRowProps) => (
  <Command.Item className="search-row" value={value} onSelect={onSelect}>
    <span className="search-row-icon">{icon}</span>
    <span className="search-row-title">{title}</span>
    <span className="search-row-hint ellipsis">{hint}</span>
    {end}
  </Command.Item>
)

interface SearchGroupProps {
  readonly heading: string
  readonly children: ReactNode
}

export const SearchGroup = ({ heading, children }: SearchGroupProps) => (
  <Command.Group className="search-group" heading={heading}>
    {children}
  </Command.Group>
)
