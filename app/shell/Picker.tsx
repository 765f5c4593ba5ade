import { useEffect, useMemo, useState } from 'react'
import { findModule, findNode } from '../../engine/index'
import { place, placeAfter, placeAfterSelection, placeConnected, previewTarget } from '../commands/place'
import { titleOf } from '../commands/subject'
import { templates } from '../commands/templates'
import { BlockGlyph } from '../panels/palette/BlockGlyph'
import { moduleEntry } from '../search/modules'
import { ranked } from '../search/search'
import { templateEntry } from '../search/templates'
import { useDocumentStore } from '../state/documentStore'
import { alternativesTo, insertables } from '../state/modules'
import { pathOf } from '../state/paths'
import {
  type Dragged,
  type DropTarget,
  type PickerPurpose,
  type SessionState,
  useSessionStore,
} from '../state/sessionStore'
import { Key } from '../ui/Keys'
import { ModuleRow } from './moduleRows'
import { SearchDialog, SearchGroup, SearchRow } from './SearchDialog'

const close = () => {
  useDocumentStore.getState().showPreview(null)
  useSessionStore.getState().openPicker(null)
}

/** Chooses one module for one purpose: another type in this place, something after it, the end of a link. */
export function Picker() {
  const purpose = useSessionStore((state) => state.picker)
  const instance = useSessionStore((state) => state.instance)
  const document = useDocumentStore((state) => state.document)
  const target = useMemo<DropTarget | null>(
    () => (purpose?.kind === 'replace' ? { kind: 'replace', path: purpose.path } : null),
    [purpose],
  )
  // Whatever closes the picker ends the preview.
  useEffect(() => (purpose ? () => previewTarget(null, null) : undefined), [purpose])
  const [search, setSearch] = useState('')
  if (!purpose) return null

  const node = 'path' in purpose ? findNode(document, pathOf(purpose.path)) : undefined
  const name = node ? titleOf(node) : ''
  const title = titles[purpose.kind](name)
  const choices =
    purpose.kind === 'replace' && node?.type === 'module' ? alternativesTo(node.module) : insertables()
  const finish = () => {
    setSearch('')
    close()
  }
  const choose = (dragged: Dragged) => {
    finish()
    put(purpose, dragged, instance)
  }
  return (
    <SearchDialog
      isOpen
      onClose={finish}
      title={title}
      placeholder={title}
      search={search}
      onSearch={setSearch}
      scope={node ? name : null}
      onHighlight={(value) => {
        if (target && findModule(value)) previewTarget({ kind: 'module', module: value }, target)
      }}
      footer={
        <>
          <span>
            <Key>↑</Key> <Key>↓</Key> preview
          </span>
          <span>
            <Key>Enter</Key> take
          </span>
          <span>
            <Key>Esc</Key> leave as it is
          </span>
        </>
      }
    >
      <SearchGroup heading={title}>
        {ranked(choices, search, moduleEntry).map((definition) => (
          <ModuleRow
            key={definition.id}
            definition={definition}
            value={definition.id}
            target={target}
            instance={instance}
            onSelect={() => choose({ kind: 'module', module: definition.id })}
          />
        ))}
        {purpose.kind !== 'replace' &&
          ranked(templates, search, templateEntry).map((template) => (
            <SearchRow
              key={template.id}
              value={`block ${template.id}`}
              icon={<BlockGlyph size={16} />}
              title={`${template.title} block`}
              hint={template.summary}
              onSelect={() => choose({ kind: 'template', template: template.id })}
            />
          ))}
      </SearchGroup>
    </SearchDialog>
  )
}

const titles: { readonly [K in NonNullable<PickerPurpose>['kind']]: (name: string) => string } = {
  replace: (name) => `Replace ${name} by`,
  insertAfter: (name) => (name === '' ? 'Insert at the end' : `Insert after ${name}`),
  connectNew: () => 'Connect to a new',
}

function put(
  purpose: NonNullable<PickerPurpose>,
  dragged: Dragged,
  instance: SessionState['instance'],
): void {
  switch (purpose.kind) {
    case 'replace':
      place(dragged, { kind: 'replace', path: purpose.path }, instance)
      return
    case 'insertAfter': {
      const isNode = findNode(useDocumentStore.getState().document, pathOf(purpose.path)) !== undefined
      if (isNode && useSessionStore.getState().selection.length === 1) placeAfter(dragged, purpose.path)
      else placeAfterSelection(dragged)
      return
    }
    case 'connectNew':
      placeConnected(dragged, purpose.graph, purpose.from, purpose.position)
      return
    default:
      purpose satisfies never
  }
}
