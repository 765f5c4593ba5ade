import { expect, test } from 'vitest'
import { mostOfMass } from '../analysis/attention/row'
import { findPreset } from '../catalogue'
import { setInput } from '../index'
import { lower } from '../lower/lower'
import { matchWeights } from '../weights/matchWeights'
import { readSafetensors } from '../weights/safetensors'
import { safetensorsOf } from '../weights/testing/checkpoint'
import { dinoRecords, dinoTensors } from './testing/dino'

const records = dinoRecords()
const sizeOf = ({ crop: { width, height } }: (typeof records)[number]) => `${width} × ${height}`

test.each(records.map((record) => [sizeOf(record), record] as const))(
  'at %s the patches that hold most of what a head reads are those of DINO’s script',
  (_, { rows, masks, threshold }) => {
    for (const [head, row] of rows.entries()) {
      const kept = mostOfMass(row, threshold)
      expect(kept.map((weight) => (weight > 0 ? 1 : 0))).toEqual(Float32Array.from(masks[head] ?? []))
    }
  },
)

const checkpoint = readSafetensors(safetensorsOf(dinoTensors()).buffer)

test.each(records.map((record) => [sizeOf(record), record] as const))(
  'at %s the position embedding is DINO’s',
  (_, { crop: { width, height }, positions }) => {
    const document = findPreset('vit_small_patch8_224')?.document
    if (!document) throw new Error('there is no ViT-S/8')
    const { graph } = lower(setInput(document, { width, height }))
    const { arrays, report } = matchWeights(graph, checkpoint, 'dino')
    const isSame = width === 224
    expect(report).toMatchObject({
      fits: report.wanted,
      resampled: isSame ? [] : ['pos_embed'],
      positions: isSame ? null : 'dino',
      missing: [],
      unexpected: [],
      misshapen: [],
    })
    const ours = arrays.get('pos_embed') ?? new Float32Array()
    for (const [index, value] of positions) expect(Math.abs((ours[index] ?? 9) - value)).toBeLessThan(1e-6)
    if (isSame) return
    const asTimm = matchWeights(graph, checkpoint).arrays.get('pos_embed') ?? new Float32Array()
    expect(positions.some(([index, value]) => Math.abs((asTimm[index] ?? 9) - value) > 1e-3)).toBe(true)
  },
)
