/** In a browser that offers no WebGPU: see the projects in playwright.config.ts. */
import { expect, test } from '@playwright/test'
import { analyzed } from './commandLine'
import { EditorPage } from './pages/EditorPage'

test('without WebGPU the page says why, counts exactly, and runs designs on the CPU', async ({ page }) => {
  const editor = await new EditorPage(page).open()
  const reason = 'WebGPU is there, but no graphics adapter answered'
  await expect(page.getByRole('status').filter({ hasText: reason })).toBeVisible()
  await expect(editor.statusBar).toContainText('Latency not measured: no WebGPU')
  await expect(editor.dock.getByRole('heading', { name: 'Not measured: no WebGPU' })).toBeVisible()

  await editor.drag(editor.tile('Pooling, token mixer'), editor.node('Self-attention'))
  expect(await editor.figures()).toEqual(analyzed(await editor.shareLink()))
  await editor.dock.getByRole('tab', { name: 'Receptive field' }).click()
  await expect(editor.dock.getByRole('tabpanel')).toContainText('px')

  await editor.undo()
  await editor.setInput(64)
  await editor.dock.getByRole('tab', { name: 'Attention' }).click()
  await editor.dock.getByRole('button', { name: 'Run on the CPU' }).click()
  await expect(editor.attentionMap).toBeVisible({ timeout: 90_000 })
  await expect(editor.dock).toContainText('Computed on the CPU')
  await expect(editor.statusBar).toContainText('CPU, WebAssembly')
  await editor.measuredLatency()
  // An edit runs there too, and so does what is looked at.
  await editor.drag(editor.tile('Pooling, token mixer'), editor.node('Self-attention'))
  await editor.measuredLatency()
  await editor.dock.getByRole('tab', { name: 'Receptive field' }).click()
  await editor.dock.getByRole('radio', { name: 'Measured' }).click()
  await expect(editor.dock.locator('[data-figure=contributions]')).toContainText('px', { timeout: 60_000 })
})
