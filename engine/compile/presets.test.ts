import { describe, expect, test } from 'vitest'
import { elements, type Graph } from '../graph/graph'
import { reachable } from '../graph/traverse'
import { lower } from '../lower/lower'
import { findPreset, presets } from '../presets'
import { compile } from './compile'
import type { Step } from './plan'
import { printStep } from './print'
import { plainDevice } from './testing/adapter'

const large = { ...plainDevice.limits, maxStorageBufferBindingSize: 2 ** 31, maxBufferSize: 2 ** 31 }
const device = { ...plainDevice, limits: large }

function graphOf(id: string): Graph {
  const preset = findPreset(id)
  if (!preset) throw new Error(`There is no preset ${id}.`)
  return lower(preset.document).graph
}

/** The steps of one block, by the beginning of their paths. */
function block(id: string, path: string): string[] {
  const steps = compile(graphOf(id), { device }).steps.filter(({ scopes }) =>
    scopes[0]?.startsWith(`${path}/`),
  )
  return steps.map((step) => printStep(step).slice(path.length + 1))
}

describe('one block', () => {
  test('of a ViT is seven kernels', () => {
    expect(block('vit_tiny_patch16_224', 'blocks.3')).toMatchInlineSnapshot(`
      [
        "norm1: statistics 197×192",
        "attn/qkv: gemm 1×197×576×192, norm folded in, + bias",
        "attn: attention 1×3×197×197×64",
        "attn/proj: gemm 1×197×192×192, + bias, + residual",
        "norm2: statistics 197×192",
        "mlp/fc1: gemm 1×197×768×192, norm folded in, + bias, gelu",
        "mlp/fc2: gemm 1×197×192×768, + bias, + residual",
      ]
    `)
  })
  test('of a ResNet is three', () => {
    expect(block('resnet50', 'layer2/1')).toMatchInlineSnapshot(`
      [
        "conv1: gemm 1×784×128×512, + bias, relu",
        "conv2: conv 3×3 1×784×128×1152, + bias, relu",
        "conv3: gemm 1×784×512×128, + bias, + residual, relu",
      ]
    `)
  })
  test('of a ConvNeXt is four', () => {
    expect(block('convnext_tiny', 'stages.1/blocks.1')).toMatchInlineSnapshot(`
      [
        "conv_dw: depthwise conv 7×7 1×28×28×192, + bias",
        "norm: statistics 784×192",
        "mlp/fc1: gemm 1×784×768×192, norm folded in, + bias, gelu",
        "mlp/fc2: gemm 1×784×192×768, + bias, scale, + residual",
      ]
    `)
  })
  test('of a PoolFormer is seven, four of them statistics over the whole map', () => {
    expect(block('poolformer_s12', 'stages.1/blocks.1')).toMatchInlineSnapshot(`
      [
        "norm1: statistics 98×1024",
        "norm1: statistics 1×196, merged",
        "token_mixer/pool: average pool 3×3 1×28×28×128, norm folded in, − input, scale, + residual",
        "norm2: statistics 98×1024",
        "norm2: statistics 1×196, merged",
        "mlp/fc1: gemm 1×784×512×128, norm folded in, + bias, gelu",
        "mlp/fc2: gemm 1×784×128×512, + bias, scale, + residual",
      ]
    `)
  })
  test('of a CAFormer is seven, with convolution or attention', () => {
    expect(block('caformer_s18', 'stages.1/blocks.1')).toMatchInlineSnapshot(`
      [
        "norm1: statistics 784×128",
        "token_mixer/pwconv1: gemm 1×784×256×128, norm folded in, relu, square, scale, + bias",
        "token_mixer/dwconv: depthwise conv 7×7 1×28×28×256",
        "token_mixer/pwconv2: gemm 1×784×128×256, + residual",
        "norm2: statistics 784×128",
        "mlp/fc1: gemm 1×784×512×128, norm folded in, relu, square, scale, + bias",
        "mlp/fc2: gemm 1×784×128×512, + residual",
      ]
    `)
    expect(block('caformer_s18', 'stages.2/blocks.1')).toMatchInlineSnapshot(`
      [
        "norm1: statistics 196×320",
        "token_mixer/qkv: gemm 1×196×960×320, norm folded in",
        "token_mixer: attention 1×10×196×196×32",
        "token_mixer/proj: gemm 1×196×320×320, scale, + residual",
        "norm2: statistics 196×320",
        "mlp/fc1: gemm 1×196×1280×320, norm folded in, relu, square, scale, + bias",
        "mlp/fc2: gemm 1×196×320×1280, scale, + residual",
      ]
    `)
  })
  test('of an MLP-Mixer is six', () => {
    expect(block('mixer_s16_224', 'blocks.1')).toMatchInlineSnapshot(`
      [
        "norm1: statistics 196×512",
        "mlp_tokens/fc1: gemm 1×512×256×196, norm folded in, scale, + bias, gelu",
        "mlp_tokens/fc2: gemm 1×512×196×256, + bias, + residual",
        "norm2: statistics 196×512",
        "mlp_channels/fc1: gemm 1×196×2048×512, norm folded in, + bias, gelu",
        "mlp_channels/fc2: gemm 1×196×512×2048, + bias, + residual",
      ]
    `)
  })
})

// Members of one family differ in numbers mostly.
const models = [...new Map([...presets].reverse().map(({ id, family }) => [family, id])).values()]

test.each(models)(
  '%s: no pool writes its windows, and every product and every place belong to some step',
  (id) => {
    const graph = graphOf(id)
    const { prepare, steps } = compile(graph, { device })
    const pooled = new Set(graph.nodes.flatMap(({ op, inputs }) => (op === 'reduce' ? inputs : [])))
    const windows = (step: Step) =>
      step.nodes.filter((node) => graph.nodes[node].op === 'windows' && pooled.has(node))
    const isLarge = (step: Step, node: number) =>
      elements(step.spec.out.view.shape) >= elements(graph.nodes[node].shape)
    const copies = steps.filter(
      (step) => step.label === 'copy' && windows(step).some((node) => isLarge(step, node)),
    )
    expect(copies.map(printStep)).toEqual([])

    const all = [...prepare, ...steps]
    const nodes = new Set(all.flatMap((step) => step.nodes))
    const places = new Set(all.flatMap((step) => step.scopes))
    const live = reachable(graph)
    const moves = ['reshape', 'transpose', 'broadcast', 'slice', 'concat']
    const made = graph.nodes.filter(
      ({ id, op, inputs }) => live.has(id) && inputs.length > 0 && !moves.includes(op),
    )
    const products = made.filter(({ op }) => op === 'dot' || op === 'conv')
    expect(products.filter((node) => !nodes.has(node.id))).toEqual([])
    expect(made.map(({ scope }) => graph.scopes[scope].path).filter((path) => !places.has(path))).toEqual([])
  },
)
