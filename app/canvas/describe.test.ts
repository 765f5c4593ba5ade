import { expect, test } from 'vitest'
import { setOverride } from '../../engine/index'
import { pathOf } from '../state/paths'
import { presetDocument } from '../testing/presetDocument'
import { overriddenBlocks } from './describe'

test('a block that differs is called by the number in its path', () => {
  const document = setOverride(presetDocument('vit_tiny_patch16_224'), pathOf('blocks.0'), 4, 'attn', {
    attrs: { heads: 6 },
  })
  expect(overriddenBlocks(document, 'blocks.0/attn')).toEqual([4])
})
