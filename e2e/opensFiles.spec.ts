import { readFileSync } from 'node:fs'
import { expect, test } from './editor'

test('a saved file opens as the same design', async ({ editor }) => {
  const link = await editor.shareLink()
  const text = await editor.saveFile()
  await editor.openPreset('resnet18')
  expect(await editor.shareLink()).not.toBe(link)

  await editor.openFile('mine.vertebra.json', text)
  expect(await editor.shareLink()).toBe(link)
})

test('a module that this version does not know is kept and shown as unknown', async ({ editor }) => {
  const text = (await editor.saveFile()).replaceAll('"attention"', '"telepathy"')
  await editor.openFile('tomorrow.json', text)

  await editor.openStage('Stage 3')
  await editor.select('telepathy')
  await expect(editor.inspector).toContainText('has no module “telepathy”')
  await expect(editor.statusBar).toContainText('problem')
  expect(await editor.saveFile()).toContain('"telepathy"')
})

test('a design of a newer version, and what is no design, are refused with a sentence', async ({
  editor,
}) => {
  const link = await editor.shareLink()
  const newer = (await editor.saveFile()).replace(/"version": ?\d+/, '"version": 99')

  await editor.openFile('newer.json', newer)
  await expect(editor.notices.filter({ hasText: 'newer.json' })).toContainText('made with a newer Vertebra')
  await editor.openFile('notes.json', 'milk, eggs')
  await expect(editor.notices.filter({ hasText: 'notes.json' })).toContainText('not JSON')
  await editor.openFile('package.json', readFileSync('package.json', 'utf8'))
  await expect(editor.notices.filter({ hasText: 'package.json' })).toBeVisible()
  expect(await editor.shareLink()).toBe(link)
})
