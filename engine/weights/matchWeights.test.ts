import { expect, test } from 'vitest'
import { setInput } from '../index'
import { lower } from '../lower/lower'
import { runOnReference } from '../node/runOnReference'
import { matchWeights } from './matchWeights'
import { readSafetensors } from './safetensors'
import { safetensorsOf } from './testing/checkpoint'
import { expectWhole, fileOf, renamed, type Tensors, tiny } from './testing/matching'

test('a checkpoint with timm’s names fits as it is', () => {
  const { graph, tensors } = tiny('swin')
  const match = matchWeights(graph, fileOf(tensors))
  expectWhole(match, tensors)
  expect(match.report.namesOf).toBe('timm')
})

const swinBefore = (name: string) =>
  name
    .replace(/^layers\.(\d+)\.downsample/, (_, index) => `layers.${Number(index) - 1}.downsample`)
    .replace(/^head\.fc\./, 'head.')
const convNextBefore = (name: string) =>
  name
    .replace(/^stem\./, 'downsample_layers.0.')
    .replace(/^stages\.(\d)\.downsample\./, 'downsample_layers.$1.')
    .replace('.blocks.', '.')
    .replace('conv_dw', 'dwconv')
    .replace('mlp.fc', 'pwconv')
    .replace(/^head\.norm/, 'norm')
    .replace(/^head\.fc/, 'head')
const metaFormerBefore = (name: string) =>
  name
    .replace(/^stem\./, 'downsample_layers.0.')
    .replace(/^stages\.(\d)\.downsample\./, 'downsample_layers.$1.')
    .replace(/^(downsample_layers\.0)\.norm/, '$1.post_norm')
    .replace(/^(downsample_layers\.\d)\.norm/, '$1.pre_norm')
    .replace('.blocks.', '.')
    .replace(/^head\.norm/, 'norm')
    .replace(/^head\.fc\./, 'head.')
const pvtBefore = (name: string) =>
  name
    .replace(/^patch_embed\./, 'patch_embed1.')
    .replace(/^stages\.(\d)\.downsample\./, (_, index) => `patch_embed${Number(index) + 1}.`)
    .replace(/^stages\.(\d)\.blocks\./, (_, index) => `block${Number(index) + 1}.`)
    .replace(/^stages\.(\d)\.norm\./, (_, index) => `norm${Number(index) + 1}.`)
    .replace('dwconv', 'dwconv.dwconv')
const tntBefore = (name: string) =>
  name
    .replace('patch_pos', 'outer_pos')
    .replace('pixel_pos', 'inner_pos')
    .replace('pixel_embed', 'patch_embed')
    .replace(/norm(\d)_proj/, 'proj_norm$1')
    .replace('norm_in', 'inner_norm1')
    .replace('attn_in', 'inner_attn')
    .replace('norm_mlp_in', 'inner_norm2')
    .replace('mlp_in', 'inner_mlp')
    .replace('norm_out', 'outer_norm1')
    .replace('attn_out', 'outer_attn')
    .replace(/\bnorm_mlp\b/, 'outer_norm2')
    .replace(/^(blocks\.\d+)\.mlp\./, '$1.outer_mlp.')

test.each([
  ['swin', swinBefore, 'Swin’s repository'],
  ['convnext', convNextBefore, 'ConvNeXt’s repository'],
  ['metaformer_caformer', metaFormerBefore, 'the MetaFormer baselines’ repository'],
  ['pvt_v2', pvtBefore, 'PVTv2’s repository'],
  ['tnt', tntBefore, 'TNT’s repository'],
])('%s under the names of its own repository', (name, before, of) => {
  const { graph, tensors } = tiny(name)
  const match = matchWeights(graph, fileOf(renamed(tensors, before)))
  expectWhole(match, tensors)
  expect(match.report.namesOf).toBe(of)
})

test.each([
  ['F32', 0],
  ['F16', 2 ** -11],
  ['BF16', 2 ** -8],
] as const)(
  'a whole checkpoint in %s gives the reference’s logits, as exactly as its numbers are',
  (type, step) => {
    const { document, graph, tensors, logits } = tiny('vit_cls')
    const match = matchWeights(graph, readSafetensors(safetensorsOf(tensors, type).buffer))
    expect(match.report).toMatchObject({ fits: tensors.length, missing: [], unexpected: [], misshapen: [] })
    for (const { name, data } of tensors) {
      const ours = match.arrays.get(name) ?? []
      for (const [i, value] of data.entries()) {
        expect(Math.abs((ours[i] ?? 9) - value)).toBeLessThanOrEqual(Math.abs(value) * step + 2 ** -25)
      }
    }
    const { logits: found } = runOnReference(lower(document), null, match.arrays)
    const distance =
      Math.hypot(...logits.map(([i, value]) => value - (found?.[i] ?? 0))) /
      Math.hypot(...logits.map(([, value]) => value))
    expect(distance).toBeLessThan(2e-5 + 4 * step)
    // Coarser numbers do show.
    if (step > 0) expect(distance).toBeGreaterThan(step / 100)
  },
)

test('what training code wraps a network in is taken off', () => {
  const { graph, tensors } = tiny('vit_cls')
  for (const wrapper of ['module.', 'state_dict.model.', 'teacher.module.backbone.']) {
    expectWhole(matchWeights(graph, fileOf(renamed(tensors, (name) => wrapper + name))), tensors)
  }
})

test('queries, keys and values in one tensor are taken apart where the design has them apart', () => {
  const { graph, tensors } = tiny('xcit_p16')
  const together = tensors.flatMap((tensor) => {
    if (!/^cls_attn_blocks\..*\.attn\.[qkv]\./.test(tensor.name))
      return [{ ...tensor, name: tensor.name.replace(/^pos_embed\./, 'pos_embeder.') }]
    if (!/\.q\./.test(tensor.name)) return []
    const parts = ['q', 'k', 'v'].flatMap((part) => [
      ...(tensors.find(({ name }) => name === tensor.name.replace('.q.', `.${part}.`))?.data ?? []),
    ])
    const [rows = 0, ...rest] = tensor.shape
    const name = tensor.name.replace('.q.', '.qkv.')
    return [{ name, shape: [3 * rows, ...rest], data: new Float32Array(parts) }]
  })
  expect(together.length).toBeLessThan(tensors.length)
  const match = matchWeights(graph, fileOf(together))
  expectWhole(match, tensors)
  expect(match.report.namesOf).toBe('XCiT’s repository')
})

test('a linear layer is a 1×1 convolution, and the other way round', () => {
  const { graph, tensors } = tiny('metaformer_caformer')
  const asLinear = tensors.map((tensor) =>
    tensor.shape.slice(2).join() === '1,1' ? { ...tensor, shape: tensor.shape.slice(0, 2) } : tensor,
  )
  expect(asLinear).not.toEqual(tensors)
  expectWhole(matchWeights(graph, fileOf(asLinear)), tensors)
})

test('what is missing, of another shape, or of no use is named, and the rest fits', () => {
  const { graph, tensors } = tiny('vit_cls')
  const changed: Tensors = tensors
    .filter(({ name }) => name !== 'blocks.1.mlp.fc2.bias')
    .map((tensor) =>
      tensor.name === 'head.bias' ? { ...tensor, shape: [7], data: new Float32Array(7) } : tensor,
    )
  const broken = new Float32Array([Number.NaN])
  const norm = changed.find(({ name }) => name === 'norm.bias')
  norm?.data.set(broken, 3)
  const { arrays, report } = matchWeights(
    graph,
    fileOf([
      ...changed,
      { name: 'decoder.weight', shape: [1], data: new Float32Array(1) },
      { name: 'blocks.0.attn.relative_position_index', shape: [1], data: new Float32Array(1) },
    ]),
  )
  expect(report).toMatchObject({
    wanted: tensors.length,
    fits: tensors.length - 2,
    missing: ['blocks.1.mlp.fc2.bias'],
    misshapen: [{ name: 'head.bias', inFile: [7], wanted: [10] }],
    unexpected: ['decoder.weight'],
    ignored: 1,
    notFinite: ['norm.bias'],
  })
  expect(arrays.has('head.bias')).toBe(false)
})

test('a checkpoint for smaller pictures has its position embedding resampled, as for larger ones', () => {
  const { document, tensors } = tiny('vit_cls')
  const { height, width } = document.input
  const larger = lower(setInput(document, { height: height * 2, width })).graph
  const { arrays, report } = matchWeights(larger, fileOf(tensors))
  expect(report).toMatchObject({ resampled: ['pos_embed'], positions: 'timm', misshapen: [], missing: [] })
  const before = tensors.find(({ name }) => name === 'pos_embed')
  const [, count = 0, channels = 0] = before?.shape ?? []
  const values = arrays.get('pos_embed') ?? new Float32Array()
  expect(values).toHaveLength((1 + (count - 1) * 2) * channels)
  expect(values.slice(0, channels)).toEqual(before?.data.slice(0, channels))
})
