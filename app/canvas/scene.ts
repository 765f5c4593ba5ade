/**
 * Everything on the canvas and where it is: the overview row, the lens under it, and what is open inside. A pure function
 * of the document and of what is open; React only draws it.
 */
import {
  bodyOf,
  type Document,
  type DocumentNode,
  type Edge,
  findBody,
  findModule,
  findNode,
  type GraphBody,
  type GroupNode,
  IN,
  type ModuleKind,
  OUT,
} from '../../engine/index'
import { childOf, type EdgeRef, edgeKey, isInside, type PathKey, pathOf } from '../state/paths'
import { bottom, type Point, type Rect, right, union } from './geometry'
import { type BodyLayout, type Box, type LayoutOptions, layoutBody, type Route } from './layoutBody'
import * as sizes from './sizes'
import { groupAt, stageSkeleton } from './skeleton'

type ItemKind = 'picture' | 'port' | 'module' | 'stage' | 'folded' | 'block' | 'lens' | 'tie'

export interface Item {
  /** React Flow's id: the path, except for lens and tie lines. */
  readonly id: string
  readonly kind: ItemKind
  readonly key: PathKey
  /** The graph it is a node of. */
  readonly graph: PathKey
  readonly rect: Rect
  /** Where edges enter and leave, from its top. */
  readonly axis: number
  readonly isOnRow: boolean
  readonly moduleKind: ModuleKind | null
  readonly hasSocket: boolean
  /** Of tie lines: left and right end above and below. */
  readonly tie?: { readonly from: readonly [number, number]; readonly to: readonly [number, number] }
}

export interface SceneEdge {
  readonly id: string
  readonly ref: EdgeRef
  readonly source: string
  readonly target: string
  /** From the top left corner of source and target. */
  readonly sourceOffset: Point
  readonly targetOffset: Point
  readonly kind: Route['kind']
  /** How far left of the target a rib leaves the stream. */
  readonly forkBefore: number
  readonly isOnRow: boolean
}

export interface Scene {
  readonly items: readonly Item[]
  readonly edges: readonly SceneEdge[]
  /** Where IN's line starts, by graph; stored positions count from there. */
  readonly origins: ReadonlyMap<PathKey, Point>
  readonly row: Rect | null
  readonly bounds: Rect
}

export interface View {
  readonly root: PathKey
  readonly lens: PathKey | null
  /** Groups that a person has opened or closed; others follow `opensByItself`. */
  readonly opened: ReadonlyMap<PathKey, boolean>
  /** Little height: ribs lie closer. */
  readonly isLow: boolean
  /** Where nodes were, by graph. */
  readonly previous?: ReadonlyMap<PathKey, ReadonlyMap<string, Point>>
}

const lensId = (key: PathKey): string => `lens:${key}`
const portId = (graph: PathKey, end: typeof IN | typeof OUT): string => childOf(graph, end)

export function buildScene(document: Document, view: View): Scene {
  const builder = new SceneBuilder(document, view)
  const group = groupAt(document, view.root)
  if (view.root !== '' && group) builder.addRootGroup(view.root, group)
  else builder.addRow()
  return builder.finish()
}

/** Whether a group shows its body where it stands, when nobody has said otherwise. */
function opensByItself(siblings: readonly DocumentNode[], group: GroupNode): boolean {
  const groups = siblings.filter((node): node is GroupNode => node.type === 'group')
  const most = Math.max(...groups.map((node) => node.repeat))
  return groups.find((node) => node.repeat === most) === group
}

/** Scales weigh little: they may lie on the stream without being what it does. */
const streamWeight = (body: GraphBody) => {
  const scales = new Set(
    body.nodes
      .filter((node) => node.type === 'module' && findModule(node.module)?.kind === 'scale')
      .map((node) => node.id),
  )
  return (id: string): number => (scales.has(id) ? 0.1 : 1)
}

interface GraphPlan {
  readonly body: GraphBody
  readonly layout: BodyLayout
  readonly inner: ReadonlyMap<string, GroupPlan>
}
interface GroupPlan extends GraphPlan {
  readonly box: Box
}

class SceneBuilder {
  private readonly items: Item[] = []
  private readonly edges: SceneEdge[] = []
  private readonly origins = new Map<PathKey, Point>()
  private row: Rect | null = null

  private readonly document: Document
  private readonly view: View

  constructor(document: Document, view: View) {
    this.document = document
    this.view = view
  }

  finish(): Scene {
    const { items, edges, origins, row } = this
    return {
      items,
      edges,
      origins,
      row,
      bounds: union(items.filter((item) => item.kind !== 'port').map((item) => item.rect)),
    }
  }

  addRow(): void {
    const { graph } = this.document
    const box = (id: string): Box => {
      if (id === IN) return sizes.pictureBox
      const node = graph.nodes.find((candidate) => candidate.id === id)
      if (!node) return sizes.port
      if (node.type === 'group') return sizes.stageBox(stageSkeleton(this.document, id, node).blocks.length)
      return sizes.rowBoxes[kindOf(node) ?? 'tensor']
    }
    const layout = layoutBody(graph, {
      ...this.options('', graph),
      box,
      gap: sizes.rowGap,
      startGap: sizes.rowGap,
      endGap: sizes.rowGap / 2,
      ribDrop: 130,
    })
    const stages = new Map<string, GroupPlan>()
    this.emit('', { body: graph, layout, inner: stages }, { x: 0, y: 0 }, true, layout.width)
    const cards = this.items.filter((item) => item.isOnRow && item.kind !== 'port')
    this.row = union(cards.map((item) => item.rect))
    const { lens } = this.view
    const group = lens === null ? undefined : groupAt(this.document, lens)
    if (lens !== null && group) this.addLens(lens, group, this.row)
  }

  private addLens(key: PathKey, group: GroupNode, row: Rect): void {
    const body = bodyOf(this.document, group)
    if (!body) return
    let plan = this.plan(key, body, { endGap: 16, startGap: sizes.gap })
    const spare = row.width - plan.layout.width - 2
    if (spare > 0) plan = this.spreadOut(key, body, plan, spare)
    const above = sizes.lensHeader + 4
    const axis = above + Math.max(sizes.containerAxis, -plan.layout.top)
    const y = Math.max(sizes.lensTop, bottom(row) + 35)
    const rect: Rect = {
      x: row.x,
      y,
      width: Math.max(row.width, plan.layout.width),
      height: axis + Math.max(plan.layout.bottom + 14, 60),
    }
    const stage = this.items.find((item) => item.id === key)
    if (stage) {
      const from = bottom(stage.rect)
      this.items.push({
        ...nothing,
        id: `tie:${key}`,
        kind: 'tie',
        key,
        graph: '',
        rect: {
          x: Math.min(rect.x, stage.rect.x),
          y: from,
          width: Math.max(right(rect), right(stage.rect)) - Math.min(rect.x, stage.rect.x),
          height: y - from,
        },
        tie: { from: [stage.rect.x, right(stage.rect)], to: [rect.x, right(rect)] },
      })
    }
    this.items.push({ ...nothing, id: lensId(key), kind: 'lens', key, graph: '', rect, axis })
    this.emit(key, plan, { x: rect.x, y: y + axis }, false, rect.width)
  }

  addRootGroup(key: PathKey, group: GroupNode): void {
    const body = bodyOf(this.document, group)
    if (!body) return
    const plan = this.groupPlan(key, body)
    const rect = { x: 0, y: 0, width: plan.box.width, height: plan.box.height }
    this.items.push({ ...nothing, id: key, kind: 'block', key, graph: key, rect, axis: plan.box.axis })
    this.emit(key, plan, { x: 0, y: plan.box.axis }, false, rect.width)
  }

  /** One wide block in a lens takes the room that is left: its ribs move apart. */
  private spreadOut(key: PathKey, body: GraphBody, plan: GraphPlan, spare: number): GraphPlan {
    const [only, another] = [...plan.inner.keys()]
    if (only === undefined || another !== undefined) return plan
    const ribs = countForks(plan.inner.get(only)?.layout)
    if (ribs === 0) return plan
    const spread = Math.min(28, spare / ribs)
    return this.plan(key, body, { endGap: 16, startGap: sizes.gap }, { id: only, spread })
  }

  private options(graph: PathKey, body: GraphBody): Omit<LayoutOptions, 'box'> {
    const previous = this.view.previous?.get(graph)
    return {
      weight: streamWeight(body),
      gap: sizes.gap,
      startGap: sizes.gap,
      endGap: sizes.lead,
      lead: sizes.lead,
      ribDrop: this.view.isLow ? sizes.ribDropSmall : sizes.ribDrop,
      ...(previous ? { previous } : {}),
    }
  }

  private plan(
    graph: PathKey,
    body: GraphBody,
    changed: Partial<LayoutOptions> = {},
    spread?: { readonly id: string; readonly spread: number },
  ): GraphPlan {
    const inner = new Map<string, GroupPlan>()
    for (const node of body.nodes) {
      if (node.type !== 'group') continue
      const key = childOf(graph, node.id)
      const inside = bodyOf(this.document, node)
      if (!inside || !(this.view.opened.get(key) ?? opensByItself(body.nodes, node))) continue
      inner.set(node.id, this.groupPlan(key, inside, spread?.id === node.id ? { spread: spread.spread } : {}))
    }
    const box = (id: string): Box => {
      const opened = inner.get(id)
      if (opened) return opened.box
      const node = body.nodes.find((candidate) => candidate.id === id)
      if (!node) return sizes.port
      return node.type === 'group' ? sizes.closedGroupBox : sizes.moduleBoxes[kindOf(node) ?? 'tensor']
    }
    return { body, inner, layout: layoutBody(body, { ...this.options(graph, body), box, ...changed }) }
  }

  private groupPlan(key: PathKey, body: GraphBody, changed: Partial<LayoutOptions> = {}): GroupPlan {
    const plan = this.plan(key, body, changed)
    const least = this.view.isLow ? sizes.containerAxisSmall : sizes.containerAxis
    const axis = Math.max(least, sizes.containerHeader + 12 - plan.layout.top)
    const height = axis + Math.max(plan.layout.bottom + (this.view.isLow ? 14 : 28), 44)
    return { ...plan, box: { width: Math.max(360, plan.layout.width), height, axis } }
  }

  private emit(graph: PathKey, plan: GraphPlan, origin: Point, isOnRow: boolean, width: number): void {
    this.origins.set(graph, origin)
    const made = new Map<string, Item>()
    const add = (item: Item) => {
      made.set(item.id, item)
      this.items.push(item)
    }
    if (isOnRow) {
      const rect = plan.layout.nodes.get(IN) ?? { x: 0, y: -sizes.pictureBox.axis, width: 52, height: 52 }
      add({
        ...nothing,
        id: portId(graph, IN),
        kind: 'picture',
        key: IN,
        graph,
        rect,
        axis: sizes.pictureBox.axis,
        isOnRow,
      })
    } else
      add({
        ...nothing,
        id: portId(graph, IN),
        kind: 'port',
        key: portId(graph, IN),
        graph,
        rect: { ...origin, width: 1, height: 1 },
      })
    const end = { x: origin.x + width, y: origin.y, width: 1, height: 1 }
    add({
      ...nothing,
      id: portId(graph, OUT),
      kind: 'port',
      key: portId(graph, OUT),
      graph,
      rect: end,
      isOnRow,
    })

    for (const node of plan.body.nodes) {
      const local = plan.layout.nodes.get(node.id)
      if (!local) continue
      const key = childOf(graph, node.id)
      const rect = { ...local, x: local.x + origin.x, y: local.y + origin.y }
      const opened = plan.inner.get(node.id)
      const moduleKind = node.type === 'module' ? (kindOf(node) ?? null) : null
      add({
        id: key,
        kind: node.type === 'module' ? 'module' : isOnRow ? 'stage' : opened ? 'block' : 'folded',
        key,
        graph,
        rect,
        axis: opened ? opened.box.axis : rect.height / 2,
        isOnRow,
        moduleKind,
        hasSocket: moduleKind === 'mixer' && !isOnRow,
      })
      if (opened) this.emit(key, opened, { x: rect.x, y: rect.y + opened.box.axis }, false, rect.width)
    }
    for (const edge of plan.body.edges) {
      const drawn = sceneEdge(graph, edge, made, plan.layout, origin, isOnRow)
      if (drawn) this.edges.push(drawn)
    }
  }
}

const nothing = {
  rect: { x: 0, y: 0, width: 0, height: 0 },
  axis: 0,
  isOnRow: false,
  moduleKind: null,
  hasSocket: false,
} as const

function sceneEdge(
  graph: PathKey,
  edge: Edge,
  made: ReadonlyMap<string, Item>,
  layout: BodyLayout,
  origin: Point,
  isOnRow: boolean,
): SceneEdge | null {
  const source = made.get(childOf(graph, edge.from))
  const target = made.get(childOf(graph, edge.to))
  if (!source || !target) return null
  const route = layout.routes.get(edge) ?? { kind: 'free' }
  const entersBelow =
    route.kind === 'join' ||
    (target.moduleKind === 'merge' && (edge.port ?? 0) > 0 && isBelow(source, target))
  return {
    id: edgeKey({ graph, edge }),
    ref: { graph, edge },
    source: source.id,
    target: target.id,
    sourceOffset: { x: source.rect.width, y: source.axis },
    targetOffset:
      entersBelow && target.kind !== 'port'
        ? { x: target.rect.width / 2, y: target.rect.height }
        : { x: 0, y: target.axis },
    kind: entersBelow ? 'join' : route.kind,
    forkBefore: route.kind === 'fork' ? target.rect.x - origin.x - route.x : 0,
    isOnRow,
  }
}

const isBelow = (source: Item, target: Item): boolean =>
  source.rect.y + source.axis > target.rect.y + target.rect.height &&
  right(source.rect) < target.rect.x + target.rect.width

const countForks = (layout: BodyLayout | undefined): number =>
  new Set(
    [...(layout?.routes.values() ?? [])].flatMap((route) =>
      route.kind === 'fork' ? [Math.round(route.x)] : [],
    ),
  ).size

const kindOf = (node: DocumentNode): ModuleKind | undefined =>
  node.type === 'module' ? findModule(node.module)?.kind : undefined

/** Positions by graph, to keep what the wiring does not decide. */
export function positionsOf(scene: Scene): ReadonlyMap<PathKey, ReadonlyMap<string, Point>> {
  const positions = new Map<PathKey, Map<string, Point>>()
  for (const { key, graph, rect, kind } of scene.items) {
    const origin = scene.origins.get(graph)
    if (!origin || kind === 'port' || kind === 'lens' || kind === 'tie' || kind === 'picture') continue
    const known = positions.get(graph) ?? new Map<string, Point>()
    known.set(key.slice(graph === '' ? 0 : graph.length + 1), { x: rect.x - origin.x, y: rect.y - origin.y })
    positions.set(graph, known)
  }
  return positions
}

/** What a path needs to be seen: the stage in the lens and the groups to open on the way. */
export function wayTo(
  document: Document,
  root: PathKey,
  key: PathKey,
): { readonly lens: PathKey | null; readonly groups: readonly PathKey[] } {
  const ids = pathOf(key)
  const groups = ids
    .map((_, depth) => ids.slice(0, depth).join('/'))
    .filter(
      (place) =>
        place !== '' &&
        place !== root &&
        isInside(place, root) &&
        findBody(document, pathOf(place)) !== undefined,
    )
  if (root !== '') return { lens: null, groups }
  const [lens = null, ...inner] = groups
  return { lens, groups: inner }
}

export const nodeAt = (document: Document, key: PathKey): DocumentNode | undefined =>
  findNode(document, pathOf(key))
