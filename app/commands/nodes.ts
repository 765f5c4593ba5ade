/** What can be done to the selected nodes. */
import {
  BoxSelect,
  Copy,
  CopyPlus,
  Eye,
  Group,
  Link2,
  Link2Off,
  Plus,
  Replace,
  Snowflake,
  Trash2,
  Ungroup,
} from 'lucide-react'
import {
  disconnect,
  duplicateNodes,
  findBody,
  groupNodes,
  makeShared,
  makeUnique,
  removeNodes,
  setBypassed,
  setFrozen,
  ungroup,
} from '../../engine/index'
import { useDocumentStore } from '../state/documentStore'
import { childOf, parentOf, pathOf } from '../state/paths'
import { currentGraph, useSessionStore } from '../state/sessionStore'
import type { Command } from './command'
import { edit, editAndSelect } from './edit'
import { areInOneGraph, namesOf, selectedNode, selectedNodes } from './subject'

const hasSelection = () => selectedNodes().length > 0

export const remove: Command = {
  id: 'delete',
  label: 'Delete',
  group: 'Edit',
  icon: Trash2,
  shortcuts: ['delete', 'backspace'],
  enabled: () => hasSelection() || useSessionStore.getState().selectedEdge !== null,
  run: () => {
    const { selectedEdge, select, selectEdge } = useSessionStore.getState()
    if (selectedEdge) {
      if (
        edit('Disconnect', (document) => disconnect(document, pathOf(selectedEdge.graph), selectedEdge.edge))
      )
        selectEdge(null)
      return
    }
    const nodes = selectedNodes()
    const isRemoved = edit(`Delete ${namesOf(nodes)}`, (document) =>
      removeNodes(
        document,
        nodes.map((node) => node.path),
      ),
    )
    if (isRemoved) select([])
  },
}

export const duplicate: Command = {
  id: 'duplicate',
  label: 'Duplicate',
  group: 'Edit',
  icon: CopyPlus,
  shortcuts: ['mod+d'],
  enabled: () => hasSelection() && areInOneGraph(selectedNodes()),
  run: () => {
    const nodes = selectedNodes()
    editAndSelect(`Duplicate ${namesOf(nodes)}`, (document) =>
      duplicateNodes(
        document,
        nodes.map((node) => node.path),
      ),
    )
  },
}

export const selectAll: Command = {
  id: 'selectAll',
  label: 'Select all in this graph',
  group: 'Edit',
  icon: BoxSelect,
  shortcuts: ['mod+a'],
  run: () => {
    const session = useSessionStore.getState()
    const graph = currentGraph(session)
    const body = findBody(useDocumentStore.getState().document, pathOf(graph))
    session.select(body?.nodes.map((node) => childOf(graph, node.id)) ?? [])
  },
}

export const replaceType: Command = {
  id: 'replaceType',
  label: 'Replace by another type',
  group: 'Edit',
  icon: Replace,
  shortcuts: ['r'],
  enabled: () => selectedNode()?.node.type === 'module',
  run: () => {
    const subject = selectedNode()
    if (subject) useSessionStore.getState().openPicker({ kind: 'replace', path: subject.key })
  },
}

export const insertAfter: Command = {
  id: 'insertAfter',
  label: 'Insert after',
  group: 'Edit',
  icon: Plus,
  shortcuts: ['a'],
  run: () => {
    const session = useSessionStore.getState()
    session.openPicker({ kind: 'insertAfter', path: selectedNode()?.key ?? currentGraph(session) })
  },
}

export const bypass: Command = {
  id: 'bypass',
  label: 'Bypass, or use again',
  group: 'Edit',
  icon: Eye,
  shortcuts: ['b'],
  enabled: hasSelection,
  run: () => toggleMark('bypassed', ['Bypass', 'Use'], setBypassed),
}

export const freeze: Command = {
  id: 'freeze',
  label: 'Freeze weights, or train them again',
  group: 'Edit',
  icon: Snowflake,
  enabled: hasSelection,
  run: () => toggleMark('frozen', ['Freeze', 'Train'], setFrozen),
}

/** Sets a mark on all selected nodes, or takes it away where all have it. */
function toggleMark(
  mark: 'bypassed' | 'frozen',
  [set, unset]: readonly [string, string],
  apply: typeof setFrozen,
): void {
  const nodes = selectedNodes()
  const isSetting = nodes.some(({ node }) => !node[mark])
  edit(`${isSetting ? set : unset} ${namesOf(nodes)}`, (document) =>
    apply(
      document,
      nodes.map((node) => node.path),
      isSetting,
    ),
  )
}

export const group: Command = {
  id: 'group',
  label: 'Group',
  group: 'Edit',
  icon: Group,
  shortcuts: ['mod+g'],
  enabled: () => hasSelection() && areInOneGraph(selectedNodes()),
  run: () => {
    const nodes = selectedNodes()
    editAndSelect(`Group ${namesOf(nodes)}`, (document) =>
      groupNodes(
        document,
        nodes.map((node) => node.path),
      ),
    )
  },
}

export const ungroupNodes: Command = {
  id: 'ungroup',
  label: 'Ungroup',
  group: 'Edit',
  icon: Ungroup,
  shortcuts: ['mod+shift+g'],
  enabled: () => selectedNode()?.node.type === 'group',
  run: () => {
    const subject = selectedNode()
    if (subject) editAndSelect(`Ungroup ${namesOf([subject])}`, (document) => ungroup(document, subject.path))
  },
}

export const unlinkBlock: Command = {
  id: 'makeUnique',
  label: 'Make unique: edits here stay here',
  group: 'Edit',
  icon: Link2Off,
  enabled: () => {
    const node = selectedNode()?.node
    return node?.type === 'group' && node.use !== undefined
  },
  run: () => {
    const subject = selectedNode()
    if (subject)
      editAndSelect(`Make ${namesOf([subject])} unique`, (document) => makeUnique(document, subject.path))
  },
}

export const shareBlock: Command = {
  id: 'makeShared',
  label: 'Make a shared block of it',
  group: 'Edit',
  icon: Link2,
  enabled: () => {
    const node = selectedNode()?.node
    return node?.type === 'group' && node.body !== undefined
  },
  run: () => {
    const subject = selectedNode()
    if (subject) edit(`Share ${namesOf([subject])}`, (document) => makeShared(document, subject.path))
  },
}

export const selectParent: Command = {
  id: 'selectParent',
  label: 'Select the group around',
  group: 'Go to',
  icon: Copy,
  shortcuts: ['alt+arrowup'],
  enabled: () => parentOf(useSessionStore.getState().selection[0] ?? '') !== '',
  run: () => {
    const { selection, select } = useSessionStore.getState()
    const parent = parentOf(selection[0] ?? '')
    if (parent !== '') select([parent])
  },
}
