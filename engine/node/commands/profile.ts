import type { Plan } from '../../compile/plan'
import { type LatencyReport, measureLatency } from '../../gpu/measure'
import { type ProfileReport, profileSteps } from '../../gpu/profile'
import type { Lowered } from '../../lower/lowered'
import { type Command, UsageError } from '../command'
import { openDesign, reportedName } from '../design'
import { openRuntime, prepareRun } from '../gpuRun'
import { adapterOptions, designOptions } from '../options'
import { figure, milliseconds, printJson, printLine, table } from '../print'

export const profile: Command = {
  name: 'profile',
  usage: '<design> [--input 224] [--batch 1] [--adapter NAME] [--tune] [--kernels]',
  summary: 'Measures the latency of one forward, of each node and of each kernel.',
  options: { ...designOptions, ...adapterOptions, tune: { type: 'boolean' }, kernels: { type: 'boolean' } },
  async run({ names, isJson, text, flag, count }) {
    const [name] = names
    if (!name || names.length > 1) throw new UsageError('profile takes one design')
    const document = openDesign(name, count('input'))
    const runtime = await openRuntime(text('adapter'))
    const run = await prepareRun(runtime, document, { batch: count('batch') ?? 1, tune: flag('tune') })
    const latency = await measureLatency(run.loaded, { budgetMs: 5000 })
    const steps = await profileSteps(run.loaded, { budgetMs: 15_000 })
    const report = reportOf(
      runtime.session.device.traits.name,
      reportedName(name, document),
      run.lowered,
      run.plan,
      latency,
      steps,
    )
    if (isJson) printJson(report)
    else printLine(textOf(report, flag('kernels')))
    return 0
  },
}

type Report = ReturnType<typeof reportOf>

function reportOf(
  adapter: string,
  name: string,
  lowered: Lowered,
  plan: Plan,
  latency: LatencyReport,
  steps: ProfileReport,
) {
  const kernels = steps.kernels.map(({ index, median, repeats }) => {
    const step = plan.steps[index]
    const scopes = step?.scopes ?? []
    return {
      node: nodeOf(lowered, scopes[0] ?? ''),
      also: scopes.slice(1),
      label: step?.label ?? '',
      family: step?.spec.family ?? '',
      variant: step?.variant.name ?? '',
      ms: median,
      repeats,
      macs: step?.cost.macs ?? 0,
      macsPerSecond: ((step?.cost.macs ?? 0) / median) * 1000,
    }
  })
  const nodes = new Map<string, number>()
  for (const { node, ms } of kernels) nodes.set(node, (nodes.get(node) ?? 0) + ms)
  const sum = kernels.reduce((total, { ms }) => total + ms, 0)
  return {
    name,
    adapter,
    latency,
    /** Kernels measured by themselves find warm caches: their sum is not the latency. */
    sumOfKernels: sum,
    method: steps.method,
    nodes: [...nodes].map(([path, ms]) => ({ path, ms, share: ms / sum })).sort((a, b) => b.ms - a.ms),
    kernels,
  }
}

/** The module that a scope lies in. */
function nodeOf({ scopes }: Lowered, scope: string): string {
  let path = scope
  while (path !== '' && !scopes.has(path)) path = path.slice(0, Math.max(0, path.lastIndexOf('/')))
  return path || scope
}

function textOf(report: Report, withKernels: boolean): string {
  const { name, adapter, latency, nodes, kernels, sumOfKernels, method } = report
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`
  const nodeRows = nodes.map(({ path, ms, share }) => [path, milliseconds(ms), percent(share)])
  const kernelRows = kernels.map((row) => [
    row.node,
    row.label,
    row.variant,
    milliseconds(row.ms),
    percent(row.ms / sumOfKernels),
    row.macs > 0 ? `${figure(row.macsPerSecond)}MAC/s` : '',
  ])
  return [
    `${name} on ${adapter}`,
    `${latencyText(latency)}`,
    `kernels one by one (${method}): ${milliseconds(sumOfKernels)} in ${kernels.length} steps`,
    '',
    table([['node', 'time', 'share'], ...nodeRows]),
    ...(withKernels
      ? ['', table([['node', 'kernel', 'variant', 'time', 'share', 'rate'], ...kernelRows])]
      : []),
  ].join('\n')
}

function latencyText({ median, p10, p90, runs, method }: LatencyReport): string {
  return `median ${milliseconds(median)}, p10 ${milliseconds(p10)}, p90 ${milliseconds(p90)} over ${runs} runs (${method})`
}
