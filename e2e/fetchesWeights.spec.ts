import { checkpoint, goldenCase } from './checkpoints'
import { expect, test } from './editor'
import { ModelHub, towardsModelHub } from './modelHub'
import type { EditorPage } from './pages/EditorPage'

const name = 'vit_tiny_patch16_224'
const file = `${name}.augreg_in21k_ft_in1k`
const bytes = checkpoint(goldenCase(name).tensors)

test.use({
  launchOptions: async ({ launchOptions }, use) =>
    use({ ...launchOptions, args: [...(launchOptions.args ?? []), ...towardsModelHub] }),
})

let hub: ModelHub
test.beforeEach(async () => {
  hub = new ModelHub(file, bytes)
  await hub.open()
})
test.afterEach(() => hub.close())

const dialogOf = ({ page }: EditorPage) => page.getByRole('dialog', { name: 'Load weights from a hub' })
const cardOf = ({ page }: EditorPage) => page.getByRole('dialog', { name: 'Load weights', exact: true })

async function openHub(editor: EditorPage) {
  await editor.weights.click()
  await editor.page.getByRole('button', { name: 'From a hub' }).click()
  return dialogOf(editor)
}

test('weights are fetched by name when asked, after their size is shown, go on after a reload, and stay on the device', async ({
  editor,
}) => {
  await editor.openPreset(name)
  // Small pictures, so that what is asked of the engine does not wait for a run.
  await editor.setInput(64)

  let dialog = await openHub(editor)
  await expect(dialog.getByLabel('timm’s name')).toHaveValue(file)
  expect(hub.asked).toEqual([])
  await dialog.getByRole('button', { name: 'Look up' }).click()
  await expect(dialog).toContainText('22.9 MB')
  await expect(dialog).toContainText('apache-2.0')
  await expect(dialog).toContainText(`huggingface.co/timm/${file}`)
  expect(hub.asked).toEqual([`huggingface.co/api/models/timm/${file}?blobs=true`])

  hub.silentAfter = 9_000_000
  await dialog.getByRole('button', { name: 'Download 22.9 MB' }).click()
  await expect(dialog.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '39')
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect(dialog).toContainText('39 % is on this device already')
  await dialog.getByRole('button', { name: 'Download 13.9 MB' }).click()
  await expect(dialog.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '78')

  // In the middle of a download.
  await editor.page.reload()
  hub.silentAfter = null
  dialog = await openHub(editor)
  await expect(dialog.getByRole('listitem')).toContainText('79 % of 22.9 MB')
  await dialog.getByRole('button', { name: `Continue ${file}` }).click()
  await dialog.getByRole('button', { name: /^Download 4\.\d+/ }).click()
  const card = cardOf(editor)
  await expect(card).toContainText('152 of 152 weights of')
  expect(hub.asked.at(-1)).toBe('us.aws.cdn.hf.co/bytes?signature=x bytes=18000000-')
  await card.getByRole('button', { name: 'Load', exact: true }).click()
  await expect(editor.weights).toHaveText(`${file}.safetensors`)
  await expect(editor.likeliestClass).toBeVisible()

  await hub.close()
  await editor.page.reload()
  dialog = await openHub(editor)
  await dialog.getByRole('button', { name: `Load ${file}` }).click()
  await expect(card).toContainText('152 of 152 weights of')
  await card.getByRole('button', { name: 'Cancel' }).click()

  dialog = await openHub(editor)
  await dialog.getByRole('button', { name: `Delete ${file}` }).click()
  await expect(dialog.getByRole('listitem')).toHaveCount(0)
  await hub.open()
})

test('what cannot be fetched is a sentence, and changes nothing', async ({ editor }) => {
  await editor.openPreset(name)
  await editor.setInput(64)
  const dialog = await openHub(editor)
  const problem = dialog.getByRole('alert')

  await dialog.getByLabel('timm’s name').fill('vit_tiny_patch16_224.nobodys')
  await dialog.getByLabel('timm’s name').press('Enter')
  await expect(problem).toContainText('There are no weights called timm/vit_tiny_patch16_224.nobodys')

  await dialog.getByLabel('timm’s name').fill('https://elsewhere.example/model')
  await dialog.getByRole('button', { name: 'Look up' }).click()
  await expect(problem).toContainText('is no name of timm’s')

  // Of the hosts that the hub may point to, only its own are asked.
  hub.leadsTo = 'other.example'
  await dialog.getByLabel('timm’s name').fill(file)
  await dialog.getByRole('button', { name: 'Look up' }).click()
  await dialog.getByRole('button', { name: /^Download/ }).click()
  await expect(problem).toContainText('Download the file by hand', { timeout: 20_000 })
  await expect(dialog.getByRole('link', { name: 'Its files at huggingface.co' })).toHaveAttribute(
    'href',
    `https://huggingface.co/timm/${file}/tree/main`,
  )
  expect(hub.asked.filter((address) => address.startsWith('other.example'))).toEqual([])

  hub.leadsTo = 'cdn-lfs-us-1.hf.co'
  hub.letsPagesRead = false
  await dialog.getByRole('button', { name: 'Try again' }).click()
  await expect(problem).toContainText('Download the file by hand', { timeout: 20_000 })
  await dialog.getByRole('button', { name: 'Close' }).click()
  await expect(editor.weights).toHaveText('Random weights')
})
