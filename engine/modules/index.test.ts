import { expect, test } from 'vitest'
import { elements, type Graph, type Shape } from '../graph/graph'
import {
  type Attributes,
  completeAttributes,
  fieldProblem,
  slotAttributes,
  slotModule,
} from '../schema/schema'
import { modules } from '.'
import { mixers } from './mixer'
// The rows of the modules' shapes are in testing/shapes.ts.
import { build, find } from './testing/build'
import { map, testedAt, tokens } from './testing/shapes'

test.each(modules.map((module) => [module.id, module] as const))('%s says what it is', (id, module) => {
  expect(id).toMatch(/^[a-z][A-Za-z0-9]*$/)
  expect(module.title).not.toBe('')
  expect((module.shortTitle ?? module.title).length).toBeLessThanOrEqual(14)
  expect(module.summary).toMatch(/^[A-Z].*\.$/)
  expect(module.formula).not.toContain('\n')
  expect(module.paper?.url ?? 'https://').toMatch(/^https:\/\//)
  for (const field of Object.values(module.attrs)) expect(fieldProblem(field, field.default)).toBeNull()
})

test('no two modules have one id', () => {
  expect(new Set(modules.map((module) => module.id)).size).toBe(modules.length)
})

test('the default of a slot is a module of its kind, with attributes that it knows', () => {
  for (const field of modules.flatMap((module) => Object.values(module.attrs))) {
    if (field.kind !== 'slot') continue
    const filled = find(slotModule(field.default))
    expect(filled.kind).toBe(field.of)
    expect(() => completeAttributes(filled.attrs, slotAttributes(field.default))).not.toThrow()
  }
})

test.each(modules.map((module) => [module.id, module] as const))(
  '%s builds and gives its shape',
  (id, module) => {
    const { from, to, attrs } = testedAt(id)
    expect(build(module, from, attrs).output.shape).toEqual(to)
  },
)

test.each(modules.map((module) => [module.id, module] as const))(
  '%s has a second line or none',
  (_, module) => {
    const attrs = completeAttributes(module.attrs, {})
    for (const dim of [null, 320]) expect(module.subtitle?.(attrs, dim) ?? 'none').toMatch(/^[^\n]{2,40}$/)
  },
)

test.each(mixers.map((mixer) => [mixer.id, mixer] as const))(
  '%s mixes maps and tokens with a class token',
  (_, mixer) => {
    expect(build(mixer, [map]).output.shape).toEqual(map)
    const grid = { height: 8, width: 8, prefix: 1 }
    const { output } = build(mixer, [[2, 65, 32]], {}, grid)
    expect(output.shape).toEqual([2, 65, 32])
    expect(output.grid).toEqual(grid)
  },
)

test.each(mixers.map((mixer) => [mixer.id, mixer] as const))(
  '%s has a picture of who reads whom',
  (_, mixer) => {
    const weights = Array.from(
      { length: 64 },
      (_, i) => mixer.pattern?.(Math.floor(i / 8), i % 8) ?? Number.NaN,
    )
    expect(Math.min(...weights)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...weights)).toBeLessThanOrEqual(1)
    expect(Math.max(...weights)).toBeGreaterThan(0.5)
    expect(mixer.family).toBeDefined()
  },
)

const c = 32
/** Trainable scalars as textbooks count them, for c = 32 channels on 8 x 8 positions. */
const parameters: readonly (readonly [id: string, attrs: Attributes, count: number])[] = [
  ['attention', {}, 4 * c * c + 4 * c],
  ['attention', { qkvBias: false, projBias: false }, 4 * c * c],
  ['attention', { keyBias: false, rotary: 'rows' }, 4 * c * c + 3 * c],
  ['attention', { keyBias: false, order: 'apart', innerNorm: 'layerNorm' }, 4 * c * c + 5 * c],
  ['attention', { heads: 4, qkNorm: 'layerNorm' }, 4 * c * c + 4 * c + 4 * (c / 4)],
  ['attention', { position: 'table', heads: 4 }, 4 * c * c + 4 * c + 15 * 15 * 4],
  ['attention', { dim: 64, headsFrom: 'output' }, 6 * c * c + 6 * c + 4 * c * c + 2 * c],
  ['spatialReduction', {}, 4 * c * c + 4 * c + (4 * c * c + c) + 2 * c],
  ['spatialReduction', { reduction: 'run' }, 4 * c * c + 4 * c + 2 * c],
  ['spatialReduction', { ratio: 1, qkvBias: false, projBias: false }, 4 * c * c],
  [
    'spatialReduction',
    { heads: 4, depthwise: true, position: 'pairs', weights: 'apart', norm: 'batchNorm' },
    4 * c * c + 4 * c + 5 * c + 2 * c + 4 * 64 * 16,
  ],
  ['windowAttention', { heads: 4 }, 4 * c * c + 4 * c + 13 * 13 * 4],
  ['windowAttention', { position: 'none', shifted: true }, 4 * c * c + 4 * c],
  [
    'windowAttention',
    { heads: 4, position: 'bounded', scores: 'cosine', keyBias: false },
    4 * c * c + 3 * c + (3 * 512 + 4 * 512) + 4,
  ],
  // The MLP of offsets has 2 channels here: 2·2 + 2, twice 2·2 + 2 + 4, then 2·4 + 4 + 4.
  ['windowAttention', { heads: 4, position: 'mlp', padding: 'masked' }, 4 * c * c + 4 * c + 6 + 2 * 10 + 16],
  ['dilatedAttention', { heads: 4 }, 4 * c * c + 4 * c + 6 + 2 * 10 + 16],
  ['residualReduction', {}, 2 * c + 18 * c * c + 2 * c + 16 * 2 * c],
  ['crossScaleMerging', {}, 4 * c * c + 16 * c * c + 2 * c + 2 * c],
  ['dilatedAttention', { position: 'lookup' }, 4 * c * c + 4 * c + 13 * 13],
  ['windowAttention', { position: 'log', hidden: 8 }, 4 * c * c + 4 * c + (3 * 8 + 8 + 1)],
  // Each scale: a convolution, a norm, half the heads' keys and values, and its local convolution.
  ['shuntedAttention', {}, 2 * (c * c + c) + (4 + 1) * c * c + 2 * (c + 2 * c + c * c + c + 5 * c)],
  ['shuntedAttention', { ratio: 1 }, 4 * c * c + 4 * c + 10 * c],
  ['semanticTokens', {}, 64 * c + 6 * c * c + 6 * c + 4 * c],
  ['neighbourhoodAttention', { heads: 4 }, 4 * c * c + 4 * c + 4 * 13 * 13],
  // Two of four heads in windows, two by means: 4 halves of c² in and a quarter of c² out for each, and two biases.
  ['hiLoAttention', {}, 1.5 * c * c + c * c + 2 * ((c / 2) ** 2 + c / 2) + 0.5 * c * c],
  ['refinedAttention', { heads: 4 }, 4 * c * c + 4 * c + 2 * 4 * 12 + 9 * 12],
  ['hashedAttention', { heads: 4 }, 3 * c * c + 3 * c],
  ['dynamicConv', {}, c * 8 + 2 * 8 + 8 * 2 * 49 + 2 * 49],
  ['dynamicConv', { weights: 'picture' }, c * 8 + 2 * 8 + 8 * 49 * c + 49 * c],
  ['dynamicConv', { weights: 'picture', bias: true }, c * 8 + 2 * 8 + 8 * 49 * c + 49 * c + c],
  ['crossTokenAttention', { heads: 4 }, 4 * c * c + 4 * c + 64 * 4],
  ['biLevelRouting', {}, 4 * c * c + 4 * c + 26 * c],
  ['attention', { heads: 4, position: 'scaling' }, 4 * c * c + 4 * c + 4 * 64 * 64],
  ['positionEmbedding', { positions: 'projected' }, 64 * c + c],
  ['channelGateMlp', { heads: 4 }, 9 * c * c + 6 * c + 4 * c * 23 + 2 * c + 4],
  ['attention', { local: 'values', localKernel: 5 }, 4 * c * c + 4 * c + 26 * c],
  ['patchMerging', {}, 8 * c * c + 8 * c],
  ['conditionalPosition', {}, 9 * c + c],
  ['crossShaped', {}, 4 * c * c + 4 * c + 10 * c],
  ['crossShaped', { stripe: 8 }, 4 * c * c + 4 * c + 10 * c],
  ['bottleneckAttention', { heads: 4 }, 3 * c * c + 2 * 15 * 8],
  ['bottleneckAttention', { heads: 4, keyDim: 16, qkvBias: true }, 5 * (c * c + c) + 2 * 15 * 16],
  ['haloAttention', { heads: 4 }, 3 * c * c + 2 * 27 * 8],
  ['haloAttention', { heads: 4, blockSize: 4, haloSize: 1 }, 3 * c * c + 2 * 11 * 8],
  ['standAloneAttention', { heads: 4 }, 3 * c * c + 2 * 4 * 7],
  ['standAloneAttention', { scores: 'channel', bias: true }, 3 * c * c + c * 7 + c],
  ['axialAttention', {}, 2 * (4 * c * c + c)],
  ['positionSensitive', { heads: 4 }, 2 * c * c + 16 * 15 + 2 * 2 * c + 2 * 12 + 2 * 2 * c],
  ['hierarchicalConv', {}, 3 * (9 * 8 * 8 + 2 * 8)],
  ['selectiveKernel', {}, 2 * (9 * c * c + 2 * c) + 32 * c + 64 + 2 * c * 32],
  ['selectiveKernel', { split: true, divisor: 8 }, 9 * c * c + 4 * c + 8 * c + 16 + 2 * c * 8],
  ['splitConv', {}, 9 * c * c + 4 * c + 32 * c + 32 + 64 + 64 * 32 + 64],
  ['splitConv', { radix: 1 }, 9 * c * c + 2 * c + 32 * c + 32 + 64 + 32 * 32 + 32],
  ['ghostConv', {}, c * 16 + 2 * 16 + 9 * 16 + 2 * 16],
  ['ghostConv', { gated: true, dim: 10 }, c * 5 + 10 + 45 + 10 + c * 10 + 20 + 2 * (50 + 20)],
  ['additiveAttention', { heads: 4 }, 2 * (c * c + c) + 2 * (c * c + c) + 4 * 8],
  ['nystrom', { heads: 4 }, 4 * c * c + 4 * c + 4 * 33],
  ['nystrom', { kernelSize: 0, qkvBias: false, projBias: false }, 4 * c * c],
  ['nonLocalMeans', {}, 0],
  ['partialShift', {}, 0],
  ['poolHead', { pooling: 'generalised', norm: 'noNorm', classes: 10 }, 10 * c + 10 + 1],
  ['multiQueryAttention', {}, 2 * c * 512 + 2 * c * 64],
  ['multiQueryAttention', { heads: 2, keyDim: 8, stride: 2 }, 2 * c * 16 + 2 * (c * 8 + 9 * c + 2 * c)],
  ['factor', {}, 0],
  ['factor', { learned: true }, 1],
  ['convolution', { standardize: true, gain: true }, 9 * c * c + 2 * c],
  ['lambdaLayer', {}, c * (64 + 16 + 8) + 2 * (64 + 8) + 16 * 81 + 16],
  ['lambdaLayer', { radius: null }, c * (64 + 16 + 8) + 2 * (64 + 8) + 15 * 15 * 16],
  ['convProjection', {}, 4 * c * c + 4 * c + 3 * (9 * c + 2 * c)],
  ['narrowingAttention', {}, 3 * c * 64 + 64 * 64 + 64],
  ['narrowingAttention', { kernel: 'favor', bias: true }, 3 * (c + 1) * 64 + 64 * 64 + 64],
  ['graphConv', {}, c * c + 3 * c + (c / 2) * 2 * c + 6 * c + 2 * c * c + 3 * c],
  ['bilstm', {}, 4 * (c * c + (c * c) / 4 + 2 * c) + c * c + c],
  ['attention', { pairs: 'strided', causal: true }, 4 * c * c + 4 * c],
  ['synthesizer', {}, 3 * c * c + 3 * c + 64 * c + 64],
  ['synthesizer', { scores: 'random', heads: 4 }, 2 * c * c + 2 * c + 4 * 64 * 64],
  ['synthesizer', { scores: 'fixed', heads: 4 }, 2 * c * c + 2 * c],
  ['extractor', {}, 3 * c * c + 3 * c + 127],
  ['extractor', { causal: true }, 3 * c * c + 3 * c + 64],
  ['linformer', { keys: 16 }, 4 * c * c + 4 * c + 2 * 16 * 64],
  ['linformer', { keys: 16, shared: true }, 4 * c * c + 4 * c + 16 * 64],
  ['luna', {}, 8 * c * c + 8 * c + 16 * c],
  ['spatialMlp', { gated: true }, 64 * 32 + 32 + 16 * 64 + 64],
  ['spatialMlp', { hidden: 10 }, 2 * 64 * 10 + 10 + 64],
  ['permutator', { segments: 8 }, 3 * c * c + (c * c) / 4 + c / 4 + (3 * c * c) / 4 + 3 * c + c * c + c],
  ['cycleMlp', {}, 3 * c * c + 2 * c + (c * c) / 4 + c / 4 + (3 * c * c) / 4 + 3 * c + c * c + c],
  ['axialShift', {}, 4 * c * c + 4 * c + 4 * c],
  ['talkingHeads', { heads: 4 }, 4 * c * c + 4 * c + 2 * (16 + 4)],
  ['retention', {}, 4 * c * c + 4 * c + 26 * c],
  ['focalAttention', {}, 4 * c * c + 4 * c + 50 + 13 * 13 + 49 * 132 + 9 * 9],
  ['causalRetention', {}, 5 * c * c + 2 * c],
  ['retention', { decomposed: true }, 4 * c * c + 4 * c + 26 * c],
  ['crossCovariance', { heads: 4 }, 4 * c * c + 4 * c + 4],
  ['crossCovariance', { heads: 4, scores: 'head', roles: 'keysAsk' }, 4 * c * c + 4 * c],
  // Of eight heads, two read 3×3, three 5×5 and three 7×7.
  ['factorisedAttention', { heads: 8 }, 4 * c * c + 4 * c + 8 * 9 + 12 * 25 + 12 * 49 + c],
  ['hierarchicalConv', { groups: null, norm: 'noNorm', bias: true }, 3 * 8 * 10],
  // ⌊8/3 · 32⌋ = 85 gates and values, 32 of which are convolved.
  ['gatedCnn', {}, 170 * c + 170 + 50 * c + 85 * c + c],
  ['globalQuery', {}, 4 * c * c + 5 * c],
  ['singleHead', { dim: 8 }, 2 * 8 + 8 * 40 + 2 * 40 + c * c + 2 * c],
  // Two heads of 16; each third of a head is mixed by itself at the second scale.
  ['multiScaleLinear', {}, 3 * c * c + 3 * c * 25 + 3 * c * 16 + 2 * c * c + 2 * c],
  ['separableAttention', {}, (2 * c + 1) * (c + 1) + c * c + c],
  ['dilatedAttention', { windowSize: null, position: 'none' }, 4 * c * c + 4 * c],
  ['linearAttention', { heads: 4 }, 4 * c * c + 4 * c],
  ['nonLocal', {}, 4 * c * (c / 2) + 3 * (c / 2) + c + 2 * c],
  ['nonLocal', { form: 'gaussian' }, 2 * c * (c / 2) + c / 2 + c + 2 * c],
  ['nonLocal', { form: 'concat' }, 4 * c * (c / 2) + 3 * (c / 2) + c + 2 * c + c],
  ['inceptionMixer', {}, 2 * 8 * 16 + 16 + 9 * 16 + 3 * 16 * 16 + 48 + 9 * 48 + 48 * c + c],
  ['gatedPosition', { heads: 4 }, 4 * c * c + c + 4 + (3 * 4 + 4)],
  ['maskUnitAttention', { heads: 2, dim: 2 * c }, 6 * c * c + 6 * c + 4 * c * c + 2 * c],
  ['outlook', { heads: 2 }, 2 * c * c + c + 2 * 81 * c + 2 * 81],
  ['poolingAttention', {}, 4 * c * c + 4 * c + 3 * (9 * c + 2 * c) + 2 * 15 * c],
  [
    'poolingAttention',
    { heads: 4, stride: 2, dim: 2 * c },
    10 * c * c + 8 * c + 33 * (c / 2) + 2 * 7 * (c / 2),
  ],
  ['mlp', { dim: 3 }, 4 * c * c + 4 * c + 12 * c + 3],
  ['distanceAttention', {}, 4 * c * c + 8 * c + 2 * c * c + 2 * c + 14 * 14],
  [
    'localValueAttention',
    { heads: 2, keyDim: 8 },
    12 * c + 2 * (16 * c + 48) + 64 * c + 192 + 12 * 64 + 2 * 6 + 64 * c + 3 * c + 2 * 16,
  ],
  ['attentionDownsample', {}, 5 * c * c + 10 * c + c * c + 2 * c + 8 * c * c + 4 * c + 64],
  ['mlp', {}, 8 * c * c + 5 * c],
  ['mlp', { linearNorm: 'batchNorm' }, 8 * c * c + 5 * c + 10 * c],
  ['mlp', { bias: false, act: 'starRelu' }, 8 * c * c + 2],
  ['mlp', { weights: 'conv' }, 8 * c * c + 5 * c],
  ['mlp', { norm: 'globalResponseNorm' }, 8 * c * c + 5 * c + 2 * 4 * c],
  ['gatedMlp', { mlpRatio: 2 }, 6 * c * c + 5 * c],
  ['gatedMlp', { mlpRatio: 2, packed: false, bias: false }, 6 * c * c],
  ['depthwiseMlp', {}, 8 * c * c + 5 * c + 4 * c * 10],
  ['depthwiseMlp', { norm: 'batchNorm' }, 8 * c * c + 5 * c + 4 * c * 10 + 18 * c],
  ['separableConv', {}, 4 * c * c + 2 * c * 49 + 2],
  ['largeKernelAttention', {}, c * (25 + 49) + c * c + 3 * c],
  // p widths 8, 16, 32: in c → 2c, depthwise on 56 channels, 8 → 16 → 32, out.
  ['gatedConv', {}, 2 * c * c + 2 * c + 56 * 50 + (8 * 16 + 16) + (16 * 32 + 32) + c * c + c],
  // Of 56 channels half are filtered over 8 rows and 5 columns of complex numbers.
  [
    'gatedConv',
    { context: 'global' },
    2 * c * c + 2 * c + 28 * (9 + 8 * 5 * 2) + 4 * 56 + (8 * 16 + 16) + (16 * 32 + 32) + c * c + c,
  ],
  ['fourierMixing', {}, 0],
  ['fourierOperator', {}, (4 * c * c) / 8 + 4 * c],
  ['spectrumMixer', {}, c * (c / 4) + c / 4 + 8 * c * (c / 4) + 8 * c],
  // 32 pairs of states: C, A, Δ, D, then the gated layer.
  ['s4d', {}, c * (64 + 64 + 1 + 1) + 2 * c * c + 2 * c],
  ['s4d', { direction: 'both' }, c * (2 * (64 + 64 + 1) + 1) + 2 * c * c + 2 * c],
  // Twice the channels, 16 states, steps of rank 2.
  [
    'selectiveScan',
    {},
    4 * c * c + 10 * 2 * c + 4 * (34 * 2 * c + 2 * c * (2 + 1) + 2 * c * 16 + 2 * c) + 4 * c + 2 * c * c,
  ],
  ['scattering', {}, 64 * c + 2 * (2 * c * (c / 4) + 2 * c)],
  ['globalFilter', {}, 8 * 5 * 2 * c],
  ['globalFilter', { size: 14 }, 14 * 8 * 2 * c],
  ['focalModulation', {}, c * (2 * c + 3) + 2 * c + 3 + c * (9 + 25) + 2 * (c * c + c)],
  ['inceptionConv', {}, 4 * (9 + 11 + 11) + 3 * 4],
  ['spatialLinear', {}, 64 * 64 + 64],
  ['spatialGate', {}, 6 * c * c + 6 * c + 6 * c + 64 * 64 + 64 + 3 * c * c + c],
  ['depthwiseConv', {}, c * 49 + c],
  ['pooling', {}, 0],
  ['randomMixing', {}, 0],
  ['identity', {}, 0],
  ['spatialMlp', {}, 2 * 64 * (c / 2) + c / 2 + 64],
  ['layerNorm', {}, 2 * c],
  ['modifiedLayerNorm', {}, c],
  ['groupNorm', {}, 2 * c],
  ['batchNorm', {}, 2 * c],
  ['rmsNorm', {}, c],
  ['globalResponseNorm', {}, 2 * c],
  ['affine', {}, 2 * c],
  ['localResponseNorm', {}, 0],
  ['starRelu', {}, 2],
  ['starRelu', { scale: 'fixed' }, 1],
  ['starRelu', { bias: 'none' }, 1],
  ['layerScale', {}, c],
  ['layerScale', { trailing: 2 }, c],
  ['resScale', {}, c],
  ['squeezeExcite', {}, 2 * 8 * c + 8 + c],
  ['squeezeExcite', { ratio: 0.25, divisor: 1 }, 2 * 8 * c + 8 + c],
  ['squeezeExcite', { dim: 3 }, 2 * 3 * c + 3 + c],
  ['channelConvolution', {}, 3],
  ['globalContext', {}, c + 1 + (4 * c + 4) + 8 + (4 * c + c)],
  ['globalContext', { fusion: 'add', ratio: 0.25 }, c + 1 + (8 * c + 8) + 16 + (8 * c + c)],
  ['cbam', {}, 2 * 2 * c + 2 * 49],
  ['blurPool', {}, 0],
  ['convDownsample', {}, 9 * c * 2 * c + 2 * c + c],
  ['convolution', { groups: 4, ratio: 2, bias: false }, (9 * c * 2 * c) / 4],
  ['convolution', { groups: null, kernelWidth: 5, bias: false }, 3 * 5 * c],
  ['linear', { dim: 10 }, 10 * c + 10],
  ['linear', { ratio: 0.5, bias: false }, (c * c) / 2],
  ['poolHead', {}, 2 * c + 1000 * c + 1000],
  ['mlpHead', { classes: 10 }, 2 * c + 4 * c * c + 4 * c + 8 * c + 40 * c + 10],
  ['attentionPoolHead', { classes: 10 }, 65 * c + 3 * (c * c + c) + 10 * c + 10],
  ['positionEmbedding', { positions: 'projected' }, 64 * c + c],
  ['positionEmbedding', { asMap: true, channelsFirst: true }, 64 * c],
  ['positionEmbedding', { asMap: true, keptSide: 5 }, 25 * c],
  ['positionEmbedding', { asMap: true, keptSide: 4, fit: 'tiled' }, 16 * c],
  ['positionEmbedding', {}, 64 * c],
  ['classToken', { tokens: 4 }, 4 * c],
  ['objectQueries', { queries: 5 }, 5 * c],
  ['batchNorm', { fixed: true }, 0],
]

test.each(parameters)('%s %j has %i parameters', (id, attrs, count) => {
  const { graph } = build(find(id), [[1, 8, 8, c]], attrs)
  expect(parameterCount(graph, 'trainable')).toBe(count)
})

test('the random matrix is frozen, and statistics of BatchNorm are buffers', () => {
  expect(parameterCount(build(find('randomMixing'), [map]).graph, 'frozen')).toBe(64 * 64)
  expect(parameterCount(build(find('batchNorm'), [map]).graph, 'buffer')).toBe(2 * c)
})

test('attention by head width rounds the heads down and keeps at least one', () => {
  const { graph } = build(find('attention'), [[1, 4, 4, 48]], { headDim: 32 })
  const shapesByName = Object.fromEntries(
    graph.nodes.flatMap((n) => (n.op === 'param' ? [[n.attrs.name, n.shape]] : [])),
  )
  expect(shapesByName['x.qkv.weight']).toEqual([96, 48])
  expect(shapesByName['x.proj.weight']).toEqual([48, 32])
})

const sentences: readonly (readonly [
  id: string,
  shape: Shape,
  attrs: Attributes,
  code: string,
  message: string,
])[] = [
  [
    'attention',
    [1, 9, 10],
    { heads: 4 },
    'HEADS_DIVIDE',
    'attention: 10 channels do not split into 4 heads; choose 1, 2, 5 or 10 heads',
  ],
  [
    'attention',
    [1, 3, 3, 12],
    { heads: 2, rotary: 'rows' },
    'HEADS_DIVIDE',
    'rotary positions: 6 channels per head do not split into pairs for rows and for columns; choose a head width that 4 divides',
  ],
  [
    'groupNorm',
    [1, 4, 4, 48],
    {},
    'GROUPS_DIVIDE',
    'groupNorm: 48 channels do not split into 32 groups; choose 12, 16, 24 or 48 groups',
  ],
  [
    'pooling',
    [1, 196, 32],
    {},
    'RANK',
    'pooling needs a map (height×width×channels); here comes tokens 196×32',
  ],
  [
    'convolution',
    [1, 2, 2, 8],
    { kernelSize: 7, padding: 0 },
    'TOO_SMALL',
    'convolution: a 7×7 window does not fit on a 2×2 map; choose a window of at most 2 or stride less before it',
  ],
  [
    'randomMixing',
    [1, 8, 8, 32],
    { tokens: 49 },
    'FIXED_SIZE',
    'randomMixing: the matrix is made for 49 tokens and 64 come; set Tokens to 64 or to auto, or change the input size',
  ],
  [
    'pooling',
    [1, 8, 8, 4],
    { poolSize: 4 },
    'ATTRIBUTE',
    'pooling: a window of 4×4 has no middle token; choose 3 or 5',
  ],
  [
    'gatedConv',
    [1, 8, 8, 12],
    { order: 4 },
    'ATTRIBUTE',
    'gatedConv: 12 channels cannot be halved 3 times; choose an order of at most 3',
  ],
  [
    'inceptionConv',
    [1, 8, 8, 4],
    {},
    'ATTRIBUTE',
    'inceptionConv: a share of 0.125 of 4 channels is none; choose at least 0.25',
  ],
  [
    'blurPool',
    [1, 1, 1, 4],
    {},
    'TOO_SMALL',
    'blurPool: a map of 1×1 has no second row to mirror; stride less before it',
  ],
  ['poolHead', [7], {}, 'RANK', 'poolHead needs a map or tokens; here comes the shape 7'],
]

test.each(sentences)('%s on %j with %j says %s', (id, shape, attrs, code, message) => {
  expect(() => build(find(id), [shape], attrs)).toThrow(expect.objectContaining({ code, message }))
})

test.each(['depthwiseConv', 'separableConv'])('%s keeps the map with an even window too', (id) => {
  expect(build(find(id), [map], { kernelSize: 4 }).output.shape).toEqual(map)
})

test('a merge names the input that does not fit', () => {
  expect(() => build(find('add'), [map, map, tokens])).toThrow(
    'add: the inputs must have one shape, but input 1 is 8×8×32 and input 3 is 64×32; bring both to the same size',
  )
  expect(() => build(find('concat'), [map, [2, 4, 4, 32]])).toThrow(
    'input 1 has 8×8 positions and input 2 has 4×4',
  )
})

test('a class-token head without a class token says what to put before it', () => {
  expect(() => build(find('classTokenHead'), [[1, 64, 32]], {}, { height: 8, width: 8, prefix: 0 })).toThrow(
    'put a Class token before the blocks or use the Pooling head',
  )
})

test('a token-label head without a class token says what to put before it', () => {
  expect(() => build(find('tokenLabelHead'), [[1, 64, 32]], {}, { height: 8, width: 8, prefix: 0 })).toThrow(
    'put a Class token before the blocks or use the Pooling head',
  )
})

test('a distilled head without a distillation token says what to put before it', () => {
  expect(() => build(find('distilledHead'), [[1, 65, 32]], {}, { height: 8, width: 8, prefix: 1 })).toThrow(
    'put two Class tokens before the blocks',
  )
})

function parameterCount(graph: Graph, role: 'trainable' | 'frozen' | 'buffer'): number {
  return graph.nodes.reduce((sum, node) => {
    const weight = node.op === 'param' ? node.attrs : node.op === 'constant' ? node.attrs.table : undefined
    return weight?.role === role ? sum + elements(node.shape) : sum
  }, 0)
}
