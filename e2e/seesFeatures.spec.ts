import type { Page } from '@playwright/test'
import { expect, test } from './editor'
import { EditorPage } from './pages/EditorPage'
import { FeaturesPanel } from './pages/FeaturesPanel'

// A look waits for the first run, which has to make all kernels on the cores that draw the page.
test.slow()

/** ViT-Ti on 64 × 64 pixels by its link: 4 × 4 patches and the class token. At 224 it would run for a while first. */
const vit = './#v1.HMLdYksGi1YKywzRDcnUNwS2MIGNSbA7iC1BR0tGfCUjAA'

async function openVit(page: Page): Promise<EditorPage> {
  const editor = await new EditorPage(page).open(vit)
  await expect(editor.canvas.getByRole('button', { name: /^CLS|^Class token/ }).first()).toBeVisible()
  return editor
}

test('a layer is chosen, its patches become colours, and the pointer finds patches that are alike', async ({
  page,
}) => {
  const editor = await openVit(page)
  const features = await new FeaturesPanel(editor.page).open()
  await features.depth.focus()
  await editor.press('Home')
  await features.expectPlace('patch_embed')
  // The slider keeps the focus while maps come and go.
  await editor.press('ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight')
  await features.expectPlace('blocks.0.attn')

  await expect(features.channels.getByRole('option').first()).toHaveAttribute('aria-setsize', '192')
  const first = await features.pixels()
  await features.channels.getByRole('option').nth(3).click()
  expect(await features.pixels()).not.toBe(first)

  await features.show('PCA')
  await expect(features.figure('Component 1')).toHaveText(/^\d+(\.\d)?\s%$/)
  const shares = await Promise.all(
    ['Component 1', 'Component 2', 'Component 3'].map(async (name) =>
      Number.parseFloat((await features.figure(name).textContent()) ?? ''),
    ),
  )
  expect([...shares].sort((a, b) => b - a)).toEqual(shares)
  const colours = await features.savedNumbers()
  expect(colours.rows[0]).toEqual(['row', 'column', 'red', 'green', 'blue'])
  expect(colours.rows).toHaveLength(1 + 16)

  await features.show('Norms')
  await expect(features.figure('class token')).toHaveText(/× the median$/)

  await features.show('Similarity')
  await features.hover(0.1, 0.1)
  await expect(features.query).toHaveText('Row 0, column 0')
  const corner = await features.pixels()
  await features.hover(0.6, 0.6)
  await expect(features.query).toHaveText('Row 2, column 2')
  expect(await features.pixels()).not.toBe(corner)
  await editor.clickHere()
  await expect(features.dock).toContainText('Held')
  await features.hover(0.1, 0.1)
  await expect(features.query).toHaveText('Row 2, column 2')

  const { name, rows } = await features.savedNumbers()
  expect(name).toBe('ViT-Ti_16-blocks.0.attn-similarity-row2column2.csv')
  expect(rows[0]).toEqual(['row', 'column', 'cosine'])
  expect(rows).toHaveLength(1 + 16)
  const cosines = rows
    .slice(1)
    .map(([row, column, cosine]) => ({ place: `${row},${column}`, cosine: Number(cosine) }))
  for (const { cosine } of cosines) expect(Math.abs(cosine)).toBeLessThanOrEqual(1)
  expect(cosines.find(({ place }) => place === '2,2')?.cosine).toBeCloseTo(1, 5)
})

test('without a mouse: the panel from the palette of commands, channels and patches by arrow keys', async ({
  page,
}) => {
  const features = new FeaturesPanel(page)
  const editor = await openVit(page)
  await editor.press('Control+k')
  await expect(page.getByRole('combobox', { name: 'Command palette' })).toBeFocused()
  await page.keyboard.type('Features')
  await editor.press('Enter')
  await features.depth.focus()
  await editor.press('Home')
  await features.expectPlace('patch_embed')

  await editor.tabTo(features.channels)
  await editor.press('End')
  const chosen = features.channels.getByRole('option', { selected: true })
  await expect(chosen).toHaveAttribute('aria-posinset', '192')
  await expect(chosen).toBeInViewport()
  await editor.press('Home', 'ArrowRight')
  await expect(chosen).toHaveAttribute('aria-posinset', '2')

  await features.dock.getByRole('radio', { name: 'Channels', exact: true }).focus()
  await editor.press('ArrowRight', 'ArrowRight', 'ArrowRight', 'Enter')
  await expect(features.query).toHaveText('Row 2, column 2')
  await features.maps.first().focus()
  await editor.press('ArrowLeft', 'ArrowUp')
  await expect(features.query).toHaveText('Row 1, column 1')
  await editor.press('Enter')
  await expect(features.dock).toContainText('Held')
  await editor.press('Escape')
  await expect(features.dock).not.toContainText('Held')
})

test('pictures stand side by side in colours that mean the same, and a node on the canvas is followed', async ({
  editor,
}) => {
  const features = new FeaturesPanel(editor.page)
  await editor.openStage('Stage 2')
  await features.open()
  await editor.addPicture('Coffee')
  await features.dock.getByRole('radio', { name: 'All 2' }).click()
  await features.expectPlace('stages.1')
  await expect(features.maps).toHaveCount(2)
  await features.show('PCA')
  await expect(features.figure('Together')).toHaveText(/%$/)
  await expect(features.dock).toContainText('fitted over all pictures together')
  await expect(features.dock).toContainText('cells 8 px apart, around the middle of what each reads')

  await editor.openStage('Stage 1')
  await features.expectPlace('stages.0')
  await expect(features.dock).toContainText('cells 4 px apart')
})
