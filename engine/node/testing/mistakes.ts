/** Mistakes that are easily made, planted into cases: verification must find them and name the module. */
import type { DocumentNode, GraphBody } from '../../document/types'
import type { Graph } from '../../graph/graph'
import type { Attributes } from '../../schema/schema'
import type { VerifyOptions } from '../verify/verify'

export interface Mistake {
  readonly what: string
  readonly size: 'tiny' | 'eps'
  readonly name: string
  readonly plant: VerifyOptions
  /** The first module of the trace that differs. */
  readonly first: string
}

export const mistakes: readonly Mistake[] = [
  {
    what: 'the tanh form of GELU for the exact one',
    size: 'tiny',
    name: 'vit_cls',
    plant: withAttributes('mlp', { act: 'geluTanh' }),
    first: 'blocks.0.mlp.act, GELU',
  },
  {
    what: 'layer norms with an epsilon of 1e-5 for 1e-6',
    size: 'eps',
    name: 'mlp_mixer',
    plant: withAttributes('layerNorm', { eps: 1e-5 }),
    first: 'blocks.0, MixerBlock',
  },
  {
    what: 'batch norms with an epsilon of 1e-3 for 1e-5',
    size: 'tiny',
    name: 'resnet_basic',
    plant: withAttributes('batchNorm', { eps: 1e-3 }),
    first: 'layer1.0.bn1, BatchNorm2d',
  },
  {
    what: 'average pooling that counts the padding',
    size: 'tiny',
    name: 'metaformer_poolformer',
    plant: { changeGraph: countPadding },
    first: 'stages.0.blocks.0.token_mixer.pool, AvgPool2d',
  },
]

/** Gives attributes to every module of a kind. */
function withAttributes(module: string, attrs: Attributes): VerifyOptions {
  const inBody = (body: GraphBody): GraphBody => ({ ...body, nodes: body.nodes.map(inNode) })
  const inNode = (node: DocumentNode): DocumentNode => {
    if (node.type === 'group') return node.body ? { ...node, body: inBody(node.body) } : node
    return node.module === module ? { ...node, attrs: { ...node.attrs, ...attrs } } : node
  }
  return {
    changeDocument: (document) => ({
      ...document,
      graph: inBody(document.graph),
      definitions: Object.fromEntries(
        Object.entries(document.definitions).map(([name, body]) => [name, inBody(body)]),
      ),
    }),
  }
}

/** Every average pool divides by the whole window. */
function countPadding(graph: Graph): Graph {
  const pools = graph.calls.filter(({ name }) => name === 'averagePool')
  const nodes = graph.nodes.map((node) => {
    const pool = pools.find(({ first, end }) => first <= node.id && node.id < end)
    if (!pool || node.op !== 'constant') return node
    return { ...node, attrs: { data: node.attrs.data.map(() => 1 / Number(pool.attrs.kernel) ** 2) } }
  })
  const calls = graph.calls.map((call) =>
    pools.includes(call) ? { ...call, attrs: { ...call.attrs, countIncludePad: true } } : call,
  )
  return { ...graph, nodes, calls }
}
