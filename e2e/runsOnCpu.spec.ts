import { expect, test } from './editor'

test('where WebGPU is computed in software, the CPU is offered, gives the same and can be left again', async ({
  editor,
}) => {
  const { page } = editor
  await editor.measuredLatency()
  await expect(editor.attentionMap).toBeVisible()
  const figure = (name: string) => editor.dock.locator(`[data-figure="${name}"]`)
  const onGpu = await figure('Entropy').textContent()
  await editor.statusBar.getByRole('button', { name: /swiftshader/i }).click()
  await page
    .getByRole('dialog', { name: 'The adapter' })
    .getByRole('button', { name: 'Run on the CPU' })
    .click()
  await expect(editor.statusBar).toContainText('CPU, WebAssembly')
  await expect(editor.dock).toContainText('Computed on the CPU', { timeout: 60_000 })
  await expect(figure('Entropy')).toHaveText(onGpu ?? '')
  await editor.measuredLatency()

  await editor.command('Run on the GPU')
  await expect(editor.statusBar.getByRole('button', { name: /swiftshader/i })).toBeVisible()
  await expect(editor.dock).not.toContainText('Computed on the CPU', { timeout: 60_000 })
})
