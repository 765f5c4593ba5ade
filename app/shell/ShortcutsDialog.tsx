import { commands } from '../commands'
import type { Command, CommandGroup } from '../commands/command'
import { replayFirstRun } from '../state/firstRun'
import { useSessionStore } from '../state/sessionStore'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Keys } from '../ui/Keys'
import { Switch } from '../ui/Switch'
import './ShortcutsDialog.css'

const groups: readonly CommandGroup[] = ['Edit', 'Go to', 'View', 'Run', 'File', 'Help']

/** Every shortcut, from the list of commands itself. */
export function ShortcutsDialog() {
  const isOpen = useSessionStore((state) => state.dialog === 'shortcuts')
  const hasLetterKeys = useSessionStore((state) => state.hasLetterKeys)
  const { openDialog, setLetterKeys } = useSessionStore.getState()
  return (
    <Dialog isOpen={isOpen} onClose={() => openDialog(null)} title="Shortcuts and help" width={820}>
      <div className="shortcuts-columns">
        {groups.map((group) => (
          <Group key={group} title={group} list={withShortcuts(group)} />
        ))}
        <section className="shortcuts-group">
          <h3>In lists and on the canvas</h3>
          <dl>
            <Row label="Between nodes, rows and tiles" keys={['arrowup', 'arrowdown']} />
            <Row label="Open a group, or insert the focused module" keys={['enter']} />
            <Row label="Hold a module, then choose a lit place" keys={['Space']} />
            <Row label="Limit a replacement to one block" keys={['alt']} />
          </dl>
        </section>
      </div>
      <div className="shortcuts-settings">
        <Switch label="Single-key shortcuts" checked={hasLetterKeys} onChange={setLetterKeys} />
        <span aria-hidden="true">Single-key shortcuts</span>
        <Button
          className="shortcuts-replay"
          onClick={() => {
            replayFirstRun()
            openDialog(null)
          }}
        >
          Show the first steps again
        </Button>
      </div>
    </Dialog>
  )
}

const withShortcuts = (group: CommandGroup): readonly Command[] =>
  commands.filter((command) => command.group === group && command.shortcuts !== undefined)

function Group({ title, list }: { readonly title: string; readonly list: readonly Command[] }) {
  if (list.length === 0) return null
  return (
    <section className="shortcuts-group">
      <h3>{title}</h3>
      <dl>
        {list.map((command) => (
          <Row key={command.id} label={command.label} keys={(command.shortcuts ?? []).slice(0, 2)} />
        ))}
      </dl>
    </section>
  )
}

const Row = ({ label, keys }: { readonly label: string; readonly keys: readonly string[] }) => (
  <div className="shortcuts-row">
    <dt>{label}</dt>
    <dd>
      {keys.map((shortcut) => (
        <Keys key={shortcut} shortcut={shortcut} />
      ))}
    </dd>
  </div>
)
