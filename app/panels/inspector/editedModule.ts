/** The module that the form edits: the node itself, or the one instance of it that was singled out. */
import {
  type Attributes,
  type AttributeValue,
  type Document,
  findNode,
  type GroupNode,
  type ModuleNode,
  setAttributes,
  setOverride,
} from '../../../engine/index'
import { edit } from '../../commands/edit'
import { titleOf } from '../../commands/subject'
import { useDocumentStore } from '../../state/documentStore'
import { type PathKey, parentOf, pathOf } from '../../state/paths'
import { type SessionState, useSessionStore } from '../../state/sessionStore'

export interface EditedModule {
  readonly module: string
  readonly attrs: Attributes
  readonly isOverridden: boolean
}

function editedModule(
  document: Document,
  path: PathKey,
  instance: SessionState['instance'],
): EditedModule | null {
  const node = findNode(document, pathOf(path))
  if (node?.type !== 'module') return null
  const override = instance && overrideOf(document, path, instance)
  if (!override) return { module: node.module, attrs: node.attrs, isOverridden: false }
  const isSwapped = override.module !== undefined && override.module !== node.module
  return {
    module: override.module ?? node.module,
    attrs: { ...(isSwapped ? {} : node.attrs), ...override.attrs },
    isOverridden: true,
  }
}

export function useEditedModule(path: PathKey): EditedModule | null {
  const document = useDocumentStore((state) => state.preview ?? state.document)
  return editedModule(document, path, useInstanceOf(path))
}

/** The singled-out instance, when it is one of a group around this node. */
export function useInstanceOf(path: PathKey): SessionState['instance'] {
  const instance = useSessionStore((state) => state.instance)
  return instance && path.startsWith(`${instance.group}/`) ? instance : null
}

/** Sets one attribute, on all instances or on the one that was singled out. */
export function setAttribute(
  node: ModuleNode,
  path: PathKey,
  instance: SessionState['instance'],
  name: string,
  value: AttributeValue,
  label: string,
): void {
  const gesture = `${path}.${name}`
  const title = titleOf(node)
  if (!instance) {
    edit(
      `${title}: ${label}`,
      (document) => setAttributes(document, pathOf(path), { [name]: value }),
      gesture,
    )
    return
  }
  const inner = path.slice(instance.group.length + 1)
  edit(
    `${title}: ${label} in block ${instance.index}`,
    (document) =>
      setOverride(document, pathOf(instance.group), instance.index, inner, { attrs: { [name]: value } }),
    gesture,
  )
}

export function overrideOf(
  document: Document,
  path: PathKey,
  instance: NonNullable<SessionState['instance']>,
) {
  const group = findNode(document, pathOf(instance.group))
  const inner = path.slice(instance.group.length + 1)
  return group?.type === 'group' ? group.overrides?.[String(instance.index)]?.[inner] : undefined
}

/** The nearest repeated group around a node. */
export function repeatedGroupAround(
  document: Document,
  path: PathKey,
): { readonly key: PathKey; readonly node: GroupNode } | null {
  for (let key = parentOf(path); key !== ''; key = parentOf(key)) {
    const node = findNode(document, pathOf(key))
    if (node?.type === 'group' && node.repeat > 1) return { key, node }
  }
  return null
}
