import { expect, test } from 'vitest'
import { attentionRow, mostOfMass } from '../analysis/attention/row'
import { findPreset } from '../catalogue'
import { setInput } from '../index'
import { safetensorsOf } from '../weights/testing/checkpoint'
import { EngineHost } from '../worker/host'
import type { Reply } from '../worker/protocol'
import { dawn } from './dawn'
import { type DinoRecord, dinoRecords, dinoTensors } from './testing/dino'

/** As the page does it: a checkpoint of DINO's is read, the design runs on the picture, the last layer's row is computed. */
async function lastLayer({ crop: { width, height }, picture }: DinoRecord) {
  const preset = findPreset('vit_small_patch8_224')?.document
  if (!preset) throw new Error('there is no ViT-S/8')
  const document = setInput(preset, { width, height })
  const replies: Reply[] = []
  const host = new EngineHost({
    gpu: await dawn(process.env.VERTEBRA_ADAPTER),
    post: (reply) => replies.push(reply),
    tuningCache: { read: async () => new Map(), write: async () => {} },
  })
  const bytes = safetensorsOf(dinoTensors()).buffer
  host.receive({ type: 'readWeights', request: 1, bytes, document, positions: 'dino' })
  await host.idle()
  const weights = replies.find((reply) => reply.type === 'weightsRead')?.id ?? null
  const attention = ['blocks.11/attn']
  host.receive({
    type: 'run',
    revision: 1,
    document,
    batch: 1,
    picture,
    measure: false,
    attention,
    weights,
  })
  await host.idle()
  const result = replies.find((reply) => reply.type === 'ran')?.result
  const layer = result?.attention[0]
  if (!layer) throw new Error('the last layer was not kept')
  return layer
}

test.each(dinoRecords().map((record) => [`${record.crop.width} × ${record.crop.height}`, record] as const))(
  'at %s the class token’s maps and masks are those of DINO’s own script',
  async (_, record) => {
    const layer = await lastLayer(record)
    expect(layer.queryPlaces.map).toEqual({
      prefix: 1,
      height: record.crop.height / 8,
      width: record.crop.width / 8,
    })
    for (const [at, head] of record.heads.entries()) {
      const theirs = record.rows[at] ?? new Float32Array()
      const ours = attentionRow(layer, head, 0).subarray(1)
      expect(ours).toHaveLength(theirs.length)
      const largest = Math.max(...theirs)
      // Of 256 colours none differs by a twentieth of its width.
      for (const [patch, weight] of theirs.entries()) {
        expect(Math.abs((ours[patch] ?? 9) - weight)).toBeLessThan(largest / 256 / 20)
      }
      expectSameMask(mostOfMass(ours, record.threshold), theirs, record.masks[at] ?? new Uint8Array(), record)
    }
  },
)

/** Rounding may exchange only patches that lie on the border of what is kept, to five digits of the mass. */
function expectSameMask(
  kept: Float32Array,
  theirs: Float32Array,
  mask: Uint8Array,
  { threshold }: DinoRecord,
): void {
  const total = theirs.reduce((sum, weight) => sum + weight, 0)
  const order = [...theirs.keys()].sort((a, b) => (theirs[b] ?? 0) - (theirs[a] ?? 0))
  let before = 0
  for (const patch of order) {
    const isOnBorder = Math.abs(before / total - threshold) < (2 * (theirs[patch] ?? 0)) / total
    if (!isOnBorder) expect((kept[patch] ?? 0) > 0).toBe(mask[patch] === 1)
    before += theirs[patch] ?? 0
  }
}
