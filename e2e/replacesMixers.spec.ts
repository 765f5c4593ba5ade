import { analyzed } from './commandLine'
import { expect, test } from './editor'

test('dragging pooling onto the attention of two stages changes every figure to the analysed ones', async ({
  editor,
}) => {
  const before = await editor.figures()
  const attentionLatency = await editor.measuredLatency()

  await editor.drag(editor.tile('Pooling, token mixer'), editor.node('Self-attention'))
  await expect(editor.node('Pooling')).toBeVisible()
  await expect(editor.node('Self-attention')).toBeHidden()
  await editor.openStage('Stage 4')
  await editor.drag(editor.tile('Pooling, token mixer'), editor.node('Self-attention'))
  await expect(editor.node('Stage 3')).toHaveAccessibleName(/Pooling/)
  await expect(editor.node('Stage 4')).toHaveAccessibleName(/Pooling/)

  const after = await editor.figures()
  expect(after).toEqual(analyzed(await editor.shareLink()))
  // Attention's qkv and output projections are gone: 4 c² weights in 9 blocks of 320 and 3 blocks of 512 channels.
  expect(before.params - after.params).toBe(4 * (9 * 320 ** 2 + 3 * 512 ** 2))
  // The same weights once for each of the 4×4 and 2×2 places, and the two products of attention, 2 n² c.
  const products = 2 * (9 * 16 ** 2 * 320 + 3 * 4 ** 2 * 512)
  expect(before.macs - after.macs).toBe(4 * (16 * 9 * 320 ** 2 + 4 * 3 * 512 ** 2) + products)

  expect(await editor.measuredLatency()).not.toBe(attentionLatency)
})
