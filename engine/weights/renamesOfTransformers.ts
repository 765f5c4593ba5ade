/** Vision Transformers whose repositories name tensors otherwise than timm: CLIP, DINOv2, DINOv3, EVA and BEiT-3. */
import { elements } from '../graph/graph'
import { byName, computed, inOrder, type Renaming, transposed, zeros } from './renaming'
import type { FileTensor } from './safetensors'

type Tensors = Map<string, FileTensor>

export const renamingsOfTransformers: readonly Renaming[] = [
  byName(
    // https://github.com/openai/CLIP
    'CLIP’s repository',
    inOrder(
      [/^conv1\./, 'patch_embed.proj.'],
      [/^class_embedding$/, 'cls_token'],
      [/^positional_embedding$/, 'pos_embed'],
      [/^transformer\.resblocks\./, 'blocks.'],
      [/^ln_pre\./, 'norm_pre.'],
      [/^ln_post\./, 'norm.'],
      [/\bln_(\d)\./, 'norm$1.'],
      [/attn\.in_proj_/, 'attn.qkv.'],
      [/attn\.out_proj\./, 'attn.proj.'],
      [/mlp\.c_fc\./, 'mlp.fc1.'],
      [/mlp\.c_proj\./, 'mlp.fc2.'],
    ),
    projectionAsHead,
  ),
  byName(
    // https://github.com/facebookresearch/dinov2
    'DINOv2’s repository',
    inOrder([/^register_tokens$/, 'reg_token'], [/mlp\.w12\./, 'mlp.fc1.'], [/mlp\.w3\./, 'mlp.fc2.']),
    classTokenWithItsPosition,
  ),
  byName(
    // https://github.com/facebookresearch/dinov3
    'DINOv3’s repository',
    inOrder([/^storage_tokens$/, 'reg_token'], [/\bls(\d)\.gamma$/, 'gamma_$1']),
  ),
  {
    // https://github.com/baaivision/EVA
    of: 'EVA’s repository',
    changeAmong: (names) =>
      inOrder(
        [/mlp\.ffn_ln\./, 'mlp.norm.'],
        [/attn\.inner_attn_ln\./, 'attn.norm.'],
        [/mlp\.w12\./, 'mlp.fc1.'],
        [/mlp\.w1\./, 'mlp.fc1_g.'],
        [/mlp\.w2\./, 'mlp.fc1_x.'],
        [/mlp\.w3\./, 'mlp.fc2.'],
        ...(names.some((name) => /attn\.q_proj\./.test(name))
          ? ([[/attn\.([qv])_bias$/, 'attn.$1_proj.bias']] as const)
          : []),
      ),
  },
  byName(
    // https://github.com/microsoft/unilm/tree/master/beit3: branch A is of pictures.
    'BEiT-3’s repository',
    inOrder(
      [/^beit3\./, ''],
      [/^vision_embed\.cls_token$/, 'cls_token'],
      [/^vision_embed\./, 'patch_embed.'],
      [/^encoder\./, ''],
      [/\.A\./, '.'],
      [/^embed_positions\.weight$/, 'pos_embed'],
      [/^layers\./, 'blocks.'],
      [/self_attn_layer_norm\./, 'norm1.'],
      [/final_layer_norm\./, 'norm2.'],
      [/ffn\.ffn_layernorm\./, 'mlp.norm.'],
      [/\bffn\./, 'mlp.'],
      [/self_attn\.inner_attn_ln\./, 'attn.norm.'],
      [/self_attn\.out_proj\./, 'attn.proj.'],
      [/self_attn\./, 'attn.'],
    ),
    oneTensorForQueriesKeysAndValues,
  ),
]

/** A matrix from the left is a linear layer the other way round, whose bias is 0. */
function projectionAsHead(tensors: Tensors): void {
  const matrix = tensors.get('proj')
  const [rows = 0, columns = 0] = matrix?.shape ?? []
  if (matrix?.shape.length !== 2) return
  tensors.delete('proj')
  tensors.set('head.weight', transposed(matrix, [rows, columns]))
  tensors.set('head.bias', zeros([columns]))
}

/** With registers timm gives no position to the class token: what it has is added to the token. */
function classTokenWithItsPosition(tensors: Tensors): void {
  const [token, positions] = [tensors.get('cls_token'), tensors.get('pos_embed')]
  const [, count = 0, channels = 0] = positions?.shape ?? []
  if (!token || !positions || !tensors.has('reg_token') || elements(token.shape) !== channels) return
  tensors.set(
    'cls_token',
    computed(token.shape, () => token.data.map((value, i) => value + (positions.data[i] ?? 0))),
  )
  tensors.set(
    'pos_embed',
    computed([1, count - 1, channels], () => positions.data.subarray(channels)),
  )
}

/** BEiT-3 keeps the three apart, and two positions that no picture uses before the others. */
function oneTensorForQueriesKeysAndValues(tensors: Tensors): void {
  for (const name of [...tensors.keys()]) {
    if (!/\.q_proj\.(?:weight|bias)$/.test(name)) continue
    const names = ['q_proj', 'k_proj', 'v_proj'].map((part) => name.replace('q_proj', part))
    const parts = names.flatMap((part) => tensors.get(part) ?? [])
    const [first] = parts
    if (parts.length !== 3 || !first) continue
    for (const part of names) tensors.delete(part)
    const [rows = 0, ...rest] = first.shape
    tensors.set(
      name.replace('q_proj', 'qkv'),
      computed([3 * rows, ...rest], () => joined(parts.map(({ data }) => data))),
    )
  }
  const positions = tensors.get('pos_embed')
  const [count = 0, channels = 0] = positions?.shape ?? []
  if (positions?.shape.length !== 2) return
  tensors.set(
    'pos_embed',
    computed([1, count - 2, channels], () => positions.data.subarray(2 * channels)),
  )
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
