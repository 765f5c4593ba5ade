import { Component } from 'lucide-react'
import { clearOverride, type DocumentNode, findNode } from '../../../engine/index'
import { run } from '../../commands'
import { edit } from '../../commands/edit'
import { titleOf } from '../../commands/subject'
import { costAt, useShownAnalysis } from '../../state/derived'
import { useDocumentStore } from '../../state/documentStore'
import { type PathKey, parentOf, pathOf } from '../../state/paths'
import { useSessionStore } from '../../state/sessionStore'
import { Button } from '../../ui/Button'
import { Menu } from '../../ui/Menu'
import { overrideOf, repeatedGroupAround, useInstanceOf } from './editedModule'

/** How far an edit reaches: all blocks, one of them, or every use of a shared block. */
export function Scope({ path, node }: { readonly path: PathKey; readonly node: DocumentNode }) {
  const document = useDocumentStore((state) => state.document)
  const instances = costAt(useShownAnalysis(), path)?.instances ?? 1
  const instance = useInstanceOf(path)
  const around = repeatedGroupAround(document, path)
  const { editInstance, select } = useSessionStore.getState()
  if (instance && node.type === 'module') {
    const override = overrideOf(document, path, instance)
    const inner = path.slice(instance.group.length + 1)
    return (
      <p className="inspector-scope">
        <Component size={14} strokeWidth={1.6} aria-hidden="true" />
        <span>Editing block {instance.index} only</span>
        {override && (
          <Button
            look="link"
            onClick={() =>
              edit(`Let block ${instance.index} follow the others`, (design) =>
                clearOverride(design, pathOf(instance.group), instance.index, inner),
              )
            }
          >
            Reset
          </Button>
        )}
        <Button look="link" onClick={() => editInstance(null)}>
          Edit all
        </Button>
      </p>
    )
  }
  const shared = sharedAround(document, path, node)
  return (
    <>
      {instances > 1 && (
        <p className="inspector-scope">
          <Component size={14} strokeWidth={1.6} aria-hidden="true" />
          <span>Edits apply to all {instances} blocks</span>
          {around && node.type === 'module' && (
            <Menu
              align="end"
              items={Array.from({ length: around.node.repeat }, (_, index) => ({
                label: `Block ${index}`,
                ...(overrideOf(document, path, { group: around.key, index }) ? { hint: 'differs' } : {}),
                onSelect: () => editInstance({ group: around.key, index }),
              }))}
            >
              <Button look="link">Override one</Button>
            </Menu>
          )}
        </p>
      )}
      {shared && (
        <p className="inspector-scope">
          <Component size={14} strokeWidth={1.6} aria-hidden="true" />
          <span>Shared block “{shared.name}”: edits reach every use</span>
          <Button
            look="link"
            onClick={() => {
              select([shared.key])
              run('makeUnique')
              select([path])
            }}
          >
            Make unique
          </Button>
        </p>
      )}
      {node.bypassed && (
        <p className="inspector-scope">
          <span>{titleOf(node)} is bypassed: the edge passes through.</span>
          <Button look="link" onClick={() => run('bypass')}>
            Use it
          </Button>
        </p>
      )}
      {node.frozen && (
        <p className="inspector-scope">
          <span>The weights of {titleOf(node)} are frozen: training leaves them as they are.</span>
          <Button look="link" onClick={() => run('freeze')}>
            Train them
          </Button>
        </p>
      )}
    </>
  )
}

/** The instance of a shared block that a node is in, or is. */
function sharedAround(
  document: Parameters<typeof findNode>[0],
  path: PathKey,
  node: DocumentNode,
): { readonly key: PathKey; readonly name: string } | null {
  if (node.type === 'group' && node.use !== undefined) return { key: path, name: node.use }
  for (let key = parentOf(path); key !== ''; key = parentOf(key)) {
    const around = findNode(document, pathOf(key))
    if (around?.type === 'group' && around.use !== undefined) return { key, name: around.use }
  }
  return null
}
