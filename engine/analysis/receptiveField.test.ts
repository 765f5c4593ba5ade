import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Value } from '../graph/graph'
import { lower } from '../lower/lower'
import { attention } from '../nn/attention'
import { groupNorm } from '../nn/groupNorm'
import { layerNorm } from '../nn/layerNorm'
import { ModuleBuilder } from '../nn/moduleBuilder'
import { averagePool, maxPool } from '../nn/pool'
import { resize } from '../nn/resample'
import { findPreset } from '../presets'
import { fieldsByDepth } from './fieldsByDepth'
import { exactBox, fieldBox, receptiveField } from './receptiveField'

const lowered = (id: string) => {
  const preset = findPreset(id)
  if (!preset) throw new Error(`no preset ${id}`)
  return lower(preset.document)
}
function fieldAt(id: string, instance: string) {
  const { graph, scopes } = lowered(id)
  return receptiveField(graph, graph.scopes[scopes.get(instance) ?? -1]?.output ?? -1)
}

const picture = (b: ModuleBuilder, height: number, width = height) => b.input('input', [1, height, width, 1])
const conv = (b: ModuleBuilder, x: Value, kernel: number, stride: number, pad: number): Value => {
  const weight = b.constant(new Float32Array(kernel * kernel).fill(1), [1, kernel, kernel, 1])
  const sides = [pad, pad] as const
  return b.conv(x, weight, { stride: [stride, stride], padding: [sides, sides] })
}

test('two 3×3 convolutions see 5×5', () => {
  const b = new ModuleBuilder()
  const y = conv(b, conv(b, picture(b, 20), 3, 1, 1), 3, 1, 1)
  expect(receptiveField(b.finish([y]), y.id)).toEqual({
    y: { size: 5, stride: 1, start: -2, centre: 0.5, global: null },
    x: { size: 5, stride: 1, start: -2, centre: 0.5, global: null },
    gate: false,
    norm: null,
  })
})

test('a residual sum sees what its widest branch sees', () => {
  const b = new ModuleBuilder()
  const x = conv(b, picture(b, 20), 2, 2, 0)
  const y = b.add(x, conv(b, x, 3, 1, 1))
  // Positions 2 pixels apart; the 3×3 branch reaches one position to either side: 2·3 pixels, from -2 on.
  expect(receptiveField(b.finish([y]), y.id)).toMatchObject({ y: { size: 6, stride: 2, start: -2 } })
})

test('the fields of ResNet-18 are the published ones', () => {
  // Araujo et al. 2019, Computing Receptive Fields of Convolutional Neural Networks, give 43, 99, 211 and 435.
  const expected = { layer1: [43, 4], layer2: [99, 8], layer3: [211, 16], layer4: [435, 32] } as const
  for (const [layer, [size, stride]] of Object.entries(expected)) {
    const field = fieldAt('resnet18', layer)
    expect(field).toMatchObject({ y: { size, stride, global: null }, x: { size, stride, global: null } })
    // Symmetric around the first position's centre.
    expect(2 * (field?.y.start ?? 0) + size).toBe(1)
  }
})

test('the fields of ConvFormer grow by its 7×7 convolutions', () => {
  expect(fieldAt('convformer_s18', 'stem')).toMatchObject({ y: { size: 7, stride: 4, start: -2 } })
  expect(fieldAt('convformer_s18', 'stages.0/blocks.0')).toMatchObject({
    y: { size: 7 + 6 * 4, stride: 4, start: -2 - 12 },
  })
  expect(fieldAt('convformer_s18', 'stages.0/blocks.2')).toMatchObject({ y: { size: 7 + 18 * 4, stride: 4 } })
})

test('attention makes everything behind it global', () => {
  expect(fieldAt('vit_tiny_patch16_224', 'pos_embed')).toMatchObject({
    y: { size: 16, stride: 16, start: 0, global: null },
  })
  expect(fieldAt('vit_tiny_patch16_224', 'blocks.0/norm1')).toMatchObject({
    x: { size: 16, stride: 16, global: null },
  })
  expect(fieldAt('vit_tiny_patch16_224', 'blocks.0/attn')).toEqual({
    y: { size: Number.POSITIVE_INFINITY, stride: 0, start: 0, centre: 112, global: 'attention' },
    x: { size: Number.POSITIVE_INFINITY, stride: 0, start: 0, centre: 112, global: 'attention' },
    gate: false,
    norm: null,
  })
  expect(fieldAt('caformer_s18', 'stages.1/blocks.2')?.y.global).toBeNull()
  expect(fieldAt('caformer_s18', 'stages.2/blocks.0/token_mixer')?.y.global).toBe('attention')
  expect(fieldAt('caformer_s18', 'stages.3/downsample')?.y.global).toBe('attention')
})

test('other mixers of all tokens and heads are global too, with their reason', () => {
  expect(fieldAt('mixer_s16_224', 'blocks.0/mlp_tokens')?.y.global).toBe('mixing of all tokens')
  expect(fieldAt('randformer_s12', 'stages.2/blocks.0/token_mixer')?.y.global).toBe('mixing of all tokens')
  expect(fieldAt('convnext_tiny', 'head')?.y.global).toBe('mean over the map')
  expect(fieldAt('convnext_tiny', 'stages.3')?.y.global).toBeNull()
})

test('norms over the whole map are named, not followed', () => {
  expect(fieldAt('poolformer_s12', 'stages.0/blocks.0/norm1')).toMatchObject({
    y: { size: 7, stride: 4, start: -2, global: null },
    gate: false,
    norm: 'groupNorm',
  })
  // 3×3 pooling, mixer after mixer: two positions more each.
  expect(fieldAt('poolformer_s12', 'stages.0/blocks.1')).toMatchObject({ y: { size: 7 + 2 * 2 * 4 } })
  expect(fieldAt('convnext_tiny', 'stages.0')?.norm).toBeNull()
})

test('a channel gate is named, not followed', () => {
  const b = new ModuleBuilder()
  const x = conv(b, picture(b, 9), 3, 1, 1)
  const gate = b.sigmoid(conv(b, b.mean(x, [1, 2]), 1, 1, 0))
  const y = conv(b, b.mul(x, gate), 3, 1, 1)
  const graph = b.finish([y])
  expect(receptiveField(graph, y.id)).toMatchObject({
    y: { size: 5, start: -2, global: null },
    x: { size: 5, start: -2, global: null },
    gate: true,
    norm: null,
  })
  expect(exactBox(graph, y.id, [0, 4, 4, 0])).toEqual({ top: 0, left: 0, bottom: 9, right: 9 })
  // Added instead of multiplied, it is content.
  const sum = b.add(x, gate)
  expect(receptiveField(b.finish([sum]), sum.id)?.y.global).toBe('mean over the map')
})

test('weights alone see nothing', () => {
  const { graph } = lowered('vit_tiny_patch16_224')
  const param = graph.nodes.find((node) => node.op === 'param')
  expect(receptiveField(graph, param?.id ?? -1)).toBeNull()
})

test('a box is clipped to the picture', () => {
  const boxAt = (id: string, instance: string, row: number, column: number) => {
    const { graph, scopes } = lowered(id)
    return fieldBox(graph, graph.scopes[scopes.get(instance) ?? -1]?.output ?? -1, row, column)
  }
  // Position 0 begins at -21: (1 - 43) / 2.
  expect(boxAt('resnet18', 'layer1', 0, 28)).toEqual({
    box: { top: -21, bottom: 22, left: -21 + 112, right: 22 + 112 },
    clipped: { top: 0, bottom: 22, left: 91, right: 134 },
  })
  expect(boxAt('vit_tiny_patch16_224', 'blocks.0', 3, 3)?.box).toEqual({
    top: 0,
    left: 0,
    bottom: 224,
    right: 224,
  })
})

test('along the depth fields never shrink on a chain', () => {
  const { graph, scopes } = lowered('convformer_s18')
  const depths = fieldsByDepth(graph, scopes).filter(({ instancePath }) => /^stages\.\d$/.test(instancePath))
  expect(depths.map(({ instancePath }) => instancePath)).toEqual([
    'stages.0',
    'stages.1',
    'stages.2',
    'stages.3',
  ])
  const sizes = depths.map(({ field }) => field.y.size)
  expect(sizes).toEqual([...sizes].sort((a, b) => a - b))
  expect(depths[1]?.field.y).toEqual({ size: 231, stride: 8, start: -114, centre: 1.5, global: null })
})

test('windows taken by reshaping stay windows', () => {
  // Attention within 4×4 windows of an 8×8 map: each token reads its own window.
  const b = new ModuleBuilder()
  const x = picture(b, 8)
  const windows = b.reshape(b.transpose(b.reshape(x, [1, 2, 4, 2, 4, 1]), [0, 1, 3, 2, 4, 5]), [4, 16, 1])
  const heads = b.reshape(windows, [4, 16, 1, 1])
  const mixed = b.reshape(attention(b, heads, heads, heads, 1), [1, 2, 2, 4, 4, 1])
  const y = b.reshape(b.transpose(mixed, [0, 1, 3, 2, 4, 5]), [1, 8, 8, 1])
  const graph = b.finish([y])
  expect(receptiveField(graph, y.id)).toMatchObject({
    // Positions are a pixel apart, although four of them share a window.
    y: { size: 4, stride: 1, start: 0, centre: 0.5, global: null },
    x: { size: 4, stride: 1, start: 0, centre: 0.5, global: null },
  })
  expect(fieldBox(graph, y.id, 3, 4)?.box).toEqual({ top: 0, left: 4, bottom: 4, right: 8 })
})

test('a shift by slices and concatenation is an offset', () => {
  const b = new ModuleBuilder()
  const x = picture(b, 8)
  const y = b.pad(b.slice(x, { start: [0, 1, 0, 0], size: [1, 7, 8, 1] }), {
    low: [0, 0, 0, 0],
    high: [0, 1, 0, 0],
  })
  expect(receptiveField(b.finish([y]), y.id)).toMatchObject({
    y: { size: 1, stride: 1, start: 1 },
    x: { size: 1, start: 0 },
  })
  const back = b.reverse(x, [2])
  expect(receptiveField(b.finish([back]), back.id)).toMatchObject({ x: { size: 1, stride: 1, start: 7 } })
})

test('the field of a token whose class token stands before it', () => {
  const b = new ModuleBuilder()
  const map = conv(b, picture(b, 12), 3, 3, 0)
  const tokens = b.concat(
    [b.param('cls', [1, 1, 1], { role: 'trainable', a: 0, b: 1 }), b.reshape(map, [1, 16, 1])],
    1,
  )
  const normed = layerNorm(b, b.reshape(b.reshape(tokens, [1, 17, 1, 1]), [1, 17, 1]), {
    eps: 1e-6,
    axes: 'channels',
  })
  const back = b.reshape(b.slice(normed, { start: [0, 1, 0], size: [1, 16, 1] }), [1, 4, 4, 1])
  const graph = b.finish([back])
  for (const value of [tokens, normed, back]) {
    expect(receptiveField(graph, value.id)).toMatchObject({
      y: { size: 3, stride: 3, start: 0 },
      x: { size: 3, stride: 3 },
    })
  }
})

test('a norm within groups of channels over the map is not followed either', () => {
  const b = new ModuleBuilder()
  const x = conv(b, picture(b, 9), 3, 1, 1)
  const y = conv(b, groupNorm(b, x, { groups: 1, eps: 1e-5 }), 3, 1, 1)
  expect(receptiveField(b.finish([y]), y.id)).toMatchObject({
    y: { size: 5, start: -2 },
    norm: 'groupNorm',
  })
})

/** Random networks of convolutions, pools, branches and tokens, and one position of their output. */
const layer = fc.record({
  kind: fc.constantFrom('conv', 'average', 'max', 'tokens', 'residual', 'widen'),
  kernel: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 2 }),
  pad: fc.integer({ min: 0, max: 1 }),
})
type Layer = typeof layer extends fc.Arbitrary<infer T> ? T : never

function network(layers: readonly Layer[], height: number, width: number) {
  const b = new ModuleBuilder()
  const y = layers.reduce(
    (map: Value, { kind, kernel, stride, pad }) => {
      const padding = Math.min(pad, Math.floor(kernel / 2))
      const [n = 1, h = 1, w = 1, c = 1] = map.shape
      if (Math.min(h, w) + 2 * padding < kernel) return map
      if (kind === 'tokens') return b.reshape(b.relu(b.reshape(map, [n, h * w, c])), map.shape)
      if (kind === 'average') return averagePool(b, map, { kernel, stride, padding, countIncludePad: true })
      if (kind === 'max') return maxPool(b, map, { kernel, stride, padding })
      if (kind === 'residual') return b.add(map, conv(b, map, 3, 1, 1))
      if (kind === 'widen') return b.reduce('max', b.concat([map, conv(b, map, 3, 1, 1)], 3), [3])
      return conv(b, map, kernel, stride, padding)
    },
    picture(b, height, width),
  )
  return { graph: b.finish([y]), y }
}

const nowhere = { top: 0, left: 0, bottom: 0, right: 0 }
const none = { box: nowhere, clipped: nowhere }

test('the box holds the exact support, and is it where no padding is near', () => {
  let equal = 0
  fc.assert(
    fc.property(
      fc.array(layer, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 6, max: 40 }),
      fc.nat(),
      fc.nat(),
      (layers, height, i, j) => {
        const width = height + 3
        const { graph, y } = network(layers, height, width)
        const [row, column] = [i % (y.shape[1] ?? 1), j % (y.shape[2] ?? 1)]
        const field = receptiveField(graph, y.id)
        const exact = exactBox(graph, y.id, [0, row, column, 0])
        // A position that sees padding only has no support.
        if (!field || !exact) return
        const { box, clipped } = fieldBox(graph, y.id, row, column) ?? none
        expect(clipped.top).toBeLessThanOrEqual(exact.top)
        expect(clipped.left).toBeLessThanOrEqual(exact.left)
        expect(clipped.bottom).toBeGreaterThanOrEqual(exact.bottom)
        expect(clipped.right).toBeGreaterThanOrEqual(exact.right)
        const { stride } = field.y
        if (
          Math.min(box.top, box.left) < stride ||
          box.bottom > height - stride ||
          box.right > width - stride
        )
          return
        equal += 1
        expect(clipped).toEqual(exact)
      },
    ),
    { numRuns: 400 },
  )
  expect(equal).toBeGreaterThan(20)
})

test.each([
  ['a row', 1],
  ['a single position', 2],
])('what becomes %s keeps its place through a pool', (_, halvings) => {
  const b = new ModuleBuilder()
  const halved = Array.from({ length: halvings }).reduce<Value>(
    (map) => conv(b, map, 1, 2, 0),
    picture(b, 6, 9),
  )
  const pooled = maxPool(b, conv(b, halved, 2, 2, 0), { kernel: 1, stride: 1, padding: 0 })
  const y = conv(b, pooled, 2, 1, 1)
  const graph = b.finish([y])
  for (const row of [0, 1]) {
    const { clipped } = fieldBox(graph, y.id, row, 1) ?? none
    const exact = exactBox(graph, y.id, [0, row, 1, 0])
    expect(clipped.top).toBeLessThanOrEqual(exact?.top ?? 0)
    expect(clipped.bottom).toBeGreaterThanOrEqual(exact?.bottom ?? 0)
  }
})

test('in every preset the box is the exact support, borders included', () => {
  for (const id of ['resnet18', 'convformer_s18', 'convnext_tiny', 'caformer_s18', 'vit_tiny_patch16_224']) {
    const { graph, scopes } = lowered(id)
    for (const [path, scope] of scopes) {
      const node = graph.nodes[graph.scopes[scope]?.output ?? -1]
      if (!node || !/stem|patch|blocks\.0$|layer\d$|^stages\.\d$/.test(path)) continue
      const isMap = node.shape.length === 4
      const [row, column] = isMap ? [3, 2] : [0, 0]
      const index = isMap ? [0, row, column, 0] : [0, node.grid?.prefix ?? 0, 0]
      const found = fieldBox(graph, node.id, row, column)
      if (!found) continue
      expect({ path, ...found.clipped }).toEqual({ path, ...exactBox(graph, node.id, index) })
    }
  }
})

test('a roll moves the field, and does not widen it', () => {
  const b = new ModuleBuilder()
  const y = b.roll(conv(b, picture(b, 20), 3, 1, 1), { axis: 1, shift: -4 })
  expect(receptiveField(b.finish([y]), y.id)).toMatchObject({
    y: { size: 3, stride: 1, start: 3 },
    x: { size: 3, stride: 1, start: -1 },
  })
})

test('windows of a rolled map see their window', () => {
  const b = new ModuleBuilder()
  const rolled = b.roll(picture(b, 12), { axis: 1, shift: -2 })
  const windows = b.transpose(b.reshape(rolled, [1, 3, 4, 3, 4, 1]), [0, 1, 3, 2, 4, 5])
  const tokens = b.reshape(windows, [9, 16, 1, 1])
  const mixed = b.reshape(attention(b, tokens, tokens, tokens, 1), [1, 3, 3, 4, 4, 1])
  const y = b.reshape(b.transpose(mixed, [0, 1, 3, 2, 4, 5]), [1, 12, 12, 1])
  expect(receptiveField(b.finish([y]), y.id)).toMatchObject({
    y: { size: 4, start: 2, global: null },
    x: { size: 4, start: 0, global: null },
  })
})

test('neighbours by number see as far as most of them lie apart', () => {
  const b = new ModuleBuilder()
  const side = 9
  // The nearest three rows, as neighbourhood attention takes them: at the border they are turned inwards.
  const rows = Array.from({ length: side * 3 }, (_, i) => {
    const first = Math.min(Math.max(Math.floor(i / 3) - 1, 0), side - 3)
    return first + (i % 3)
  })
  const taken = b.gather(picture(b, side), b.constant(rows, [side, 3]), { axis: 1 })
  const y = b.reshape(b.mean(taken, [2]), [1, side, side, 1])
  expect(receptiveField(b.finish([y]), y.id)).toMatchObject({ y: { size: 3, stride: 1, start: -1 } })
})

test('a map made twice as large sees half as far per position', () => {
  const b = new ModuleBuilder()
  const y = resize(b, conv(b, picture(b, 16), 2, 2, 0), { height: 16, width: 16, mode: 'nearest' })
  const field = receptiveField(b.finish([y]), y.id)
  expect(field?.y.global).toBeNull()
  expect(field?.y.size).toBeLessThanOrEqual(4)
})

test('rows that a value chooses may lie anywhere', () => {
  const b = new ModuleBuilder()
  const x = b.reshape(picture(b, 8), [1, 64, 1])
  const best = b.topK(b.reshape(x, [1, 64]), 2)
  const y = b.gather(x, best, { axis: 1, batch: 1 })
  expect(receptiveField(b.finish([y]), y.id)?.x.global).not.toBeNull()
})

test('a weight of zero reads nothing', () => {
  // With aligned corners every second row of five lies on one of three: its other weight is 0.
  const b = new ModuleBuilder()
  const y = resize(b, picture(b, 3), { height: 5, width: 3, mode: 'bilinear', alignCorners: true })
  const graph = b.finish([y])
  expect([0, 1, 2].map((row) => exactBox(graph, y.id, [0, row, 0, 0]))).toEqual([
    { top: 0, bottom: 1, left: 0, right: 1 },
    { top: 0, bottom: 2, left: 0, right: 1 },
    { top: 1, bottom: 2, left: 0, right: 1 },
  ])
})

test('attention along the rows is global along them only', () => {
  const b = new ModuleBuilder()
  const rows = b.reshape(conv(b, picture(b, 6), 3, 1, 1), [6, 6, 1, 1])
  const y = b.reshape(attention(b, rows, rows, rows, 1), [1, 6, 6, 1])
  const field = receptiveField(b.finish([y]), y.id)
  expect(field).toMatchObject({ y: { size: 3, start: -1, global: null }, x: { global: 'attention' } })
})

test('places that lie far apart reach from end to end', () => {
  // Every third place looks at every third place: no position sees the whole map, together they do, and none stays near.
  const b = new ModuleBuilder()
  const cells = b.transpose(b.reshape(picture(b, 6), [1, 2, 3, 2, 3, 1]), [0, 2, 4, 1, 3, 5])
  const tokens = b.reshape(cells, [9, 4, 1, 1])
  const mixed = b.reshape(attention(b, tokens, tokens, tokens, 1), [1, 3, 3, 2, 2, 1])
  const y = b.reshape(b.transpose(mixed, [0, 3, 1, 4, 2, 5]), [1, 6, 6, 1])
  const graph = b.finish([y])
  expect(receptiveField(graph, y.id)?.y.global).toBe('attention')
  expect(fieldBox(graph, y.id, 4, 0)?.box).toEqual({ top: 1, bottom: 5, left: 0, right: 4 })
})
