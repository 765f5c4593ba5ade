/**
 * Putting what is in the hand into the design: which places take it, what comes of it, and doing it.
 * The same functions serve the drag, the armed click, Enter in the palette, the swap picker and the outline.
 */
import {
  addAfter,
  addNode,
  connect,
  copyNodes,
  type Diagnostic,
  type Document,
  type DocumentNode,
  disconnect,
  type Edge,
  EditError,
  findBody,
  findModule,
  findNode,
  insertOnEdge,
  type ModuleDefinition,
  type NewNode,
  type NodePath,
  OUT,
  pasteNodes,
  removeNodes,
  replaceModule,
  setOverride,
} from '../../engine/index'
import { analysisOf } from '../state/derived'
import { useDocumentStore } from '../state/documentStore'
import { childOf, edgeKey, keyOf, type PathKey, parentOf, pathOf } from '../state/paths'
import { type Dragged, type DropTarget, type SessionState, useSessionStore } from '../state/sessionStore'
import { notify } from '../ui/notify'
import { titleOf } from './subject'
import { templateById } from './templates'

export interface LegalTargets {
  /** Nodes that the dragged module can replace. */
  readonly replace: ReadonlySet<PathKey>
  /** `edgeKey`s of edges that it can be put on. */
  readonly insert: ReadonlySet<string>
}

export interface Placed {
  readonly document: Document
  readonly label: string
  /** What to select afterwards. */
  readonly paths: readonly NodePath[]
}

let remembered: {
  readonly document: Document
  readonly dragged: Dragged
  readonly targets: LegalTargets
} | null = null

/** Every place that takes this by its kind; whether the shapes fit is known when it is tried (`trial`). */
export function legalTargets(document: Document, dragged: Dragged): LegalTargets {
  if (remembered?.document === document && remembered.dragged === dragged) return remembered.targets
  const replace = new Set<PathKey>()
  const insert = new Set<string>()
  const definition = moduleOf(document, dragged)
  const canInsert =
    dragged.kind === 'template' || (definition ? isInsertable(definition) : isGroup(document, dragged))
  for (const graph of graphsOf(document)) {
    const body = findBody(document, pathOf(graph))
    if (!body) continue
    for (const node of body.nodes) {
      if (definition && canReplace(node, definition)) replace.add(childOf(graph, node.id))
    }
    if (canInsert) for (const edge of body.edges) insert.add(edgeKey({ graph, edge }))
  }
  if (dragged.kind === 'node') {
    replace.delete(dragged.path)
    // A group cannot be put into itself.
    for (const key of insert)
      if (key.startsWith(`${dragged.path}|`) || key.startsWith(`${dragged.path}/`)) insert.delete(key)
  }
  const targets = { replace, insert }
  remembered = { document, dragged, targets }
  return targets
}

/** The design with the dragged thing at the target. Throws EditError with the reason when it cannot be. */
function placeDragged(
  document: Document,
  dragged: Dragged,
  target: DropTarget,
  instance: SessionState['instance'] = null,
): Placed {
  switch (target.kind) {
    case 'replace':
      return replaced(document, dragged, target.path, instance)
    case 'insert':
      return inserted(document, dragged, target.graph, target.edge)
    case 'add':
      return added(document, dragged, target.graph, target.position)
    default:
      return target satisfies never
  }
}

export type Trial =
  | { readonly kind: 'fits'; readonly placed: Placed }
  /** It can be placed, but then shapes do not fit: the first new problem. */
  | { readonly kind: 'breaks'; readonly placed: Placed; readonly problem: Diagnostic }
  | { readonly kind: 'refused'; readonly reason: string }

/** Places it in a copy and looks at what would be wrong afterwards that is not wrong now. */
export function trial(
  document: Document,
  dragged: Dragged,
  target: DropTarget,
  instance: SessionState['instance'] = null,
): Trial {
  try {
    const placed = placeDragged(document, dragged, target, instance)
    const problem = firstNewProblem(document, placed.document)
    return problem ? { kind: 'breaks', placed, problem } : { kind: 'fits', placed }
  } catch (error) {
    if (!(error instanceof EditError)) throw error
    return { kind: 'refused', reason: error.message }
  }
}

function firstNewProblem(before: Document, after: Document): Diagnostic | undefined {
  const known = new Set(
    analysisOf(before).lowered.diagnostics.map((problem) => `${problem.path} ${problem.code}`),
  )
  return analysisOf(after).lowered.diagnostics.find(
    (problem) => problem.severity === 'error' && !known.has(`${problem.path} ${problem.code}`),
  )
}

/** Shows the design as it would be at the place under the pointer, in the figures and on the canvas; null ends it. */
export function previewTarget(dragged: Dragged | null, target: DropTarget | null): void {
  const { document, showPreview } = useDocumentStore.getState()
  const tried = dragged && target && trial(document, dragged, target, instanceFor(target))
  showPreview(!tried || tried.kind === 'refused' ? null : tried.placed.document)
}

/** Drops what is in the hand where it is aimed. A refusal says its reason, and its fixes where there are some. */
export function dropDragged(): boolean {
  const { drag, endDrag } = useSessionStore.getState()
  endDrag()
  useDocumentStore.getState().showPreview(null)
  if (!drag) return false
  if (!drag.over) {
    if (drag.refusal !== null) notify.problem(drag.refusal)
    return false
  }
  return place(drag.dragged, drag.over, instanceFor(drag.over, drag.isThisInstanceOnly))
}

/** Places something as one named edit and selects it. */
export function place(
  dragged: Dragged,
  target: DropTarget,
  instance: SessionState['instance'] = null,
): boolean {
  const { document, apply } = useDocumentStore.getState()
  const tried = trial(document, dragged, target, instance)
  if (tried.kind === 'refused') {
    notify.problem(tried.reason)
    return false
  }
  apply(tried.placed.label, () => tried.placed.document)
  useSessionStore.getState().select(tried.placed.paths.map(keyOf))
  if (tried.kind === 'breaks') {
    const fix = tried.problem.fixes[0]
    notify.problem(
      tried.problem.message,
      fix && { label: fix.label, onClick: () => useDocumentStore.getState().apply(fix.label, fix.apply) },
    )
  }
  return true
}

/** Enter in the palette: after the selected node, else at the end of the graph in view. */
export function placeAfterSelection(dragged: Dragged): boolean {
  const session = useSessionStore.getState()
  const { document } = useDocumentStore.getState()
  const selected = session.selection.length === 1 ? session.selection[0] : undefined
  if (selected !== undefined && findNode(document, pathOf(selected))) {
    return placeAfter(dragged, selected)
  }
  const graph = session.lens ?? session.root
  const last = findBody(document, pathOf(graph))?.edges.find((edge) => edge.to === OUT)
  return place(
    dragged,
    last ? { kind: 'insert', graph, edge: last } : { kind: 'add', graph, position: { x: 0, y: 0 } },
  )
}

/** Puts something behind a node: on its outgoing edge, or as the follower of all that follow it. */
export function placeAfter(dragged: Dragged, key: PathKey): boolean {
  const { document, apply } = useDocumentStore.getState()
  const graph = parentOf(key)
  const id = key.slice(graph === '' ? 0 : graph.length + 1)
  const followers = findBody(document, pathOf(graph))?.edges.filter((edge) => edge.from === id) ?? []
  const only = followers.length === 1 ? followers[0] : undefined
  if (only) return place(dragged, { kind: 'insert', graph, edge: only })
  const node = newNodeOf(document, dragged)
  if (!node) return place(dragged, { kind: 'add', graph, position: { x: 0, y: 0 } })
  try {
    const edited = addAfter(document, pathOf(key), node)
    const label = `Insert ${nameOf(document, dragged)}`
    apply(label, () => edited.document)
    useSessionStore.getState().select(edited.paths.map(keyOf))
    return true
  } catch (error) {
    if (!(error instanceof EditError)) throw error
    notify.problem(error.message)
    return false
  }
}

/** A link that was dropped on empty canvas becomes a link to a new node there. */
export function placeConnected(
  dragged: Dragged,
  graph: PathKey,
  from: string,
  position: { readonly x: number; readonly y: number },
): boolean {
  const { document, apply } = useDocumentStore.getState()
  try {
    const placed = added(document, dragged, graph, position)
    const id = placed.paths[0]?.at(-1)
    if (id === undefined) return false
    const connected = connect(placed.document, pathOf(graph), { from, to: id })
    apply(placed.label, () => connected)
    useSessionStore.getState().select(placed.paths.map(keyOf))
    return true
  } catch (error) {
    if (!(error instanceof EditError)) throw error
    notify.problem(error.message)
    return false
  }
}

function replaced(
  document: Document,
  dragged: Dragged,
  key: PathKey,
  instance: SessionState['instance'],
): Placed {
  const node = newNodeOf(document, dragged)
  const target = findNode(document, pathOf(key))
  if (!node || !target) throw new EditError('Only a module can take the place of another one.')
  const label = `Replace ${titleOf(target)} by ${nameOf(document, dragged)}`
  if (instance) {
    const inner = key.slice(instance.group.length + 1)
    return {
      document: setOverride(document, pathOf(instance.group), instance.index, inner, {
        module: node.module,
        ...(node.attrs ? { attrs: node.attrs } : {}),
      }),
      label: `${label} in one block`,
      paths: [pathOf(key)],
    }
  }
  return {
    document: replaceModule(document, pathOf(key), node.module, node.attrs),
    label,
    paths: [pathOf(key)],
  }
}

function inserted(document: Document, dragged: Dragged, graph: PathKey, edge: Edge): Placed {
  const label = `Insert ${nameOf(document, dragged)}`
  const node = newNodeOf(document, dragged)
  if (node) {
    const from = dragged.kind === 'node' ? removeNodes(document, [pathOf(dragged.path)]) : document
    const edited = insertOnEdge(from, pathOf(graph), edge, node)
    return {
      document: edited.document,
      label: dragged.kind === 'node' ? `Move ${nameOf(document, dragged)}` : label,
      paths: edited.paths,
    }
  }
  const pasted = pasteNodes(document, pathOf(graph), fragmentOf(document, dragged))
  const id = pasted.paths[0]?.at(-1)
  if (id === undefined) throw new EditError('This block is empty.')
  const opened = disconnect(pasted.document, pathOf(graph), edge)
  const entered = connect(opened, pathOf(graph), { from: edge.from, to: id })
  return { document: connect(entered, pathOf(graph), { ...edge, from: id }), label, paths: pasted.paths }
}

function added(
  document: Document,
  dragged: Dragged,
  graph: PathKey,
  position: { readonly x: number; readonly y: number },
): Placed {
  const label = `Add ${nameOf(document, dragged)}`
  const node = newNodeOf(document, dragged)
  const edited = node
    ? addNode(document, pathOf(graph), { ...node, position })
    : pasteNodes(document, pathOf(graph), fragmentOf(document, dragged), position)
  return { document: edited.document, label, paths: edited.paths }
}

type NewModule = Extract<NewNode, { readonly module: string }>

/** The module that is dragged, new or taken from its place; null for groups and templates. */
function newNodeOf(document: Document, dragged: Dragged): NewModule | null {
  switch (dragged.kind) {
    case 'module':
      return { module: dragged.module }
    case 'node': {
      const node = findNode(document, pathOf(dragged.path))
      return node?.type === 'module' ? { module: node.module, attrs: node.attrs } : null
    }
    case 'template':
      return null
    default:
      return dragged satisfies never
  }
}

function fragmentOf(document: Document, dragged: Dragged) {
  if (dragged.kind === 'template') {
    const template = templateById(dragged.template)
    if (!template) throw new EditError(`There is no block ${dragged.template}.`)
    return template.fragment()
  }
  if (dragged.kind === 'node') return copyNodes(document, [pathOf(dragged.path)])
  throw new EditError('A module is not a block.')
}

export function nameOf(document: Document, dragged: Dragged): string {
  switch (dragged.kind) {
    case 'module':
      return findModule(dragged.module)?.title ?? dragged.module
    case 'template':
      return templateById(dragged.template)?.title ?? dragged.template
    case 'node': {
      const node = findNode(document, pathOf(dragged.path))
      return node ? titleOf(node) : 'node'
    }
    default:
      return dragged satisfies never
  }
}

function moduleOf(document: Document, dragged: Dragged): ModuleDefinition | undefined {
  const node = newNodeOf(document, dragged)
  return node ? findModule(node.module) : undefined
}

const isGroup = (document: Document, dragged: Dragged): boolean =>
  dragged.kind === 'node' && findNode(document, pathOf(dragged.path))?.type === 'group'

/** One input, one output: it can sit on an edge. Merges need a second input first. */
const isInsertable = (definition: ModuleDefinition): boolean =>
  definition.inputs.length === 1 && !(definition.inputs[0] ?? '').endsWith('…')

const canReplace = (node: DocumentNode, definition: ModuleDefinition): boolean =>
  node.type === 'module' && node.module !== definition.id && findModule(node.module)?.kind === definition.kind

/** Every graph of the document by the place where it is edited; a shared definition through its first instance only. */
function graphsOf(document: Document): readonly PathKey[] {
  const found: PathKey[] = []
  const seenDefinitions = new Set<string>()
  const walk = (graph: PathKey) => {
    const body = findBody(document, pathOf(graph))
    if (!body) return
    found.push(graph)
    for (const node of body.nodes) {
      if (node.type !== 'group') continue
      if (node.use !== undefined) {
        if (seenDefinitions.has(node.use)) continue
        seenDefinitions.add(node.use)
      }
      walk(childOf(graph, node.id))
    }
  }
  walk('')
  return found
}

/** The instance that an edit is limited to: the one being edited, or with Alt the first one around the target. */
function instanceFor(target: DropTarget, isThisInstanceOnly = false): SessionState['instance'] {
  if (target.kind !== 'replace') return null
  const { instance } = useSessionStore.getState()
  if (instance && target.path.startsWith(`${instance.group}/`)) return instance
  if (!isThisInstanceOnly) return null
  const { document } = useDocumentStore.getState()
  for (let key = parentOf(target.path); key !== ''; key = parentOf(key)) {
    const node = findNode(document, pathOf(key))
    if (node?.type === 'group' && node.repeat > 1) return { group: key, index: 0 }
  }
  return null
}
