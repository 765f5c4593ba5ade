import { expect, test } from './editor'
import { FieldPanel } from './pages/FieldPanel'

test('what the picture contributes to a place is measured, and follows the depth', async ({ editor }) => {
  const field = await new FieldPanel(editor.page).open()
  await field.depth.press('Home')
  await field.measure()
  // The stem's own window: nothing beyond its 7 × 7 pixels contributes.
  await expect(field.side('99 %')).toHaveText('7 px', { timeout: 60_000 })
  await expect(field.dock).toContainText('With random weights')
  await field.depth.press('ArrowRight')
  await field.depth.press('ArrowRight')
  await expect.poll(() => field.sideOf('99 %')).toBeGreaterThan(7)
})

test('the field of ConvNeXt-T is kept beside that of the same network with large kernels', async ({
  editor,
}) => {
  await editor.openPreset('convnext_tiny')
  await editor.setInput(64)
  const field = await new FieldPanel(editor.page).open()
  await editor.openStage('Stage 1')
  await field.measure()
  await expect.poll(() => field.sideOf('50 %'), { timeout: 90_000 }).toBeGreaterThan(0)
  const small = await field.sideOf('50 %')
  await field.keep()
  await expect(field.maps).toHaveCount(2)

  await editor.openPreset('convnext_tiny_31_29_27_13')
  await editor.setInput(64)
  await editor.openStage('Stage 1')
  await expect.poll(() => field.sideOf('50 %'), { timeout: 90_000 }).toBeGreaterThan(small)
  await expect(field.maps.nth(1)).toContainText('ConvNeXt-T · stages.0')
  expect(await field.sideOf('50 %', 1)).toBe(small)

  const { name, rows } = await field.savedNumbers()
  expect(name).toMatch(/^ConvNeXt-T_31-29-27-13.*field.*\.csv$/)
  expect(rows.length).toBeGreaterThan(64 * 64)

  await field.dropKept()
  await expect(field.maps).toHaveCount(1)
})
