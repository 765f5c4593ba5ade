import { expect, test } from './editor'

test('a norm dropped on an edge is wired between the two nodes that the edge joined', async ({ editor }) => {
  const before = await editor.figures()

  await editor.drag(editor.tile('LayerNorm, norm'), editor.edge('MLP', 'Add'))

  await expect(editor.inspector.getByRole('heading', { level: 2 })).toHaveText('LayerNorm')
  await expect(editor.inspector.getByRole('region', { name: 'Shape' })).toContainText('4×4×320')
  await expect(editor.inspector.getByRole('combobox', { name: 'Input x' })).toContainText('MLP')
  await expect(editor.node('LayerNorm, ε 1e-6, 4×4×320')).toHaveAttribute('aria-pressed', 'true')
  // Scale and bias of 320 channels in each of the nine blocks; norms cost no MACs.
  const after = await editor.figures()
  expect(after).toEqual({ params: before.params + 9 * 2 * 320, macs: before.macs })
})

test('heads that do not divide the width say so on the node, and a fix beside it mends it', async ({
  editor,
}) => {
  await editor.select('Self-attention')
  await editor.inspector.getByRole('button', { name: 'Heads: automatic' }).click()
  const heads = editor.inspector.getByRole('spinbutton', { name: 'Heads' })
  await heads.fill('7')
  await heads.press('Enter')

  const note = editor.canvas.getByRole('region', { name: /^Problem/ })
  await expect(note).toContainText('320 channels do not split into 7 heads')
  await expect(editor.statusBar).toContainText('1 problem')
  // What comes before the broken node keeps its numbers, and the total says how far it reaches.
  await expect(editor.node('Stage 2')).not.toHaveAccessibleName(/waits/)
  await expect(editor.node('Stage 4')).toHaveAccessibleName(/waits/)
  await expect(editor.statusBar).toContainText('up to')
  await expect(editor.dock.getByRole('tab', { name: 'Problems' })).toContainText('1')

  await note.getByRole('button', { name: 'Set heads to 8' }).click()
  await expect(note).toBeHidden()
  await expect(editor.node('Self-attention')).toContainText('8 heads of 40')
  await expect(editor.statusBar).not.toContainText('problem')
  await expect(editor.statusBar).not.toContainText('up to')
  await expect(editor.node('Stage 4')).not.toHaveAccessibleName(/waits/)
})

test('undo leads back to the design as it was opened, step by step, and redo comes back', async ({
  editor,
}) => {
  const start = { link: await editor.shareLink(), figures: await editor.figures() }

  await editor.drag(editor.tile('Pooling, token mixer'), editor.node('Self-attention'))
  await editor.drag(editor.tile('RMSNorm, norm'), editor.edge('MLP', 'Add'))
  await editor.page.getByRole('button', { name: 'Repeats of Block: more' }).click()
  await editor.select('MLP')
  await editor.press('Delete')
  await editor.setInput(96)
  const edited = { link: await editor.shareLink(), figures: await editor.figures() }
  expect(edited.link).not.toBe(start.link)

  let steps = 0
  for (; (await editor.undoButton.isEnabled()) && steps < 20; steps++) await editor.undo()
  // Height and width of the input are two edits.
  expect(steps).toBe(6)
  expect({ link: await editor.shareLink(), figures: await editor.figures() }).toEqual(start)

  for (let step = 0; step < steps; step++) await editor.press('Control+Shift+z')
  expect({ link: await editor.shareLink(), figures: await editor.figures() }).toEqual(edited)
})

test('a design is changed without a drag: a tile is clicked, then the place', async ({ editor }) => {
  const before = await editor.figures()

  await editor.tile('Pooling, token mixer').click()
  await editor.node('Self-attention').click()
  await expect(editor.node('Pooling')).toBeVisible()
  await editor.tile('Pooling, token mixer').click()
  await editor.node('Stage 4').click()
  await expect(editor.node('Stage 4')).toHaveAccessibleName(/Pooling/)
  const pooled = await editor.figures()
  expect(before.params - pooled.params).toBe(4 * (9 * 320 ** 2 + 3 * 512 ** 2))

  await editor.tile('LayerNorm, norm').click()
  await editor.edge('MLP', 'Add').click()
  await expect(editor.inspector.getByRole('combobox', { name: 'Input x' })).toContainText('MLP')
  expect((await editor.figures()).params).toBeGreaterThan(pooled.params)
})

test('an edit while the old design still compiles cancels it, and the page answers at once', async ({
  editor,
}) => {
  const fresh = /^(planning|kernels|weights|running|measuring)/
  await editor.drag(editor.tile('Pooling, token mixer'), editor.node('Self-attention'))
  const status = editor.statusBar.getByText(fresh)
  await expect(status).toBeVisible()

  const answer = await editor.timeToAnswer(editor.undoButton)
  expect(answer).toBeLessThan(200)
  await expect(editor.node('Self-attention')).toBeVisible()

  // The run that follows is of the design on the screen; the cancelled one never reports.
  await editor.measuredLatency()
  await expect(editor.statusBar).not.toContainText('problem')
})
