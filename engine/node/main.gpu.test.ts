import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Document } from '../document/types'
import { lower, serializeDocument } from '../index'
import { goldenModel } from '../presets/goldenCases'
import { proceduralWeights } from '../weights/procedural'
import { safetensorsOf } from '../weights/testing/checkpoint'
import { pathOf } from './testing/goldenFiles'
import { vertebra } from './testing/vertebra'
import { readGoldenFile } from './verify/goldenCase'

const adapter = ['--adapter', process.env.VERTEBRA_ADAPTER ?? '']
const image = ['--image', 'public/pictures/chelsea.png']

/** The smallest Vision Transformer of the golden cases, as a file. */
function smallDesign(): { readonly folder: string; readonly file: string; readonly document: Document } {
  const golden = readGoldenFile(pathOf('tiny', 'vit_cls'))
  const model = golden.kind === 'case' ? goldenModel(golden.golden.reference, 32) : null
  if (!model) throw new Error('vit_cls is not built')
  const folder = mkdtempSync(join(tmpdir(), 'vertebra-test-'))
  const file = join(folder, 'design.json')
  writeFileSync(file, serializeDocument(model.document))
  return { folder, file, document: model.document }
}

/** All weights of a design as a safetensors file, with one named by `without` left out. */
function weightsOf(document: Document, without = ''): Uint8Array {
  return safetensorsOf(
    lower(document).graph.nodes.flatMap(({ op, attrs, shape }) =>
      op === 'param' && attrs.name !== without
        ? [{ name: attrs.name, shape, data: proceduralWeights(attrs.name, shape, attrs) }]
        : [],
    ),
  )
}

test('run answers the same from a checkpoint file as from the rule that the file was written by', async () => {
  const { folder, file, document } = smallDesign()
  const weights = join(folder, 'model.safetensors')
  writeFileSync(weights, weightsOf(document))
  const byRule = await vertebra('run', file, ...image, ...adapter, '--json')
  const fromFile = await vertebra('run', file, ...image, ...adapter, '--weights', weights, '--json')
  expect([byRule.code, fromFile.code]).toEqual([0, 0])
  const [one, other] = [JSON.parse(byRule.out), JSON.parse(fromFile.out)]
  expect(one.weights).toBe('procedural')
  expect(other.weights).toBe('model.safetensors')
  expect(other.top5.map(({ index }: { index: number }) => index)).toEqual(
    one.top5.map(({ index }: { index: number }) => index),
  )
  expect(other.top5[0].value).toBeCloseTo(one.top5[0].value, 5)
  expect(one.attention).toHaveLength(2)
})

test('a checkpoint that lacks a weight is refused by its name', async () => {
  const { folder, file, document } = smallDesign()
  const weights = join(folder, 'cut.safetensors')
  writeFileSync(weights, weightsOf(document, 'blocks.1.mlp.fc2.bias'))
  const { code, complaints } = await vertebra('run', file, ...image, ...adapter, '--weights', weights)
  expect(code).toBe(1)
  expect(complaints).toContain('1 weight is missing: blocks.1.mlp.fc2.bias')
  const part = await vertebra('run', file, ...image, ...adapter, '--weights', weights, '--partial')
  expect(part.code).toBe(0)
  expect(part.out).toContain('1 of 32 weights are procedural')
  expect(part.out).toContain('1 weight is missing: blocks.1.mlp.fc2.bias')
})

test('look tells what a place reads, and which places read it', async () => {
  const { file } = smallDesign()
  const words = ['look', file, '--mixing', 'blocks.0', ...image, ...adapter]
  const row = await vertebra(...words, '--place', '0,1', '--channel', '3', '--json')
  const answer = JSON.parse(row.out)
  expect(answer).toMatchObject({ direction: 'reads', kind: 'exact', probes: 1, residual: 'kept' })
  expect(answer.place).toBe(answer.asked.prefix + 1)
  const { prefix, height, width } = answer.shown
  expect(answer.norms).toHaveLength(prefix + height * width)
  const column = await vertebra(...words, '--token', '0', '--read-by', '--without-residual')
  expect([row.code, column.code]).toEqual([0, 0])
  expect(column.out).toContain('what token 0 of the input is read by')
  expect(column.out).toMatch(/an estimate from 16 random probes, ± \d+\.\d %; chelsea.png/)
  const far = await vertebra(...words, '--place', '99,0')
  expect(far.code).toBe(1)
  expect(far.complaints).toContain(`the map has ${height} rows and ${width} columns`)
  const neither = await vertebra(...words, '--place', 'here')
  expect(neither.code).toBe(2)
})

test('profile tells the latency and the time of every node', async () => {
  const { file } = smallDesign()
  const { code, out } = await vertebra('profile', file, ...adapter, '--json')
  expect(code).toBe(0)
  const { latency, nodes, kernels } = JSON.parse(out)
  expect(latency.median).toBeGreaterThan(0)
  expect(nodes.map(({ path }: { path: string }) => path)).toContain('blocks.0/attn')
  expect(kernels.length).toBeGreaterThan(10)
})

test('an adapter that is not there is named, with those that are', async () => {
  const { file } = smallDesign()
  const { code, complaints } = await vertebra('profile', file, '--adapter', 'voodoo')
  expect(code).toBe(1)
  expect(complaints).toContain('there is no adapter voodoo here')
})
