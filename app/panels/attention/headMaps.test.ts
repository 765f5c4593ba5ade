import { describe, expect, test } from 'vitest'
import type { AttentionLayer, Places } from '../../../engine/index'
import type { Asked } from '../../state/attentionStore'
import { headMap } from './headMaps'
import { windowCells } from './windowCells'

const picture = { height: 64, width: 64 }
const at = (row: number, column: number, grid = 4): Asked => ({
  kind: 'place',
  y: (row + 0.5) / grid,
  x: (column + 0.5) / grid,
})

/** Every token by itself: `cells[window][i]` is the token of the i-th query or key. */
function places(map: Places['map'], cells: readonly (readonly number[])[]): Places {
  const members = Int32Array.from(new Set(cells.flat().filter((cell) => cell >= 0)))
  const setOf = new Map([...members].map((cell, set) => [cell, set]))
  return {
    map,
    count: cells[0]?.length ?? 0,
    sets: Int32Array.from(cells.flat(), (cell) => setOf.get(cell) ?? cell),
    starts: Int32Array.from({ length: members.length + 1 }, (_, set) => set),
    members,
    centres: Int32Array.from(cells.flat()),
  }
}

/** 4 × 4 cells in windows of 2 × 2 that are rolled by one: the last window holds the four corners of the map. */
function shiftedWindows(): AttentionLayer {
  const map = { height: 4, width: 4, prefix: 0 }
  const cells = [0, 2].flatMap((top) =>
    [0, 2].map((left) =>
      [0, 1].flatMap((row) => [0, 1].map((column) => 4 * ((top + row + 1) % 4) + ((left + column + 1) % 4))),
    ),
  )
  // Parts of a window that the seam separates do not see each other.
  const part = (cell: number) => (Math.floor(cell / 4) === 0 ? 2 : 0) + (cell % 4 === 0 ? 1 : 0)
  const values = cells.flatMap((window) =>
    window.flatMap((query) => window.map((key) => (part(query) === part(key) ? 0 : -100))),
  )
  return {
    path: 'attn',
    name: '',
    kind: 'tokens',
    windows: 4,
    heads: 1,
    queries: 4,
    keys: 4,
    queryPlaces: places(map, cells),
    keyPlaces: places(map, cells),
    scores: {
      kind: 'products',
      width: 1,
      scale: 1,
      q: new Float32Array(16),
      k: new Float32Array(16),
      bias: { shape: [4, 1, 4, 4], values: Float32Array.from(values) },
    },
    followsMap: false,
    mixes: true,
    isChained: true,
  }
}

const cellsWhere = (mask: ArrayLike<number> | null | undefined, value: number): readonly number[] =>
  Array.from(mask ?? []).flatMap((each, cell) => (each === value ? [cell] : []))

describe('a window over the shift’s seam', () => {
  const layer = shiftedWindows()
  const reading = { direction: 'reads', kept: 1 } as const

  test('lies at both ends of the map, and its masked keys are hatched', () => {
    // Row 1, column 3: its window holds rows 1 and 2 of the last and the first column.
    const map = headMap(layer, 0, { asked: at(1, 3), ...reading }, picture)
    expect(cellsWhere(map?.window, 1)).toEqual([4, 7, 8, 11])
    expect(cellsWhere(map?.cells.absent, 0)).toEqual([7, 11])
    expect([...(map?.cells.values ?? [])].flatMap((value, cell) => (value > 0.4 ? [cell] : []))).toEqual([
      7, 11,
    ])
  })

  test('a thumbnail shows it in one piece', () => {
    const map = headMap(layer, 0, { asked: at(1, 3), ...reading }, picture)
    const cells = map && windowCells(map.cells, map.window)
    // The last column lies before the first.
    expect(cells).toMatchObject({ height: 2, width: 2 })
    expect([...(cells?.absent ?? [])]).toEqual([0, 1, 0, 1])
  })

  test('inside the map nothing is masked', () => {
    const map = headMap(layer, 0, { asked: at(1, 1), ...reading }, picture)
    expect(cellsWhere(map?.cells.absent, 0)).toEqual([5, 6, 9, 10])
    expect(map?.statistics?.entropy).toBeCloseTo(Math.log(4))
    // Two neighbours at 16 px, one at 16 √2, itself at 0.
    expect(map?.statistics?.distance).toBeCloseTo((16 + 16 + 16 * Math.SQRT2) / 4)
  })

  test('the other way round, the same places read it', () => {
    const map = headMap(layer, 0, { asked: at(1, 3), direction: 'readBy', kept: 1 }, picture)
    expect(cellsWhere(map?.cells.absent, 0)).toEqual([7, 11])
    expect(map?.cells.values[11]).toBeCloseTo(0.5)
    expect(map?.statistics).toBeNull()
  })
})

describe('a class token', () => {
  const map = { height: 1, width: 2, prefix: 1 }
  const layer: AttentionLayer = {
    ...shiftedWindows(),
    windows: 1,
    queries: 3,
    keys: 3,
    queryPlaces: places(map, [[0, 1, 2]]),
    keyPlaces: places(map, [[0, 1, 2]]),
    scores: {
      kind: 'probabilities',
      values: Float32Array.of(0.5, 0.3, 0.2, 0.1, 0.6, 0.3, 0.2, 0.2, 0.6),
    },
  }
  const reading = { direction: 'reads', kept: 1 } as const

  test('asks with its own row, and its weight on itself stands beside the picture', () => {
    const found = headMap(layer, 'mean', { asked: { kind: 'token', token: 0 }, ...reading }, picture)
    expect(found?.extras[0]).toBeCloseTo(0.5)
    expect(found?.cells.values[0]).toBeCloseTo(0.3)
    expect(found?.statistics?.distance).toBeNull()
    expect(found?.cells.absent).toBeUndefined()
  })

  test('keeping half of the mass keeps the strongest weights alone', () => {
    const found = headMap(layer, 0, { asked: at(0, 0, 1), ...reading, kept: 0.5 }, picture)
    expect(found?.cells.values[0]).toBe(0)
    expect(found?.cells.values[1]).toBeCloseTo(0.6)
  })

  test('where patches ask nothing there is no map', () => {
    const only = { ...layer, queries: 1, queryPlaces: places(map, [[0]]) }
    expect(headMap(only, 0, { asked: at(0, 0), ...reading }, picture)).toBeNull()
  })
})
