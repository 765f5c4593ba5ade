import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { goldenTensors, safetensorsOf } from '../weights/testing/checkpoint'
import { fullCase } from './testing/goldenFiles'
import { vertebra } from './testing/vertebra'
import { compareTensor } from './verify/compare'

const adapter = ['--adapter', process.env.VERTEBRA_ADAPTER ?? '']
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vertebra-weights-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

test.each(['vit_small_patch16_224', 'swin_tiny_patch4_window7_224', 'convnext_tiny'])(
  'a whole checkpoint of %s gives the logits that the reference recorded',
  async (name) => {
    const golden = fullCase(name)
    const file = join(folder, `${name}.safetensors`)
    writeFileSync(file, safetensorsOf(goldenTensors(golden)))
    const { code, out, complaints } = await vertebra('run', name, '--weights', file, ...adapter, '--json')
    rmSync(file)
    expect(complaints).toBe('')
    expect(code).toBe(0)
    const { logits, fits, top5 } = JSON.parse(out)
    expect(fits).toMatchObject({ fits: golden.tensors.length, wanted: golden.tensors.length, unexpected: [] })
    const record = golden.outputs.logits
    if (!record) throw new Error(`${name} has no logits`)
    const ours = { shape: record.shape, data: new Float32Array(logits) }
    expect(compareTensor(record, ours, 2e-4)).toMatchObject({ passes: true, detail: '' })
    expect(
      top5.every(
        ({ label, probability }: { label: string; probability: number }) => label && probability > 0,
      ),
    ).toBe(true)
  },
)
