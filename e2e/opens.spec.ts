import { expect, test } from '@playwright/test'
import { EditorPage } from './pages/EditorPage'

test('the page opens without an error and without breaking its own content policy', async ({ page }) => {
  const errors: string[] = []
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  page.on('pageerror', (error) => errors.push(error.message))
  const editor = await new EditorPage(page).open()
  await expect(page).toHaveTitle(/Vertebra/)
  await expect(page.getByRole('main')).toBeVisible()
  await expect(editor.statusBar.getByRole('button', { name: /WebGPU/ })).toBeVisible()
  expect(errors).toEqual([])
})

test('all that the page needs comes from its own address, and once it runs it asks for nothing more', async ({
  page,
  baseURL,
}) => {
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  const editor = await new EditorPage(page).open()
  await editor.setInput(64)
  await editor.measuredLatency()
  const first = asked.length
  expect(asked.filter((url) => !url.startsWith(baseURL ?? '') && !url.startsWith('blob:'))).toEqual([])

  await editor.drag(editor.tile('Pooling, token mixer'), editor.node('Self-attention'))
  await editor.shareLink()
  await editor.openPreset('resnet18')
  for (const tab of ['Layers', 'Latency', 'Receptive field', 'Problems']) {
    await editor.dock.getByRole('tab', { name: tab }).click()
  }
  expect(asked.slice(first).filter((url) => !url.startsWith('blob:'))).toEqual([])
})
