import { ChevronRight } from 'lucide-react'
import { type ReactNode, useMemo, useState } from 'react'
import { presets } from '../../engine/catalogue'
import { findNode } from '../../engine/index'
import { commands } from '../commands'
import { type Command, type CommandGroup, isEnabled } from '../commands/command'
import { place, placeAfterSelection } from '../commands/place'
import { openPreset } from '../commands/presets'
import { titleOf } from '../commands/subject'
import { templates } from '../commands/templates'
import { Mark } from '../glyphs/Mark'
import { kindWords } from '../glyphs/roles'
import { BlockGlyph } from '../panels/palette/BlockGlyph'
import { moduleEntry } from '../search/modules'
import { presetEntry } from '../search/presets'
import { type Entry, entryOf, find, remembered } from '../search/search'
import { templateEntry } from '../search/templates'
import { useDocumentStore } from '../state/documentStore'
import { alternativesTo, insertables } from '../state/modules'
import { ancestorsOf, pathOf } from '../state/paths'
import { type DropTarget, useSessionStore } from '../state/sessionStore'
import { Key, Keys } from '../ui/Keys'
import { ModuleRow } from './moduleRows'
import { SearchDialog, SearchGroup, SearchRow } from './SearchDialog'

const icon = { size: 16, strokeWidth: 1.6, 'aria-hidden': true } as const

const groupOrder: readonly CommandGroup[] = ['File', 'Run', 'Edit', 'View', 'Go to', 'Help']
const usualFirst = commands.toSorted((a, b) => groupOrder.indexOf(a.group) - groupOrder.indexOf(b.group))

/** With nothing searched for, hundreds of presets would bury the rest. */
const firstOfFamilies = presets.filter(
  (preset, index) => presets.findIndex((other) => other.family === preset.family) === index,
)

/** Everything that can be done, by name: replace, insert, open, do. */
export function CommandPalette() {
  const isOpen = useSessionStore((state) => state.dialog === 'commands')
  const [search, setSearch] = useState('')
  const close = () => {
    useSessionStore.getState().openDialog(null)
    setSearch('')
  }
  return (
    <SearchDialog
      isOpen={isOpen}
      onClose={close}
      title="Command palette"
      placeholder="Search modules, presets and commands"
      search={search}
      onSearch={setSearch}
      scope={useScope()}
      footer={
        <>
          <span>
            <Key>Enter</Key> run
          </span>
          <span>
            <Key>Esc</Key> close
          </span>
        </>
      }
    >
      {isOpen && <Groups search={search} onDone={close} />}
    </SearchDialog>
  )
}

/** `in Stage 3, Block`: where the selection is. */
function useScope(): string | null {
  const document = useDocumentStore((state) => state.document)
  const first = useSessionStore((state) => state.selection[0] ?? state.lens)
  return useMemo(() => {
    if (first === undefined || first === null) return null
    const titles = ancestorsOf(first).flatMap((key) => {
      const node = key === '' ? undefined : findNode(document, pathOf(key))
      return node ? [titleOf(node)] : []
    })
    return titles.length > 0 ? `in ${titles.join(', ')}` : null
  }, [document, first])
}

/** More are not looked through; words find them. */
const mostRows = { found: 40, offered: 12 }

interface RowGroup {
  readonly heading: string
  readonly score: number
  readonly rows: readonly ReactNode[]
}

function Groups({ search, onDone }: { readonly search: string; readonly onDone: () => void }) {
  const document = useDocumentStore((state) => state.document)
  const selection = useSessionStore((state) => state.selection)
  const instance = useSessionStore((state) => state.instance)
  const only = selection.length === 1 ? selection[0] : undefined
  const node = only === undefined ? undefined : findNode(document, pathOf(only))
  const target = useMemo<DropTarget | null>(
    () => (only === undefined ? null : { kind: 'replace', path: only }),
    [only],
  )
  const then = (act: () => void) => () => {
    onDone()
    act()
  }
  function group<Thing>(
    heading: string,
    things: readonly Thing[],
    entry: (thing: Thing) => Entry,
    row: (thing: Thing) => ReactNode,
    offered: number = mostRows.offered,
  ): RowGroup {
    const found = find(things, search, entry)
    const most = search === '' ? offered : mostRows.found
    return { heading, score: found.score, rows: found.things.slice(0, most).map(row) }
  }

  const alternatives = node?.type === 'module' ? alternativesTo(node.module) : []
  const kind = alternatives[0]?.kind
  const groups = [
    group(
      kind ? `Replace the selected ${kindWords[kind].one.toLowerCase()}` : '',
      target ? alternatives : [],
      moduleEntry,
      (definition) =>
        target && (
          <ModuleRow
            key={definition.id}
            definition={definition}
            value={`replace ${definition.id}`}
            target={target}
            instance={instance}
            onSelect={then(() => place({ kind: 'module', module: definition.id }, target, instance))}
          />
        ),
    ),
    group(
      'Commands',
      usualFirst.filter((command) => !command.isKeyOnly && isEnabled(command)),
      commandEntry,
      (command) => (
        <CommandRow key={command.id} command={command} onSelect={then(() => void command.run())} />
      ),
      commands.length,
    ),
    group('Open a preset', search === '' ? firstOfFamilies : presets, presetEntry, (preset) => (
      <SearchRow
        key={preset.id}
        value={`preset ${preset.id}`}
        icon={<Mark size={16} />}
        title={preset.title}
        hint={preset.id}
        onSelect={then(() => openPreset(preset))}
      />
    )),
    group(
      node ? `Insert after ${titleOf(node)}` : 'Insert at the end',
      insertables(),
      moduleEntry,
      (definition) => (
        <ModuleRow
          key={definition.id}
          definition={definition}
          value={`insert ${definition.id}`}
          target={null}
          onSelect={then(() => placeAfterSelection({ kind: 'module', module: definition.id }))}
        />
      ),
    ),
    group('Insert a block', templates, templateEntry, (template) => (
      <SearchRow
        key={template.id}
        value={`insert block ${template.id}`}
        icon={<BlockGlyph size={16} />}
        title={`${template.title} block`}
        hint={template.summary}
        onSelect={then(() => placeAfterSelection({ kind: 'template', template: template.id }))}
      />
    )),
  ]
  return groups
    .filter(({ rows }) => rows.length > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ heading, rows }) => (
      <SearchGroup key={heading} heading={heading}>
        {rows}
      </SearchGroup>
    ))
}

const commandEntry: (command: Command) => Entry = remembered(({ label, group }) =>
  entryOf([
    { weight: 10, texts: [label] },
    { weight: 2, texts: [group] },
  ]),
)

function CommandRow({ command, onSelect }: { readonly command: Command; readonly onSelect: () => void }) {
  const Icon = command.icon ?? ChevronRight
  const shortcut = command.shortcuts?.[0]
  return (
    <SearchRow
      value={`command ${command.id}`}
      icon={<Icon {...icon} />}
      title={command.label}
      end={shortcut !== undefined && <Keys shortcut={shortcut} />}
      onSelect={onSelect}
    />
  )
}
