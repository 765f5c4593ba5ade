import { expect, test } from 'vitest'
import { sumCosts } from './analysis/costs'
import { analyze } from './analyze'
import { addNode, removeNodes, replaceModule, setAttributes, setBypassed } from './document/nodes'
import { emptyDocument } from './document/serialize'
import type { Document } from './document/types'
import { findPreset } from './presets'

const presetDocument = (id: string): Document => {
  const preset = findPreset(id)
  if (!preset) throw new Error(`no preset ${id}`)
  return preset.document
}
const mixer = ['stages.2', 'blocks.0', 'token_mixer']

test.each([
  // golden/models.json: timm 1.0.28 (RandFormer: sail-sg/metaformer), counted by PyTorch. [params, frozen, conv, linear, matmul]
  ['caformer_s18', 26341656, 0, 1245167616, 2633121792, 228652032],
  ['vit_small_patch16_224', 22050664, 0, 57802752, 4183415808, 357663744],
  ['resnet50', 25557032, 0, 4087136256, 2048000, 0],
  ['convnext_tiny', 28589128, 0, 292965120, 4162566144, 0],
  ['mixer_s16_224', 18528264, 0, 77070336, 3699888128, 0],
  ['poolformer_s12', 11915176, 0, 1811755008, 512000, 0],
  ['randformer_s12', 11891712, 235298, 231813120, 1580453888, 76217344],
] as const)('%s counts as PyTorch counts it', (id, trainable, frozen, conv, linear, matmul) => {
  const { totals } = analyze(presetDocument(id))
  expect(totals).toMatchObject({ complete: true, params: { trainable, frozen } })
  expect(totals.macs).toEqual({ conv, linear, matmul, total: conv + linear + matmul })
})

test('costs of the stages and everything around them add up to the whole', () => {
  for (const id of ['caformer_s18', 'vit_tiny_patch16_224', 'resnet18', 'randformer_s12', 'convnext_tiny']) {
    const document = presetDocument(id)
    const { totals, byNode } = analyze(document)
    const top = sumCosts(document.graph.nodes.flatMap((node) => byNode.get(node.id)?.all ?? []))
    expect(top.macs).toEqual(totals.macs)
    expect(top.params).toEqual(totals.params)
    expect(top.flops).toBe(totals.flops)
  }
})

test('a repeated block costs what its instances cost together', () => {
  const { byNode, byInstance } = analyze(presetDocument('caformer_s18'))
  const { one, all, instances } = byNode.get(mixer.join('/')) ?? {
    one: undefined,
    all: undefined,
    instances: 0,
  }
  expect(instances).toBe(9)
  expect(all?.macs.total).toBe(9 * (one?.macs.total ?? 0))
  // 320 channels, 196 tokens, no biases: 4·320² weights; 4tc² + 2t²c multiply-adds.
  expect(one?.params.trainable).toBe(4 * 320 * 320)
  expect(one?.macs).toEqual({
    conv: 0,
    linear: 4 * 196 * 320 * 320,
    matmul: 2 * 196 * 196 * 320,
    total: 4 * 196 * 320 * 320 + 2 * 196 * 196 * 320,
  })
  expect(byInstance.get('stages.2/blocks.8/token_mixer')).toEqual(one)
})

test('rows come in execution order and their shares add up to one', () => {
  const { layers, totals } = analyze(presetDocument('caformer_s18'))
  expect(layers[0]).toMatchObject({
    path: 'stem',
    title: 'Convolutional patch embedding',
    kind: 'stem',
    instances: 1,
    inputs: [[1, 224, 224, 3]],
    output: [1, 56, 56, 64],
  })
  expect(layers.at(-1)?.path).toBe('head')
  expect(layers.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 10)
  expect(layers.reduce((sum, { cost }) => sum + cost.params.trainable, 0)).toBe(totals.params.trainable)
  expect(layers.find(({ path }) => path === mixer.join('/'))?.instances).toBe(9)
})

test('pooling instead of attention costs nothing but time', () => {
  const before = analyze(presetDocument('caformer_s18'))
  const after = analyze(replaceModule(presetDocument('caformer_s18'), mixer, 'pooling'))
  const attention = before.byNode.get(mixer.join('/'))?.all
  expect(before.totals.params.trainable - after.totals.params.trainable).toBe(attention?.params.trainable)
  expect(before.totals.macs.total - after.totals.macs.total).toBe(attention?.macs.total)
})

test('frozen weights are counted apart', () => {
  const { totals } = analyze(presetDocument('randformer_s12'))
  // 6 blocks of 196 tokens and 2 of 49.
  expect(totals.params.frozen).toBe(6 * 196 * 196 + 2 * 49 * 49)
})

test('with an error, totals go up to it and say so', () => {
  const broken = setAttributes(presetDocument('caformer_s18'), mixer, { heads: 7 })
  const { totals, layers } = analyze(broken)
  expect(totals.complete).toBe(false)
  expect(totals.upTo).toBe('Stage 3')
  const whole = analyze(presetDocument('caformer_s18'))
  const before = [
    'stem',
    'stages.0',
    'stages.1',
    'stages.2/downsample',
    'stages.2/blocks.0/norm1',
    'stages.2/blocks.0/res_scale1',
  ]
  const expected = sumCosts(
    before.map((path) => (whole.byNode.get(path) as { one: ReturnType<typeof sumCosts> }).one),
  )
  expect(totals.macs.total).toBe(expected.macs.total)
  expect(totals.params.trainable).toBe(expected.params.trainable)
  expect(layers.at(-1)?.path).toBe('stages.2/blocks.0/norm1')
})

test('what is not connected, bypassed or unused is left out', () => {
  const document = presetDocument('vit_tiny_patch16_224')
  const { totals } = analyze(document)
  expect(analyze(addNode(document, [], { module: 'attention' }).document).totals).toEqual(totals)
  const bypassed = analyze(setBypassed(document, [['blocks.0', 'mlp']], true))
  expect(totals.params.trainable - bypassed.totals.params.trainable).toBe(
    analyze(document).byNode.get('blocks.0/mlp')?.all.params.trainable,
  )
  expect(bypassed.layers.some(({ path }) => path === 'blocks.0/mlp')).toBe(false)
  expect(analyze(removeNodes(document, [['blocks.0', 'mlp']])).totals.params).toEqual(bypassed.totals.params)
})

test('MACs and activations grow with the batch, weights do not', () => {
  const document = presetDocument('resnet18')
  const [one, four] = [analyze(document).totals, analyze(document, { batch: 4 }).totals]
  expect(four.macs.total).toBe(4 * one.macs.total)
  expect(four.memory.activationBytes).toBe(4 * one.memory.activationBytes)
  expect(four.memory.weightBytes).toBe(one.memory.weightBytes)
})

test('an empty design costs nothing', () => {
  const { totals, layers } = analyze(emptyDocument())
  expect(totals.macs.total + totals.params.trainable + layers.length).toBe(0)
  expect(totals.complete).toBe(true)
})
