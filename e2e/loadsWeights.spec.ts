import { writeFile } from 'node:fs/promises'
import { checkpoint, goldenCase } from './checkpoints'
import { expect, test } from './editor'

const name = 'vit_tiny_patch16_224'

test('a checkpoint dropped on the page says what fits, runs when asked, and gives the classes that the reference recorded', async ({
  editor,
}, testInfo) => {
  const { tensors, top5 } = goldenCase(name)
  const write = async (file: string, bytes: Buffer) => {
    const path = testInfo.outputPath(file)
    await writeFile(path, bytes)
    return path
  }
  const whole = await write('whole.safetensors', checkpoint(tensors))
  const cut = await write('cut.safetensors', checkpoint(tensors).subarray(0, -100))
  const part = await write('part.safetensors', checkpoint(tensors.filter(([key]) => key !== 'norm.bias')))

  // With no picture to be had, the page runs on the reference's own.
  await editor.page.route('**/pictures/**', (route) => route.fulfill({ body: 'no picture' }))
  await editor.page.reload()
  await editor.openPreset(name)
  await expect(editor.weights).toHaveText('Random weights')
  await expect(editor.likeliestClass).toBeHidden()

  await editor.dropLargeFile(cut)
  const refusal = editor.notices.filter({ hasText: 'cut.safetensors' })
  await expect(refusal).toContainText('it may be cut')
  await refusal.getByRole('button', { name: 'Close' }).click()
  await expect(editor.weights).toHaveText('Random weights')

  const card = editor.page.getByRole('dialog', { name: 'Load weights' })
  await editor.dropLargeFile(part)
  await expect(card).toContainText('151 of 152 weights of')
  await card.getByText('Missing in the file').click()
  await expect(card).toContainText('norm.bias')
  await card.getByRole('button', { name: 'Cancel' }).click()
  await expect(editor.weights).toHaveText('Random weights')

  await editor.dropLargeFile(whole)
  await expect(card).toContainText('152 of 152 weights of')
  await card.getByRole('button', { name: 'Load', exact: true }).click()
  await expect(editor.likeliestClass).toBeVisible({ timeout: 60_000 })
  expect(await editor.likeliestClasses()).toEqual(top5)

  await editor.weights.click()
  await editor.page.getByRole('button', { name: 'Back to random weights' }).click()
  await expect(editor.weights).toHaveText('Random weights')
  await expect(editor.likeliestClass).toBeHidden()
})
