import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findPreset } from '../catalogue'
import { goldenTensors, safetensorsOf } from '../weights/testing/checkpoint'
import { EngineHost } from '../worker/host'
import type { Reply } from '../worker/protocol'
import { dawn } from './dawn'
import { fullCase } from './testing/goldenFiles'
import { vertebra } from './testing/vertebra'
import { compareTensor } from './verify/compare'

const adapter = ['--adapter', process.env.VERTEBRA_ADAPTER ?? '']
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vertebra-weights-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** As the page does it: the worker's host reads the file, then runs the design with it. */
async function runInHost(name: string, bytes: ArrayBuffer): Promise<Float32Array> {
  const document = findPreset(name)?.document
  if (!document) throw new Error(`there is no preset ${name}`)
  const replies: Reply[] = []
  const host = new EngineHost({
    gpu: await dawn(process.env.VERTEBRA_ADAPTER),
    post: (reply) => replies.push(reply),
    tuningCache: { read: async () => new Map(), write: async () => {} },
  })
  host.receive({ type: 'readWeights', request: 1, bytes, document })
  await host.idle()
  const read = replies.find((reply) => reply.type === 'weightsRead')
  const weights = read?.id ?? null
  host.receive({
    type: 'run',
    revision: 1,
    document,
    batch: 1,
    picture: null,
    measure: false,
    attention: [],
    weights,
  })
  await host.idle()
  const ran = replies.find((reply) => reply.type === 'ran')
  expect(ran?.result.weights).toMatchObject({ id: weights, fits: read?.report.wanted })
  return ran?.result.logits ?? new Float32Array()
}

test.each(['vit_small_patch16_224', 'swin_tiny_patch4_window7_224', 'convnext_tiny'])(
  'a whole checkpoint of %s gives the logits that the reference recorded, on the command line and in the page’s engine',
  async (name) => {
    const golden = fullCase(name)
    const file = join(folder, `${name}.safetensors`)
    const bytes = safetensorsOf(goldenTensors(golden))
    writeFileSync(file, bytes)
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
    const inPage = { shape: record.shape, data: await runInHost(name, bytes.buffer) }
    expect(compareTensor(record, inPage, 2e-4)).toMatchObject({ passes: true, detail: '' })
    expect(
      top5.every(
        ({ label, probability }: { label: string; probability: number }) => label && probability > 0,
      ),
    ).toBe(true)
  },
)
