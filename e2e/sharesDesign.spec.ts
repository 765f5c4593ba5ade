import { analyzed } from './commandLine'
import { expect, test } from './editor'
import { EditorPage } from './pages/EditorPage'

test.use({ permissions: ['clipboard-read', 'clipboard-write'] })

test('a copied link opens the identical design on another device', async ({ editor, browser, baseURL }) => {
  await editor.drag(editor.tile('Pooling, token mixer'), editor.node('Self-attention'))
  const figures = await editor.figures()
  await editor.page.getByRole('button', { name: 'Share', exact: true }).click()
  await editor.page.getByRole('button', { name: 'Copy link' }).click()
  await expect(editor.notices.filter({ hasText: 'Link copied' })).toBeVisible()
  const link = await editor.clipboard()

  const context = await browser.newContext({ baseURL: baseURL ?? '' })
  const other = await EditorPage.onAnotherDevice(context, link)
  await expect(other.page.getByText('Shared design: CAFormer-S18')).toBeVisible()
  expect(await other.figures()).toEqual(figures)
  expect(await other.shareLink()).toBe(link)
  expect(figures).toEqual(analyzed(link))
  await context.close()
})

test('a link that was cut says how much is missing and changes nothing', async ({ editor }) => {
  await editor.drag(editor.tile('Pooling, token mixer'), editor.node('Self-attention'))
  await editor.statusBar.getByText('Saved on this device').waitFor()
  const link = await editor.shareLink()

  for (const cut of [link.slice(0, -12), link.slice(0, link.indexOf('#') + 8), `${link.slice(0, -1)}~`]) {
    // First as a link followed in the open page, then as one opened afresh.
    await editor.page.evaluate((hash) => location.assign(hash), cut.slice(cut.indexOf('#')))
    await expect(editor.notices.filter({ hasText: /link/i }).first()).toBeVisible()
    expect(await editor.shareLink()).toBe(link)
    await editor.page.reload()
    await expect(editor.canvas).toBeVisible()
    await expect(editor.notices.filter({ hasText: /link/i }).first()).toBeVisible()
    expect(await editor.shareLink()).toBe(link)
  }
})

test('back from a shared design, one’s own is as it was', async ({ editor }) => {
  await editor.drag(editor.tile('Pooling, token mixer'), editor.node('Self-attention'))
  await editor.statusBar.getByText('Saved on this device').waitFor()
  const own = await editor.shareLink()
  await editor.undo()
  const shared = await editor.shareLink()
  await editor.press('Control+Shift+z')
  await editor.statusBar.getByText('Saved on this device').waitFor()

  await editor.page.evaluate((hash) => location.assign(hash), shared.slice(shared.indexOf('#')))
  await expect(editor.node('Self-attention')).toBeVisible()
  await editor.page.getByRole('button', { name: 'Back to my design' }).click()
  await expect(editor.node('Pooling')).toBeVisible()
  expect(await editor.shareLink()).toBe(own)
})
