import { useEffect, useState } from 'react'
import type { ModuleDefinition } from '../../engine/index'
import { trial } from '../commands/place'
import { ModuleGlyph } from '../glyphs/ModuleGlyph'
import { useDocumentStore } from '../state/documentStore'
import { figuresOf } from '../state/figures'
import type { DropTarget, SessionState } from '../state/sessionStore'
import { formatCount } from '../ui/formatNumber'
import { whenIdle } from '../ui/whenIdle'
import { SearchRow } from './SearchDialog'

interface ModuleRowProps {
  readonly definition: ModuleDefinition
  readonly value: string
  /** Where it would go; its figures are then those of the whole design with it. */
  readonly target: DropTarget | null
  readonly instance?: SessionState['instance']
  readonly onSelect: () => void
}

export function ModuleRow({ definition, value, target, instance = null, onSelect }: ModuleRowProps) {
  return (
    <SearchRow
      value={value}
      icon={<ModuleGlyph module={definition.id} />}
      title={definition.title}
      hint={
        target ? <WouldBe module={definition.id} target={target} instance={instance} /> : definition.summary
      }
      onSelect={onSelect}
    />
  )
}

interface WouldBeProps {
  readonly module: string
  readonly target: DropTarget
  readonly instance: SessionState['instance']
}

/** Params and MACs of the design with that module there, or why it does not fit; found while the page is idle. */
function WouldBe({ module, target, instance }: WouldBeProps) {
  const document = useDocumentStore((state) => state.document)
  const [words, setWords] = useState<string | null>(null)
  useEffect(
    () =>
      whenIdle(() => {
        const tried = trial(document, { kind: 'module', module }, target, instance)
        if (tried.kind === 'refused') return setWords(tried.reason)
        if (tried.kind === 'breaks') return setWords(tried.problem.message)
        const figures = figuresOf(tried.placed.document)
        setWords(`${formatCount(figures.params)} params, ${formatCount(figures.macs)} MACs`)
      }),
    [document, module, target, instance],
  )
  return words
}
