import { expect, test } from 'vitest'
import { findPreset } from '../presets'
import { forgetPositions } from './forgetPositions'
import { moveNodes } from './nodes'
import type { Document } from './types'

const design = findPreset('vit_tiny_patch16_224')?.document as Document

test('a design whose nodes nobody moved stays as it is', () => {
  expect(forgetPositions(design)).toBe(design)
})

test('moved nodes lose their places, in blocks too, and keep all else', () => {
  const moved = moveNodes(moveNodes(design, [], { norm: { x: 3, y: 4 } }), ['blocks.0'], {
    attn: { x: 1, y: 2 },
  })
  expect(moved).not.toEqual(design)
  expect(forgetPositions(moved)).toEqual(design)
})
