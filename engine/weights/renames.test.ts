import { expect, test } from 'vitest'
import { findPreset } from '../catalogue'
import type { Document } from '../document/types'
import { setInput, setRepeat } from '../index'
import { lower } from '../lower/lower'
import { matchWeights } from './matchWeights'
import { proceduralWeights } from './procedural'
import { expectWhole, fileOf, renamed, type Tensors, tiny } from './testing/matching'

type Tensor = Tensors[number]

const half = (index: string) => Number(index) * 2
const before: readonly (readonly [string, string, (name: string) => string])[] = [
  [
    'convnext',
    'torchvision',
    (name) =>
      name
        .replace(/^stem\./, 'features.0.')
        .replace(/^stages\.(\d)\.blocks/, (_, at) => `features.${half(at) + 1}`)
        .replace(/^stages\.(\d)\.downsample/, (_, at) => `features.${half(at)}`)
        .replace('conv_dw.', 'block.0.')
        .replace(/(features\.\d\.\d)\.norm\./, '$1.block.2.')
        .replace('mlp.fc1.', 'block.3.')
        .replace('mlp.fc2.', 'block.5.')
        .replace('gamma', 'layer_scale')
        .replace(/^head\.norm\./, 'classifier.0.')
        .replace(/^head\.fc\./, 'classifier.2.'),
  ],
  [
    'swin',
    'torchvision',
    (name) =>
      name
        .replace('patch_embed.proj', 'features.0.0')
        .replace('patch_embed.norm', 'features.0.2')
        .replace(/^layers\.(\d)\.blocks/, (_, at) => `features.${half(at) + 1}`)
        .replace(/^layers\.(\d)\.downsample/, (_, at) => `features.${half(at)}`)
        .replace('mlp.fc1.', 'mlp.0.')
        .replace('mlp.fc2.', 'mlp.3.')
        .replace('head.fc', 'head'),
  ],
  [
    'vit_cls',
    'torchvision',
    (name) =>
      name
        .replace('cls_token', 'class_token')
        .replace('pos_embed', 'encoder.pos_embedding')
        .replace('patch_embed.proj', 'conv_proj')
        .replace(/^norm\./, 'encoder.ln.')
        .replace('blocks.', 'encoder.layers.encoder_layer_')
        .replace(/norm(\d)/, 'ln_$1')
        .replace('attn.qkv.', 'self_attention.in_proj_')
        .replace('attn.proj', 'self_attention.out_proj')
        .replace('mlp.fc1', 'mlp.0')
        .replace('mlp.fc2', 'mlp.3')
        .replace(/^head\./, 'heads.head.'),
  ],
  [
    'vgg_bn',
    'torchvision',
    (name) =>
      name
        .replace('pre_logits.fc1', 'classifier.0')
        .replace('pre_logits.fc2', 'classifier.3')
        .replace('head.fc', 'classifier.6'),
  ],
  [
    'nextvit',
    'Next-ViT’s repository',
    (name) =>
      name
        // One block, one, five and one.
        .replace(/^stages\.(\d)\.blocks\.(\d)/, (_, stage, block) => {
          return `features.${([0, 1, 2, 7][Number(stage)] ?? 0) + Number(block)}`
        })
        .replace(/mlp\.fc(\d)/, 'mlp.conv$1')
        .replace('head.fc', 'proj_head.0'),
  ],
  [
    'eva02_scale_unfused',
    'EVA’s repository',
    (name) =>
      name
        .replace(/attn\.([qv])_proj\.bias/, 'attn.$1_bias')
        .replace('attn.norm.', 'attn.inner_attn_ln.')
        .replace('mlp.norm.', 'mlp.ffn_ln.')
        .replace('mlp.fc1_g', 'mlp.w1')
        .replace('mlp.fc1_x', 'mlp.w2')
        .replace('mlp.fc2', 'mlp.w3'),
  ],
]

test.each(before)('%s under the names of %s', (name, of, change) => {
  const { graph, tensors } = tiny(name)
  const match = matchWeights(graph, fileOf(renamed(tensors, change)))
  expectWhole(match, tensors)
  expect(match.report.namesOf).toBe(of)
})

test.each(['fastvit_t', 'fastvit_sa'])('%s under the names of its own repository', (name) => {
  const { graph, tensors } = tiny(name)
  const names = tensors.map((tensor) => tensor.name)
  const places = new Map<string, number>()
  for (const stage of [0, 1, 2, 3]) {
    for (const part of ['downsample', 'pos_emb', 'blocks']) {
      const key = `stages.${stage}.${part}`
      if (names.some((one) => one.startsWith(key))) places.set(key, places.size)
    }
  }
  const match = matchWeights(
    graph,
    fileOf(
      renamed(tensors, (one) =>
        one
          .replace(/^stages\.\d\.(?:downsample|pos_emb|blocks)/, (key) => `network.${places.get(key)}`)
          .replace(/^(network\.\d+)\.pos_enc/, '$1.pe')
          .replace(/^stem/, 'patch_embed')
          .replace('conv_kxk', 'rbr_conv')
          .replace('conv_scale', 'rbr_scale')
          .replace('identity', 'rbr_skip')
          .replace(/^final_conv/, 'conv_exp')
          .replace('large_conv', 'lkb_origin')
          .replace(/\bmlp\./, 'convffn.')
          .replace('se.fc1', 'se.reduce')
          .replace('se.fc2', 'se.expand')
          .replace(/(layer_scale(?:_\d)?)\.gamma$/, '$1')
          .replace(/^head\.fc/, 'head'),
      ),
    ),
  )
  expectWhole(match, tensors)
  expect(match.report.namesOf).toBe('FastViT’s repository')
})

test('biases of queries, keys and values in one tensor are taken apart where keys have none', () => {
  const { graph, tensors } = tiny('swinv2')
  const together = tensors.flatMap((tensor): Tensor[] => {
    if (tensor.name.endsWith('v_bias')) return []
    if (!tensor.name.endsWith('q_bias')) return [tensor]
    const values = tensors.find(({ name }) => name === tensor.name.replace('q_bias', 'v_bias'))?.data ?? []
    const data = new Float32Array([...tensor.data, ...tensor.data.map(() => 0), ...values])
    return [{ name: tensor.name.replace('q_bias', 'qkv.bias'), shape: [data.length], data }]
  })
  expectWhole(matchWeights(graph, fileOf(together)), tensors)
})

test('of a pair that looks and reads, only what looks is loaded', () => {
  const { graph, tensors } = tiny('clip_vit_tiny')
  const reading = tensors
    .filter(({ name }) => /^(?:transformer|positional_embedding)/.test(name))
    .map((tensor) => ({ ...tensor, data: tensor.data.map(() => 9) }))
  const { arrays, report } = matchWeights(
    graph,
    // In the order of a sorted file.
    fileOf([...reading, ...renamed(tensors, (name) => `visual.${name}`)]),
  )
  expect(report).toMatchObject({ fits: tensors.length, missing: [], misshapen: [] })
  expect(report.unexpected).toEqual(reading.map(({ name }) => name))
  for (const { name, data } of tensors) expect(arrays.get(name)).toEqual(data)
})

test('positions of pixels in TNT’s own order', () => {
  const { graph, tensors } = tiny('tnt')
  const old = tensors.map((tensor): Tensor => {
    if (tensor.name !== 'pixel_pos') return { ...tensor, name: tensor.name.replace('patch_pos', 'outer_pos') }
    const [, channels = 1] = tensor.shape
    const count = tensor.data.length / channels
    const at = (i: number) => tensor.data[(i % channels) * count + Math.floor(i / channels)] ?? 0
    const data = Float32Array.from({ length: tensor.data.length }, (_, i) => at(i))
    return { name: 'inner_pos', shape: [1, count, channels], data }
  })
  expectWhole(matchWeights(graph, fileOf(old)), tensors)
})

// --- those whose tiny models are presets with few blocks ---------------------------------------------------------

/** A preset with one block, on a small picture, and its weights. */
function oneBlock(id: string, size = 64) {
  const preset = findPreset(id)?.document
  if (!preset) throw new Error(`there is no preset ${id}`)
  const document: Document = setRepeat(setInput(preset, { height: size, width: size }), ['blocks.0'], 1)
  const { graph } = lower(document)
  const tensors = graph.nodes.flatMap(({ op, attrs, shape }): Tensor[] =>
    op === 'param' ? [{ name: attrs.name, shape, data: proceduralWeights(attrs.name, shape, attrs) }] : [],
  )
  return { graph, tensors }
}

const by = (tensors: Tensors, name: string): Tensor => {
  const tensor = tensors.find((one) => one.name === name)
  if (!tensor) throw new Error(`there is no ${name}`)
  return tensor
}

test('timm’s CLIP under OpenAI’s names, with the projection as its head', () => {
  const { graph, tensors } = oneBlock('vit_xsmall_patch16_clip_224')
  const head = by(tensors, 'head.weight')
  const [rows = 1, columns = 1] = head.shape
  const matrix = Float32Array.from(
    { length: head.data.length },
    (_, i) => head.data[(i % rows) * columns + Math.floor(i / rows)] ?? 0,
  )
  const theirs = tensors.filter(({ name }) => !name.startsWith('head.'))
  const names = renamed(
    theirs,
    (name) =>
      `visual.${name
        .replace('patch_embed.proj', 'conv1')
        .replace('cls_token', 'class_embedding')
        .replace('pos_embed', 'positional_embedding')
        .replace('blocks.', 'transformer.resblocks.')
        .replace('norm_pre', 'ln_pre')
        .replace(/^norm\./, 'ln_post.')
        .replace(/norm(\d)/, 'ln_$1')
        .replace('attn.qkv.', 'attn.in_proj_')
        .replace('attn.proj', 'attn.out_proj')
        .replace('mlp.fc1', 'mlp.c_fc')
        .replace('mlp.fc2', 'mlp.c_proj')}`,
  )
  const match = matchWeights(
    graph,
    fileOf([...names, { name: 'visual.proj', shape: [columns, rows], data: matrix }]),
  )
  const bias = by(tensors, 'head.bias')
  expectWhole(match, [...theirs, head, { ...bias, data: bias.data.map(() => 0) }])
  expect(match.report.namesOf).toBe('CLIP’s repository')
})

test('DINOv2 with registers: the class token takes its position along', () => {
  const { graph, tensors } = oneBlock('vit_small_patch14_reg4_dinov2', 70)
  const token = by(tensors, 'cls_token')
  const positions = by(tensors, 'pos_embed')
  const own = token.data.map((_, i) => i / 64)
  const [, count = 0, channels = 0] = positions.shape
  const theirs = tensors.map((tensor): Tensor => {
    if (tensor.name === 'reg_token') return { ...tensor, name: 'register_tokens' }
    if (tensor.name !== 'pos_embed') return tensor
    return {
      name: 'pos_embed',
      shape: [1, count + 1, channels],
      data: new Float32Array([...own, ...tensor.data]),
    }
  })
  const match = matchWeights(graph, fileOf(theirs))
  const moved = { ...token, data: token.data.map((value, i) => value + (own[i] ?? 0)) }
  expectWhole(match, [...tensors.filter(({ name }) => name !== 'cls_token'), moved])
})

test('DINOv3 under its own names', () => {
  const { graph, tensors } = oneBlock('vit_small_patch16_dinov3_qkvb')
  const theirs = renamed(tensors, (name) =>
    name.replace('reg_token', 'storage_tokens').replace(/gamma_(\d)/, 'ls$1.gamma'),
  )
  const match = matchWeights(graph, fileOf(theirs))
  expectWhole(match, tensors)
  expect(match.report.namesOf).toBe('DINOv3’s repository')
})

test('BEiT-3 under its own names, with queries, keys and values apart', () => {
  const { graph, tensors } = oneBlock('beit3_base_patch16_224')
  const theirs = tensors.flatMap(({ name, shape, data }): Tensor[] => {
    const branch = /^blocks\.\d+\.(.*)\.(weight|bias)$/.exec(name)
    if (name === 'cls_token') return [{ name: 'beit3.vision_embed.cls_token', shape, data }]
    if (name === 'pos_embed') {
      const [, count = 0, channels = 0] = shape
      const padded = new Float32Array([...new Float32Array(2 * channels), ...data])
      return [{ name: 'beit3.encoder.embed_positions.A.weight', shape: [count + 2, channels], data: padded }]
    }
    if (!branch) return [{ name: name.replace('patch_embed', 'beit3.vision_embed'), shape, data }]
    const [, part = '', kind = ''] = branch
    const long = part
      .replace('norm1', 'self_attn_layer_norm.A')
      .replace('norm2', 'final_layer_norm.A')
      .replace('mlp.norm', 'ffn.A.ffn_layernorm')
      .replace('attn.norm', 'self_attn.inner_attn_ln.A')
      .replace('attn.proj', 'self_attn.out_proj.A')
      .replace('mlp.fc', 'ffn.A.fc')
    const prefix = 'beit3.encoder.layers.0.'
    if (part !== 'attn.qkv') return [{ name: `${prefix}${long}.${kind}`, shape, data }]
    const [rows = 0, ...rest] = shape
    return ['q', 'k', 'v'].map((which, at) => ({
      name: `${prefix}self_attn.${which}_proj.A.${kind}`,
      shape: [rows / 3, ...rest],
      data: data.slice((at * data.length) / 3, ((at + 1) * data.length) / 3),
    }))
  })
  const match = matchWeights(graph, fileOf(theirs))
  const { unexpected, missing, misshapen } = match.report
  expect({ unexpected, missing, misshapen }).toEqual({ unexpected: [], missing: [], misshapen: [] })
  expect(match.report.namesOf).toBe('BEiT-3’s repository')
})
