import { expect, test } from './editor'

interface Cell {
  readonly row: number
  readonly column: number
  readonly value: number
}

/** The cells of a saved figure that hold a number, and its caption. */
function readCsv(content: Buffer): { readonly caption: string; readonly cells: readonly Cell[] } {
  const lines = content.toString('utf8').trim().split('\n')
  const caption = lines.filter((line) => line.startsWith('#')).join('\n')
  const [, ...rows] = lines.filter((line) => !line.startsWith('#'))
  const cells = rows.flatMap((line) => {
    const [row, column, value] = line.split(',')
    return value === '' ? [] : [{ row: Number(row), column: Number(column), value: Number(value) }]
  })
  return { caption, cells }
}

const distinct = (numbers: readonly number[]): readonly number[] =>
  [...new Set(numbers)].sort((a, b) => a - b)

test('a shifted window ends at the seam, and wraps to the other side of the picture', async ({ editor }) => {
  test.slow()
  await editor.openPreset('swin_tiny_patch4_window7_224')
  await expect(editor.attentionMap).toBeVisible({ timeout: 180_000 })
  await editor.lookAtLayer('1.1')

  // Windows of 7 are moved by 3: the last one holds columns 52 to 55 and 0 to 2, which do not see each other.
  await editor.hoverPatch(0.995, 0.51)
  await expect(editor.dock).toContainText('Row 28, column 55 (query) reads 28 of 56 × 56 cells (keys).')
  const right = readCsv((await editor.saveFigure('CSV')).content)
  expect(right.caption).toContain('# Query: row 28, column 55')
  expect(distinct(right.cells.map(({ column }) => column))).toEqual([52, 53, 54, 55])
  expect(distinct(right.cells.map(({ row }) => row))).toEqual([24, 25, 26, 27, 28, 29, 30])
  expect(right.cells.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(1, 4)

  await editor.hoverPatch(0.005, 0.51)
  await expect(editor.dock).toContainText('Row 28, column 0 (query) reads 21 of 56 × 56 cells (keys).')
  const left = readCsv((await editor.saveFigure('CSV')).content)
  expect(distinct(left.cells.map(({ column }) => column))).toEqual([0, 1, 2])

  // The block before is not shifted.
  await editor.lookAtLayer('1.0')
  await editor.hoverPatch(0.995, 0.51)
  await expect(editor.dock).toContainText('reads 49 of 56 × 56 cells')
})

test('where attention is replaced by pooling, the same view shows the 3 × 3 pattern', async ({ editor }) => {
  await editor.measuredLatency()
  await editor.lookAtLayer('3.8')
  await editor.hoverPatch(0.6, 0.6)
  await editor.clickHere()
  await expect(editor.dock).toContainText('Row 2, column 2 (query) reads the 4 × 4 map (keys). Held')

  await editor.drag(editor.tile('Pooling, token mixer'), editor.node('Self-attention'))
  await expect(editor.dock.locator('[data-figure="Method"]')).toHaveText('exact, 1 gradient', {
    timeout: 90_000,
  })
  await expect(editor.dock.locator('[data-figure="Reaches"]')).toHaveText('9 of 16 cells')
  const { caption, cells } = readCsv((await editor.saveFigure('CSV')).content)
  expect(caption).toContain('# Node: stages.2.blocks.8.token_mixer')
  // The mean of 3 × 3 minus the place itself, as PoolFormer mixes; what lies outside cannot be read.
  expect(cells).toHaveLength(9)
  for (const { row, column, value } of cells) {
    expect(Math.max(Math.abs(row - 2), Math.abs(column - 2))).toBeLessThanOrEqual(1)
    expect(value).toBeCloseTo(1 / 9 - (row === 2 && column === 2 ? 1 : 0), 4)
  }
})

test('two patches are compared, and the figure goes into files by the keyboard alone', async ({ editor }) => {
  await editor.measuredLatency()
  await editor.lookAtLayer('3.8')
  await editor.attentionMap.focus()
  await editor.press('ArrowUp', 'ArrowUp', 'Enter')
  await expect(editor.dock).toContainText('Row 0, column 2 (query)')
  await editor.press('ArrowLeft', 'ArrowLeft', 'Shift+Enter')
  await expect(editor.dock).toContainText('Row 0, column 2 against row 0, column 0.')

  await editor.dock.getByRole('button', { name: 'Save figure' }).focus()
  await editor.press('Enter')
  const download = editor.page.waitForEvent('download')
  await expect(editor.page.getByRole('menuitem', { name: 'PNG' }).first()).toBeVisible()
  await editor.press('ArrowDown', 'Enter')
  expect((await download).suggestedFilename()).toMatch(
    /^CAFormer-S18-stages\.2\.blocks\.8.*minus.*\.(png|svg)$/,
  )

  const svg = await editor.saveFigure('SVG')
  const text = svg.content.toString('utf8')
  for (const words of ['difference', 'row 0, column 2 minus row 0, column 0', 'procedural', 'CAFormer-S18'])
    expect(text).toContain(words)
  const png = await editor.saveFigure('PNG')
  expect([...png.content.subarray(1, 4)]).toEqual([...Buffer.from('PNG')])
  // First, second and difference beside each other, at twice the size.
  expect(png.content.readUInt32BE(16)).toBeGreaterThan(2 * 3 * 448)
  const npy = await editor.saveFigure('NPY')
  expect(npy.content.toString('latin1')).toContain(
    "'descr': '<f4', 'fortran_order': False, 'shape': (3, 4, 4)",
  )

  await editor.attentionMap.focus()
  await editor.press('Escape')
  await expect(editor.dock).toContainText('Row 0, column 2 (query)')
  await editor.press('Escape')
  await expect(editor.dock).toContainText('A click holds it.')
})
