import { expect, test } from './editor'

test('modules are found by what they do, and their card says what they cost', async ({ editor }) => {
  const search = editor.palette.getByRole('textbox', { name: 'Search modules' })
  await search.fill('no softmax')
  await expect(editor.tile('Linear attention, token mixer')).toBeVisible()
  await expect(editor.tile('Self-attention, token mixer')).toBeHidden()
  await search.fill('katharopoulos 2020')
  await editor.tile('Linear attention, token mixer').hover()
  const card = editor.page.getByRole('tooltip')
  await expect(card).toContainText('Transformers are RNNs')
  await expect(card).toContainText('costlinear')
  await expect(card).toContainText('591.4')
})

test('the card of a module opens for the keyboard, too', async ({ editor }) => {
  await editor.palette.getByRole('textbox', { name: 'Search modules' }).fill('pooling')
  // The heading of the list, then its first tile.
  await editor.press('ArrowDown', 'ArrowRight')
  await expect(editor.tile('Pooling, token mixer')).toBeFocused()
  await expect(editor.page.getByRole('tooltip')).toContainText('MetaFormer Is Actually What You Need')
  await editor.page.keyboard.press('Escape')
  await expect(editor.page.getByRole('tooltip')).toBeHidden()
})

test('designs are found by author, with what others reported', async ({ editor }) => {
  const dialog = editor.page.getByRole('dialog', { name: 'Start from a design' })
  await editor.page.getByRole('button', { name: 'Presets' }).click()
  await dialog.getByRole('textbox', { name: 'Search presets' }).fill('liu swin')
  const card = dialog.getByRole('group', { name: 'Presets' }).getByRole('button').first()
  await expect(card).toContainText('Swin-T')
  await expect(card).toContainText('28.29')
  await expect(card).toContainText('81.3 % top-1')
  await expect(card).toContainText('reported: Liu et al. 2022')
})

test('the command palette takes ideas as well as names', async ({ editor }) => {
  await editor.command('resnet-18')
  await expect(editor.inspector.getByRole('heading', { level: 2 }).first()).toHaveText('ResNet-18')
})
