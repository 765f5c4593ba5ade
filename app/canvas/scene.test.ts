import { beforeAll, describe, expect, test } from 'vitest'
import { presets } from '../../engine/catalogue'
import { connect, type Document, disconnect, findBody, insertOnEdge, moveNodes } from '../../engine/index'
import { legalTargets } from '../commands/place'
import { pathOf } from '../state/paths'
import { targetAt } from './dropTargets'
import { bottom, center, contains, type Rect, right } from './geometry'
import { loadDagre } from './layers'
import { buildScene, type Item, positionsOf, type Scene, type View } from './scene'

beforeAll(async () => {
  await loadDagre()
})

const preset = (id: string): Document => {
  const found = presets.find((candidate) => candidate.id === id)
  if (!found) throw new Error(`no preset ${id}`)
  return found.document
}
const view: View = { root: '', lens: null, opened: new Map(), isLow: false }
const caformer = preset('caformer_s18')
const block = 'stages.2/blocks.0'

const itemAt = (scene: Scene, id: string): Item => {
  const item = scene.items.find((candidate) => candidate.id === id)
  if (!item) throw new Error(`nothing at ${id}`)
  return item
}
const axisOf = ({ rect, axis }: Item): number => rect.y + axis
const areApart = (a: Rect, b: Rect): boolean =>
  right(a) <= b.x || right(b) <= a.x || bottom(a) <= b.y || bottom(b) <= a.y

describe('the overview row', () => {
  test('of CAFormer-S18 is as wide as the design language says', () => {
    const { row } = buildScene(caformer, view)
    expect(row).toMatchObject({ x: 0, width: 880, height: 116 })
  })

  test('lies on one line', () => {
    const scene = buildScene(caformer, view)
    const ids = ['$in', 'stem', 'stages.0', 'stages.1', 'stages.2', 'stages.3', 'head']
    expect(ids.map((id) => axisOf(itemAt(scene, id)))).toEqual(ids.map(() => 0))
  })

  test('stays where it is when a stage opens', () => {
    const [closed, open] = [buildScene(caformer, view), buildScene(caformer, { ...view, lens: 'stages.2' })]
    expect(itemAt(open, 'stages.3').rect).toEqual(itemAt(closed, 'stages.3').rect)
    expect(open.row).toEqual(closed.row)
  })

  test('gives a stage more room from six blocks on', () => {
    const scene = buildScene(caformer, view)
    expect(itemAt(scene, 'stages.1').rect.width).toBe(120)
    expect(itemAt(scene, 'stages.2').rect.width).toBe(172)
  })
})

describe('the lens', () => {
  const scene = buildScene(caformer, { ...view, lens: 'stages.2' })

  test('is as wide as the row and holds what it shows', () => {
    const lens = itemAt(scene, 'lens:stages.2').rect
    expect(lens).toMatchObject({ x: 0, y: 93, width: 880 })
    for (const item of scene.items.filter(
      ({ key, kind }) => key.startsWith('stages.2/') && kind !== 'port',
    )) {
      expect(
        contains(lens, item.rect) && contains(lens, { x: right(item.rect), y: bottom(item.rect) }),
        item.key,
      ).toBe(true)
    }
  })

  test('draws the residual stream: scales and merges on the spine, mixer and MLP 104 px below', () => {
    const spine = axisOf(itemAt(scene, block))
    for (const id of ['res_scale1', 'add1', 'res_scale2', 'add2']) {
      expect(axisOf(itemAt(scene, `${block}/${id}`)), id).toBe(spine)
    }
    for (const id of ['norm1', 'token_mixer', 'norm2', 'mlp']) {
      expect(axisOf(itemAt(scene, `${block}/${id}`)) - spine, id).toBe(104)
    }
  })

  test('with little height draws the ribs 60 px below', () => {
    const low = buildScene(caformer, { ...view, lens: 'stages.2', isLow: true })
    expect(axisOf(itemAt(low, `${block}/mlp`)) - axisOf(itemAt(low, block))).toBe(60)
  })
})

test('every preset and every stage of it: nodes of one graph never overlap', () => {
  const overlaps: string[] = []
  for (const { id, document } of presets) {
    const groups = document.graph.nodes.filter((node) => node.type === 'group').map((node) => node.id)
    for (const lens of [null, ...groups]) {
      const { items } = buildScene(document, { ...view, lens })
      const nodes = items.filter(({ kind }) => kind !== 'port' && kind !== 'lens' && kind !== 'tie')
      for (const [index, a] of nodes.entries()) {
        for (const b of nodes.slice(index + 1)) {
          if (a.graph === b.graph && !areApart(a.rect, b.rect)) overlaps.push(`${id}: ${a.key} and ${b.key}`)
        }
      }
    }
  }
  expect(overlaps).toEqual([])
}, 120_000)

test('every wire of an open graph is drawn once', () => {
  const scene = buildScene(caformer, { ...view, lens: 'stages.2' })
  const drawn = scene.edges.filter((edge) => edge.ref.graph === block).map((edge) => edge.ref.edge)
  expect(new Set(drawn)).toEqual(new Set(findBody(caformer, pathOf(block))?.edges))
})

test('where a person puts a node, it stays', () => {
  const moved = moveNodes(caformer, pathOf(block), { mlp: { x: 500, y: 200 } })
  const scene = buildScene(moved, { ...view, lens: 'stages.2' })
  const origin = scene.origins.get(block) ?? { x: 0, y: 0 }
  expect(itemAt(scene, `${block}/mlp`).rect).toMatchObject({ x: origin.x + 500, y: origin.y + 200 })
})

test('a cut wire moves nothing', () => {
  const lens = { ...view, lens: 'stages.2' }
  const before = buildScene(caformer, lens)
  const cut = disconnect(caformer, pathOf(block), { from: 'token_mixer', to: 'add1', port: 1 })
  const after = buildScene(cut, { ...lens, previous: positionsOf(before) })
  for (const id of ['norm1', 'token_mixer', 'add1', 'norm2', 'mlp', 'add2']) {
    expect(itemAt(after, `${block}/${id}`).rect, id).toEqual(itemAt(before, `${block}/${id}`).rect)
  }
})

test('wiring that is no nest of splits is laid out in layers', () => {
  const graph = pathOf(block)
  const added = insertOnEdge(
    caformer,
    graph,
    { from: 'add1', to: 'norm2' },
    { module: 'concat', id: 'join' },
  ).document
  const crossed = connect(added, graph, { from: 'norm1', to: 'join', port: 1 })
  const scene = buildScene(crossed, { ...view, lens: 'stages.2' })
  const inside = scene.items.filter((item) => item.graph === block && item.kind === 'module')
  for (const [index, a] of inside.entries()) {
    for (const b of inside.slice(index + 1))
      expect(areApart(a.rect, b.rect), `${a.key} and ${b.key}`).toBe(true)
  }
})

describe('a mixer in the hand', () => {
  const scene = buildScene(caformer, { ...view, lens: 'stages.2' })
  const legal = legalTargets(caformer, { kind: 'module', module: 'pooling' })
  const aim = (x: number, y: number) => targetAt(scene, legal, { x, y }, 1)

  test('over a mixer replaces it', () => {
    const { x, y } = center(itemAt(scene, `${block}/token_mixer`).rect)
    expect(aim(x, y).target).toEqual({ kind: 'replace', path: `${block}/token_mixer` })
  })

  test('over a stage card replaces the mixer inside', () => {
    const { x, y } = center(itemAt(scene, 'stages.0').rect)
    expect(aim(x, y).target).toEqual({ kind: 'replace', path: 'stages.0/blocks.0/token_mixer' })
  })

  test('near an edge goes onto it', () => {
    const norm = itemAt(scene, `${block}/norm2`)
    expect(aim(right(norm.rect) + 12, axisOf(norm) + 6).target).toMatchObject({
      kind: 'insert',
      edge: { from: 'norm2', to: 'mlp' },
    })
  })

  test('is refused by a node of another kind', () => {
    const norm = itemAt(scene, `${block}/norm1`)
    const { x, y } = center(norm.rect)
    expect(aim(x, y)).toEqual({ target: null, refuser: norm })
  })

  test('over empty canvas is added to the graph under the pointer', () => {
    expect(aim(-200, 400).target).toMatchObject({ kind: 'add', graph: '' })
    const lens = itemAt(scene, 'lens:stages.2').rect
    expect(aim(lens.x + 60, bottom(lens) - 30).target).toMatchObject({ kind: 'add', graph: 'stages.2' })
  })
})
