/** Links that are being drawn: where they may end, and what happens when they do. */
import {
  type Connection,
  type FinalConnectionState,
  type IsValidConnection,
  useReactFlow,
} from '@xyflow/react'
import { useCallback } from 'react'
import {
  connect,
  connectionProblem,
  type Document,
  type Edge,
  findBody,
  findModule,
} from '../../engine/index'
import { edit } from '../commands/edit'
import { titleOf } from '../commands/subject'
import { useDocumentStore } from '../state/documentStore'
import { childOf, idOf, type PathKey, parentOf, pathOf } from '../state/paths'
import { useSessionStore } from '../state/sessionStore'
import { notify } from '../ui/notify'
import { type Item, nodeAt, type Scene } from './scene'

/** The edge that a drawn link means; null when its ends lie in different graphs. */
function edgeOf(
  document: Document,
  { source, target, targetHandle }: Connection,
): { graph: PathKey; edge: Edge } | null {
  const graph = parentOf(source)
  if (parentOf(target) !== graph) return null
  const to = idOf(target)
  const wanted = Number(/\d+$/.exec(targetHandle ?? '')?.[0] ?? 0)
  const port = isVariadic(document, target) ? freePort(document, graph, to, wanted) : wanted
  return { graph, edge: { from: idOf(source), to, ...(port === 0 ? {} : { port }) } }
}

function isVariadic(document: Document, key: PathKey): boolean {
  const node = nodeAt(document, key)
  const inputs = node?.type === 'module' ? findModule(node.module)?.inputs : undefined
  return inputs?.at(-1)?.endsWith('…') ?? false
}

/** A merge takes a link at its first free input. */
function freePort(document: Document, graph: PathKey, id: string, wanted: number): number {
  const taken = new Set(
    findBody(document, pathOf(graph))?.edges.flatMap((edge) => (edge.to === id ? [edge.port ?? 0] : [])),
  )
  if (!taken.has(wanted)) return wanted
  let port = 0
  while (taken.has(port)) port++
  return port
}

function problemOf(document: Document, connection: Connection): string | null {
  if (connection.source === connection.target) return 'A node cannot feed itself.'
  const wanted = edgeOf(document, connection)
  if (!wanted) return 'A link stays inside one block: its ends lie in different ones.'
  return connectionProblem(document, pathOf(wanted.graph), wanted.edge)
}

/** While a link is drawn: whether it may end at this node. */
export function useConnectLook(item: Item): 'legal' | 'refused' | undefined {
  const connecting = useSessionStore((state) => state.connecting)
  const document = useDocumentStore((state) => state.document)
  if (!connecting) return undefined
  if (item.graph !== connecting.graph || item.kind === 'lens') return 'refused'
  const source = connecting.graph === '' ? connecting.from : `${connecting.graph}/${connecting.from}`
  return problemOf(document, { source, target: item.id, sourceHandle: 'out', targetHandle: 'in0' }) === null
    ? 'legal'
    : 'refused'
}

const isSame = (a: Edge, b: Edge): boolean =>
  a.from === b.from && a.to === b.to && (a.port ?? 0) === (b.port ?? 0)

export function useConnections(scene: Scene) {
  const { screenToFlowPosition } = useReactFlow()

  const isValidConnection: IsValidConnection = useCallback(
    ({ source, target, sourceHandle = null, targetHandle = null }) =>
      problemOf(useDocumentStore.getState().document, { source, target, sourceHandle, targetHandle }) ===
      null,
    [],
  )

  const onConnect = useCallback((connection: Connection) => {
    const { document } = useDocumentStore.getState()
    const wanted = edgeOf(document, connection)
    if (!wanted) return
    const [from, to] = [nodeAt(document, connection.source), nodeAt(document, connection.target)]
    const label = `Connect ${from ? titleOf(from) : 'input'} to ${to ? titleOf(to) : 'output'}`
    if (edit(label, (current) => connect(current, pathOf(wanted.graph), wanted.edge))) {
      useSessionStore.getState().announce(label)
    }
  }, [])

  const onConnectStart = useCallback(
    (_: unknown, { nodeId, handleType }: { nodeId: string | null; handleType: string | null }) => {
      if (nodeId === null || handleType !== 'source') return
      useSessionStore.getState().startConnecting({ graph: parentOf(nodeId), from: idOf(nodeId) })
    },
    [],
  )

  const onConnectEnd = useCallback(
    (event: MouseEvent | TouchEvent, state: FinalConnectionState) => {
      const { connecting, startConnecting, openPicker, announce } = useSessionStore.getState()
      startConnecting(null)
      const { fromNode, toNode, fromHandle, toHandle, isValid } = state
      if (isValid || !fromNode) return
      if (toNode && toHandle && fromHandle) {
        const isOutward = fromHandle.type === 'source'
        const problem = problemOf(useDocumentStore.getState().document, {
          source: isOutward ? fromNode.id : toNode.id,
          target: isOutward ? toNode.id : fromNode.id,
          sourceHandle: 'out',
          targetHandle: (isOutward ? toHandle.id : fromHandle.id) ?? null,
        })
        if (problem !== null) {
          notify.problem(problem)
          announce(problem)
        }
        return
      }
      const place =
        event.target instanceof Element && event.target.closest('.react-flow__pane, .lens, .block')
      if (!connecting || !place) return
      const { clientX, clientY } = 'changedTouches' in event ? (event.changedTouches[0] as Touch) : event
      const point = screenToFlowPosition({ x: clientX, y: clientY })
      const origin = scene.origins.get(connecting.graph) ?? { x: 0, y: 0 }
      openPicker({
        kind: 'connectNew',
        ...connecting,
        position: { x: point.x - origin.x, y: point.y - origin.y },
      })
    },
    [scene, screenToFlowPosition],
  )

  // A click on a second handle that is refused says why, as a drag does.
  const onClickConnectEnd = useCallback((event: MouseEvent | TouchEvent) => {
    const { connecting, startConnecting, announce } = useSessionStore.getState()
    startConnecting(null)
    const handle = event.target instanceof Element ? event.target.closest<HTMLElement>('.port.target') : null
    const target = handle?.dataset.nodeid
    if (!connecting || !handle || target === undefined) return
    const source = childOf(connecting.graph, connecting.from)
    const targetHandle = handle.dataset.handleid ?? null
    const { document } = useDocumentStore.getState()
    const wanted = edgeOf(document, { source, target, sourceHandle: 'out', targetHandle })
    const isMade =
      wanted && findBody(document, pathOf(wanted.graph))?.edges.some((edge) => isSame(edge, wanted.edge))
    const problem = isMade ? null : problemOf(document, { source, target, sourceHandle: 'out', targetHandle })
    if (problem === null) return
    notify.problem(problem)
    announce(problem)
  }, [])

  return {
    isValidConnection,
    onConnect,
    onConnectStart,
    onConnectEnd,
    onClickConnectStart: onConnectStart,
    onClickConnectEnd,
  }
}
