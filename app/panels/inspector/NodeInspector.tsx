import { Ellipsis, Grid3x3 } from 'lucide-react'
import { findModule, findNode, type GroupNode, type ModuleNode, setRepeat } from '../../../engine/index'
import { commandById } from '../../commands'
import { isEnabled } from '../../commands/command'
import { edit } from '../../commands/edit'
import { titleOf } from '../../commands/subject'
import { Formula } from '../../glyphs/Formula'
import { ModuleGlyph } from '../../glyphs/ModuleGlyph'
import { PaperLink } from '../../glyphs/PaperLink'
import { problemsByPath, useShownAnalysis } from '../../state/derived'
import { useDocumentStore } from '../../state/documentStore'
import { type PathKey, pathOf } from '../../state/paths'
import { useSessionStore } from '../../state/sessionStore'
import { Button } from '../../ui/Button'
import { IconButton } from '../../ui/IconButton'
import { Menu } from '../../ui/Menu'
import { Stepper } from '../../ui/Stepper'
import { BlockGlyph } from '../palette/BlockGlyph'
import { Connections } from './Connections'
import { CostTable } from './CostTable'
import { useEditedModule } from './editedModule'
import { useInstancesPath } from './instancesPath'
import { Kernels } from './Kernels'
import { Parameters } from './Parameters'
import { Problem } from './Problem'
import { Scope } from './Scope'
import { ShapeSection } from './ShapeSection'

const menuCommands = [
  'replaceType',
  'insertAfter',
  'bypass',
  'duplicate',
  'group',
  'ungroup',
  'makeUnique',
  'makeShared',
  'delete',
]

export function NodeInspector({ path }: { readonly path: PathKey }) {
  const document = useDocumentStore((state) => state.preview ?? state.document)
  const node = findNode(document, pathOf(path))
  const problems = problemsByPath(useShownAnalysis()).get(path) ?? []
  if (!node) return null
  return (
    <>
      <section className="inspector-section">
        <Title path={path} title={titleOf(node)}>
          {node.type === 'module' ? (
            <ModuleGlyph module={node.module} size="node" />
          ) : (
            <BlockGlyph size={28} />
          )}
        </Title>
        {node.type === 'module' && <Meaning node={node} path={path} />}
        <Scope path={path} node={node} />
      </section>
      {problems.map((problem) => (
        <Problem key={`${problem.code} ${problem.message}`} problem={problem} />
      ))}
      {node.type === 'module' ? <Parameters path={path} /> : <Repeat path={path} node={node} />}
      <ShapeSection path={path} />
      <CostTable path={path} />
      {node.type === 'module' ? <Kernels path={path} node={node} /> : <GroupLinks />}
      <Connections path={path} node={node} />
    </>
  )
}

function Title({
  path,
  title,
  children,
}: {
  readonly path: PathKey
  readonly title: string
  readonly children: React.ReactNode
}) {
  return (
    <header className="inspector-title">
      {children}
      <div className="inspector-title-words">
        <h2 title={title}>{title}</h2>
        <p className="inspector-path mono">{useInstancesPath(path)}</p>
      </div>
      <Menu
        align="end"
        items={menuCommands.map(commandById).map((command) => ({
          label: command.label,
          icon: command.icon ? <command.icon size={14} strokeWidth={1.6} aria-hidden="true" /> : undefined,
          shortcut: command.shortcuts?.[0],
          isDisabled: !isEnabled(command),
          onSelect: () => void command.run(),
        }))}
      >
        <IconButton label="Actions" side="left">
          <Ellipsis size={16} strokeWidth={1.6} aria-hidden="true" />
        </IconButton>
      </Menu>
    </header>
  )
}

function Meaning({ node, path }: { readonly node: ModuleNode; readonly path: PathKey }) {
  const edited = useEditedModule(path)
  const definition = findModule(edited?.module ?? node.module)
  if (!definition) {
    return (
      <p className="inspector-summary">
        This version has no module “{node.module}”. It is kept as it is; everything before it keeps its
        numbers.
      </p>
    )
  }
  return (
    <>
      <div className="inspector-formula">
        <Formula text={definition.formula} />
      </div>
      <p className="inspector-summary">{definition.summary}</p>
      {definition.paper && <PaperLink paper={definition.paper} />}
    </>
  )
}

/** Where to read on about a block or a stage. */
function GroupLinks() {
  return (
    <section className="inspector-section">
      <p className="inspector-links">
        <Button
          look="link"
          icon={<Grid3x3 size={14} strokeWidth={1.6} aria-hidden="true" />}
          onClick={() => useSessionStore.getState().showDockTab('features')}
        >
          Features
        </Button>
      </p>
    </section>
  )
}

function Repeat({ path, node }: { readonly path: PathKey; readonly node: GroupNode }) {
  return (
    <section className="inspector-section">
      <div className="inspector-row">
        <span className="muted">Repeats</span>
        <Stepper
          label="Repeats"
          value={node.repeat}
          min={1}
          max={64}
          print={(value) => `×${value}`}
          onChange={(value) =>
            edit(
              `Repeat ${titleOf(node)} ${value} times`,
              (document) => setRepeat(document, pathOf(path), value),
              `${path}.repeat`,
            )
          }
          onGestureEnd={useDocumentStore.getState().endGesture}
        />
      </div>
    </section>
  )
}
