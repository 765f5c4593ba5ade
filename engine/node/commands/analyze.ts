import type { Document } from '../../document/types'
import { analyze as analyzeDocument, type LayerRow, printShape } from '../../index'
import { type Command, UsageError } from '../command'
import { openDesign, reportedName } from '../design'
import { designOptions } from '../options'
import { bytes, figure, printJson, printLine, table } from '../print'
import { requireWhole } from '../whole'

export const analyze: Command = {
  name: 'analyze',
  usage: '<design or preset@side>... [--input 224] [--batch 1]',
  summary: 'Counts parameters, multiply-adds, FLOPs and memory, in total and per node.',
  options: designOptions,
  async run({ names, isJson, count }) {
    if (names.length === 0) throw new UsageError('analyze needs a design')
    const batch = count('batch') ?? 1
    const reports = names.map((name) => report(name, openDesign(name, count('input')), batch))
    if (isJson) printJson(reports)
    else printLine(reports.map(text).join('\n\n'))
    return 0
  },
}

type Report = ReturnType<typeof report>

function report(name: string, document: Document, batch: number) {
  const { totals, layers, lowered } = analyzeDocument(document, { batch })
  requireWhole(lowered)
  const { height, width, channels } = document.input
  return {
    name: reportedName(name, document),
    title: document.name,
    input: { batch, height, width, channels },
    params: totals.params,
    buffers: totals.buffers,
    macs: totals.macs,
    flops: totals.flops,
    memory: totals.memory,
    nodes: layers.map(node),
  }
}

function node({ path, title, module, kind, inputs, output, instances, cost, share }: LayerRow) {
  const { params, macs, flops, weightBytes, activationBytes } = cost
  const memory = { weightBytes, activationBytes }
  return { path, title, module, kind, inputs, output, instances, params, macs, flops, memory, share }
}

function text({ name, input, params, macs, flops, memory, nodes }: Report): string {
  const rows = nodes.map((row) => [
    row.path,
    row.module,
    row.instances > 1 ? `× ${row.instances}` : '',
    printShape(row.output.slice(1)),
    figure(row.params.trainable + row.params.frozen),
    figure(row.macs.total),
    `${(row.share * 100).toFixed(1)} %`,
  ])
  const frozen = params.frozen > 0 ? ` (and ${figure(params.frozen)} frozen)` : ''
  return [
    `${name}, ${input.batch} × ${input.height} × ${input.width} × ${input.channels}`,
    `  parameters  ${figure(params.trainable)}${frozen}`,
    `  MACs        ${figure(macs.total)} (convolutions ${figure(macs.conv)}, linear ${figure(macs.linear)}, products ${figure(macs.matmul)})`,
    `  FLOPs       ${figure(flops)}`,
    `  memory      weights ${bytes(memory.weightBytes)}, activations at most ${bytes(memory.activationBytes)}`,
    '',
    table([['node', 'module', '', 'output', 'params', 'MACs', 'share'], ...rows]),
  ].join('\n')
}
