import { describe, expect, test } from 'vitest'
import type { DocumentNode, GraphBody } from '../document/types'
import type { Graph } from '../graph/graph'
import type { Attributes } from '../schema/schema'
import { goldenFiles } from './testing/goldenFiles'
import { readGoldenFile } from './verify/goldenCase'
import { referenceRunner } from './verify/referenceRunner'
import { type CaseReport, type VerifyOptions, verifyCase, verifyOp } from './verify/verify'

describe('on the plain evaluation', () => {
  test.each(goldenFiles('tiny'))('%s is as the reference recorded it', async (_, path) => {
    expect(problemsOf(await verify(path))).toEqual([])
  })

  test('single functions are as the reference recorded them', async () => {
    const [[, path] = ['', '']] = goldenFiles('ops')
    const golden = readGoldenFile(path)
    if (golden.kind !== 'ops') throw new Error(`${path} holds no single functions`)
    const reports = await Promise.all(golden.ops.map((op) => verifyOp(op, referenceRunner)))
    expect(reports.filter(({ outcome }) => outcome === 'failed').flatMap(problemsOf)).toEqual([])
    expect(reports.filter(({ outcome }) => outcome === 'passed').length).toBeGreaterThan(30)
  })
})

describe('a planted mistake is found, and the first module that differs is named', () => {
  test('the tanh form of GELU for the exact one', async () => {
    const report = await verify(pathOf('tiny', 'vit_cls'), withAttributes('mlp', { act: 'geluTanh' }))
    expect(report.outcome).toBe('failed')
    expect(report.problems[0]).toContain('the first module that differs is blocks.0.mlp.act, GELU')
  })

  test('layer norms with an epsilon of 1e-5 for 1e-6', async () => {
    const report = await verify(pathOf('eps', 'mlp_mixer'), withAttributes('layerNorm', { eps: 1e-5 }))
    expect(report.outcome).toBe('failed')
    expect(report.problems[0]).toContain('the first module that differs is blocks.0, MixerBlock')
  })

  test('batch norms with an epsilon of 1e-3 for 1e-5', async () => {
    const report = await verify(pathOf('tiny', 'resnet_basic'), withAttributes('batchNorm', { eps: 1e-3 }))
    expect(report.outcome).toBe('failed')
    expect(report.problems[0]).toMatch(/the first module that differs is [a-z0-9.]*bn\d?, BatchNorm/)
  })

  test('average pooling that counts the padding', async () => {
    const report = await verify(pathOf('tiny', 'metaformer_poolformer'), { changeGraph: countPadding })
    expect(report.outcome).toBe('failed')
    expect(report.problems[0]).toContain(
      'the first module that differs is stages.0.blocks.0.token_mixer.pool, AvgPool2d',
    )
  })
})

async function verify(path: string, options?: VerifyOptions): Promise<CaseReport> {
  const golden = readGoldenFile(path)
  if (golden.kind !== 'case') throw new Error(`${path} is not a case`)
  return await verifyCase(golden.golden, referenceRunner, options)
}

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

function pathOf(size: 'tiny' | 'eps', name: string): string {
  const found = goldenFiles(size).find(([file]) => file === name)
  if (!found) throw new Error(`there is no case ${name}`)
  return found[1]
}

const problemsOf = ({ name, outcome, problems }: CaseReport): readonly string[] =>
  outcome === 'not built' ? [`${name} is not built`] : problems
