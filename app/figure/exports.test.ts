import { decode } from 'fast-png'
import { describe, expect, test } from 'vitest'
import { colourAt } from './colourMaps'
import { cellArea, fileStem, type MapFigure } from './mapFigure'
import { csvOf, npyOfCells, npyOfStack, strongestFirst } from './numbers'
import { rangeOver } from './ranges'
import { edgesOf } from './regions'
import { mapShapes } from './shapes'
import { captionText, sheetOf } from './sheet'
import { svgOf } from './svg'
import { usualView } from './viewStore'

const values = Float32Array.of(0.5, 0.25, 0.25, 0)
const size = { height: 4, width: 4 }
const figure: MapFigure = {
  title: 'Layer 2.1 · head 3',
  caption: [
    ['Model', 'swin_tiny'],
    ['Query', 'row 0, column 0; "a & b" <c>'],
  ],
  picture: { ...size, data: new Uint8ClampedArray(64).fill(200) },
  size,
  cells: { height: 2, width: 2, values, absent: Uint8Array.of(0, 0, 0, 1) },
  range: rangeOver([{ values }]),
  quantity: 'weight',
  marks: [
    { kind: 'query', area: cellArea({ height: 2, width: 2 }, 0, 0, size) },
    { kind: 'outline', areas: [{ left: 0, top: 0, right: 2, bottom: 4 }], look: 'window', label: 'window' },
    { kind: 'shade', outside: { left: 0, top: 0, right: 2, bottom: 4 } },
    {
      kind: 'contour',
      lines: [
        [
          [0, 0],
          [2, 2],
          [4, 0],
        ],
      ],
      label: '50 %',
    },
    { kind: 'cross', x: 1, y: 1 },
    { kind: 'points', points: [{ x: 1, y: 2, weight: 0.5 }] },
  ],
  fileName: 'figure',
}

/** Every tag is closed by its own name, and nothing but known entities stands outside of tags. */
function expectWellFormed(xml: string): void {
  const open: string[] = []
  const rest = xml
    .replace(/^<\?xml[^>]*\?>/, '')
    .replace(
      /<(\/?)([a-z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/gi,
      (_, isEnd: string, name: string, __: string, isWhole: string) => {
        if (isEnd) expect(open.pop()).toBe(name)
        else if (!isWhole) open.push(name)
        return ''
      },
    )
  expect(open).toEqual([])
  expect(rest).not.toMatch(/[<>]|&(?!amp;|lt;|gt;|quot;)/)
}

describe('SVG', () => {
  const svg = svgOf(sheetOf([figure], usualView))

  test('is well formed, with marks of every kind', () => expectWellFormed(svg))

  test('carries title and caption as text', () => {
    expect(svg).toContain('<title>Layer 2.1 · head 3</title>')
    expect(svg).toMatch(/<text [^>]*>swin_tiny<\/text>/)
    expect(svg).toMatch(/<text [^>]*>row 0, column 0; &quot;a &amp; b&quot; &lt;c&gt;<\/text>/)
  })

  test('prints the numbers of its colour bar', () => {
    for (const number of ['0.5', '0.25', '0']) expect(svg).toMatch(new RegExp(`<text [^>]*>${number}</text>`))
  })

  test('embeds the map with hard cells in their colours, and leaves absent ones clear for the hatch', () => {
    const pictures = [...svg.matchAll(/href="data:image\/png;base64,([^"]+)"/g)].map(([, data]) =>
      decode(Uint8Array.from(atob(data ?? ''), (letter) => letter.charCodeAt(0))),
    )
    const [, map] = pictures
    expect(map?.width).toBe(64)
    expect([...(map?.data.subarray(0, 3) ?? [])]).toEqual([...colourAt('viridis', 1)])
    expect(map?.data.at(-1)).toBe(0)
    expect(svg).toMatch(/<pattern id="hatched-\d+"/)
  })

  test('sets two figures beside each other', () => {
    const one = sheetOf([figure], usualView)
    const two = sheetOf([figure, { ...figure, title: 'Second' }], usualView)
    expect(two.width).toBeGreaterThan(1.8 * one.width)
    expect(two.height).toBeLessThan(1.2 * one.height)
    const svg = svgOf(two)
    expectWellFormed(svg)
    // What both captions say stands there once.
    expect(svg.match(/<text [^>]*>swin_tiny</g)).toHaveLength(1)
  })
})

test('absent cells are hatched in as few rectangles as they form', () => {
  const absent = Uint8Array.of(1, 1, 0, 1, 1, 0, 0, 0, 1)
  const cells = { height: 3, width: 3, values: new Float32Array(9), absent }
  const box = { x: 0, y: 0, width: 30, height: 30 }
  const shapes = mapShapes({ ...figure, size: { height: 3, width: 3 }, cells, marks: [] }, usualView, box)
  expect(shapes.find(({ kind }) => kind === 'hatch')).toEqual({
    kind: 'hatch',
    boxes: [
      { x: 0, y: 0, width: 20, height: 20 },
      { x: 20, y: 20, width: 10, height: 10 },
    ],
  })
})

describe('numbers', () => {
  test('CSV tells the caption, then one line per cell, empty where nothing can be read', () => {
    expect(csvOf([figure]).split('\n')).toEqual([
      '# Title: Layer 2.1 · head 3',
      '# Model: swin_tiny',
      '# Query: row 0, column 0; "a & b" <c>',
      'row,column,weight',
      '0,0,0.5',
      '0,1,0.25',
      '1,0,0.25',
      '1,1,',
      '',
    ])
  })

  test('NPY has not-a-number where nothing can be read', () => {
    const { buffer, byteLength } = npyOfCells({
      ...figure.cells,
      height: 2,
      width: 2,
      values,
      absent: Uint8Array.of(0, 0, 0, 1),
    })
    expect([...new Float32Array(buffer, byteLength - 16)]).toEqual([0.5, 0.25, 0.25, Number.NaN])
  })

  test('several maps of one shape are one table and one array', () => {
    const other = { ...figure, title: 'Other' }
    expect(csvOf([figure, other]).split('\n')).toContain('Other,0,1,0.25')
    const cells = { height: 1, width: 2, values: Float32Array.of(1, 2) }
    const file = npyOfStack([cells, { ...cells, values: Float32Array.of(3, 4) }])
    expect(new TextDecoder('latin1').decode(file ?? undefined)).toContain("'shape': (2, 1, 2)")
    expect([...new Float32Array(file?.buffer ?? new ArrayBuffer(0), 128)]).toEqual([1, 2, 3, 4])
    expect(npyOfStack([cells, { height: 2, width: 1, values: cells.values }])).toBeNull()
  })

  test('the strongest come first, by size', () => {
    const cells = { height: 1, width: 3, values: Float32Array.of(1, -3, 2), absent: Uint8Array.of(0, 0, 0) }
    expect(strongestFirst(cells).map(({ column }) => column)).toEqual([1, 2, 0])
  })
})

test('the caption in words', () => {
  expect(captionText(figure)).toBe(
    'Layer 2.1 · head 3. Model: swin_tiny. Query: row 0, column 0; "a & b" <c>.',
  )
})

test('files are named after model, node, head and place', () => {
  expect(fileStem('swin_tiny', 'layers.1.blocks.1', 'head3', 'row5col4')).toBe(
    'swin_tiny-layers.1.blocks.1-head3-row5col4',
  )
  expect(fileStem('My design!', '')).toBe('My_design_')
})

test('a map that reaches over the edge of its picture ends there, also in a file', () => {
  const area = { left: -1, top: -1, right: 3, bottom: 3 }
  const over: MapFigure = {
    ...figure,
    cells: { height: 2, width: 2, values, absent: Uint8Array.of(1, 0, 0, 0), area },
  }
  const box = { x: 10, y: 20, width: 40, height: 40 }
  const shapes = mapShapes(over, usualView, box)
  expect(shapes.filter(({ kind }) => kind === 'image')[1]).toMatchObject({
    x: 0,
    y: 10,
    width: 40,
    clip: box,
  })
  expect(shapes.find(({ kind }) => kind === 'hatch')).toMatchObject({
    boxes: [{ x: 10, y: 20, width: 10, height: 10 }],
  })
  const svg = svgOf(sheetOf([over], usualView))
  expectWellFormed(svg)
  expect(svg).toContain('viewBox="20 50 448 448"')
})

test('the edges of a region are runs, and a seam gives each part its own', () => {
  // Two columns at the left and one at the right, as a window that goes over the edge of the map.
  const marked = Uint8Array.of(1, 1, 0, 1)
  const edges = edgesOf({ height: 1, width: 4 }, marked, { height: 8, width: 8 })
  expect(edges).toEqual([
    [
      [0, 0],
      [4, 0],
    ],
    [
      [6, 0],
      [8, 0],
    ],
    [
      [0, 8],
      [4, 8],
    ],
    [
      [6, 8],
      [8, 8],
    ],
    [
      [0, 0],
      [0, 8],
    ],
    [
      [4, 0],
      [4, 8],
    ],
    [
      [6, 0],
      [6, 8],
    ],
    [
      [8, 0],
      [8, 8],
    ],
  ])
})
