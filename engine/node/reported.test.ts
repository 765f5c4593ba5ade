import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findPreset } from '../catalogue'
import { parsePublished } from './published'
import { reportedFigures } from './reported'

const golden = join(import.meta.dirname, '../golden/published.json')

test('what presets say that others reported is what the publications print', async () => {
  const { rows } = parsePublished(readFileSync(golden, 'utf8'))
  const text = `${JSON.stringify(reportedFigures(rows), null, 2)}\n`
  await expect(text).toMatchFileSnapshot('../presets/reported.json')
})

test('presets carry accuracy, speed and where both were printed', () => {
  expect(findPreset('swin_tiny_patch4_window7_224')?.published).toMatchObject({
    top1: 81.3,
    throughput: { images: 1768, hardware: 'A100' },
  })
  expect(findPreset('tf_efficientnet_b7')?.published).toMatchObject({
    top1: 84.3,
    source: 'Swin Transformer (Liu et al. 2021), Table 1',
    throughput: { images: 55.1, hardware: 'V100' },
  })
  expect(findPreset('caformer_b36')?.published?.top1).toBe(85.5)
})
