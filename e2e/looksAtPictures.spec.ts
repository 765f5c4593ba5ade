import { expect, test } from './editor'
import { pngHeader } from './pictures'

test('every patch of one’s own picture has its own map, and a click holds it', async ({ editor }) => {
  await editor.measuredLatency()
  await editor.choosePicture('public/pictures/chelsea.png')
  await expect(editor.canvas.getByRole('img', { name: 'Picture: chelsea.png' })).toBeVisible()
  await expect(editor.attentionMap).toBeVisible()
  await editor.dock.getByRole('combobox', { name: 'Block' }).click()
  await editor.page
    .getByRole('option', { name: /^Layer 3\./ })
    .last()
    .click()

  await editor.hoverPatch(0.15, 0.15)
  await expect(editor.dock).toContainText('Row 0, column 0')
  const corner = await editor.mapPixels()
  await editor.hoverPatch(0.6, 0.6)
  await expect(editor.dock).toContainText('Row 2, column 2')
  const middle = await editor.mapPixels()
  expect(middle).not.toBe(corner)

  await editor.clickHere()
  await expect(editor.dock).toContainText('Held')
  await editor.hoverPatch(0.15, 0.15)
  expect(await editor.mapPixels()).toBe(middle)

  await editor.hoverPatch(0.6, 0.6)
  await editor.clickHere()
  await editor.hoverPatch(0.15, 0.15)
  await expect(editor.dock).toContainText('Row 0, column 0')
  expect(await editor.mapPixels()).toBe(corner)
})

test('a picture that cannot be used is refused with a sentence, and the one before stays', async ({
  editor,
}) => {
  const picture = editor.canvas.getByRole('img', { name: 'Picture: Cat' })
  await expect(picture).toBeVisible()
  const problem = editor.dock.getByRole('alert')

  await editor.choosePicture({ name: 'torn.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture') })
  await expect(problem).toContainText('cannot be decoded')
  await editor.choosePicture({ name: 'vast.png', mimeType: 'image/png', buffer: pngHeader(10_000, 5_000) })
  await expect(problem).toContainText('The picture has 50 megapixels; the limit is 40.')
  await expect(picture).toBeVisible()
})

test('a photograph dropped anywhere on the page becomes the picture', async ({ editor }) => {
  await editor.dropFile('public/pictures/coffee.png', 'image/png')
  await expect(editor.canvas.getByRole('img', { name: 'Picture: coffee.png' })).toBeVisible()
})

test('what the picture contributes to a place is measured, and follows the place', async ({ editor }) => {
  await editor.dock.getByRole('tab', { name: 'Receptive field' }).click()
  const depth = editor.dock.getByRole('slider', { name: 'Depth' })
  await depth.press('Home')
  await editor.dock.getByRole('radio', { name: 'Measured' }).click()
  const figures = editor.dock.locator('[data-figure="contributions"]')
  // The stem's own window: nothing beyond its 7 × 7 pixels contributes.
  await expect(figures).toContainText('99 % within7 px', { timeout: 60_000 })
  await expect(editor.dock).toContainText('Weights are random')
})
