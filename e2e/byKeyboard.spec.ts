import { analyzed } from './commandLine'
import { expect, test } from './editor'
import { EditorPage } from './pages/EditorPage'

test.use({ permissions: ['clipboard-read', 'clipboard-write'] })

test('the attention of two stages is replaced by pooling with the keyboard alone', async ({ editor }) => {
  const attentionLatency = await editor.measuredLatency()
  const before = await editor.figures()

  await editor.walkToCanvas()
  await editor.arrowTo('ArrowRight', 'Stage 3')
  await editor.arrowTo('ArrowRight', 'Stage 4')
  await editor.enterStage('Stage 4')
  await editor.replaceSelfAttentionByPooling()
  await expect(editor.node('Stage 4')).toHaveAccessibleName(/Pooling/)

  await editor.press('Escape', 'Escape')
  await editor.arrowTo('ArrowLeft', 'Stage 3')
  await editor.enterStage('Stage 3')
  await editor.replaceSelfAttentionByPooling()
  await expect(editor.node('Stage 3')).toHaveAccessibleName(/Pooling/)

  const after = await editor.figures()
  expect(before.params - after.params).toBe(4 * (9 * 320 ** 2 + 3 * 512 ** 2))
  await editor.command('copy link')
  await expect(editor.notices.filter({ hasText: 'Link copied' })).toBeVisible()
  expect(after).toEqual(analyzed(await editor.clipboard()))
  expect(await editor.measuredLatency()).not.toBe(attentionLatency)
})

test('a design is shared with the keyboard alone', async ({ editor, browser, baseURL }) => {
  const share = editor.page.getByRole('button', { name: 'Share', exact: true })
  await editor.tabTo(share)
  await editor.press('Enter')
  const dialog = editor.page.getByRole('dialog', { name: 'Share this design' })
  await expect(dialog).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Copy link' })).toBeFocused()
  await editor.press('Enter')
  await expect(editor.notices.filter({ hasText: 'Link copied' })).toBeVisible()
  await editor.press('Escape')
  await expect(share).toBeFocused()

  const link = await editor.clipboard()
  const context = await browser.newContext({ baseURL: baseURL ?? '' })
  const other = await EditorPage.onAnotherDevice(context, link)
  expect(await other.figures()).toEqual(await editor.figures())
  await context.close()
})
