import { measureLatency } from '../../gpu/measure'
import { analyze } from '../../index'
import type { Command } from '../command'
import { openDesign, reportedName } from '../design'
import { openRuntime, prepareRun } from '../gpuRun'
import { adapterOptions, designOptions } from '../options'
import { figure, milliseconds, printJson, printLine, table } from '../print'

const usual = ['vit_tiny_patch16_224', 'resnet18', 'poolformer_s12', 'caformer_s18']

export const bench: Command = {
  name: 'bench',
  usage: '[<design>...] [--input 224] [--batch 1] [--adapter NAME] [--tune]',
  summary: 'Measures the latency of several designs.',
  options: { ...designOptions, ...adapterOptions, tune: { type: 'boolean' } },
  async run({ names, isJson, text, flag, count }) {
    const runtime = await openRuntime(text('adapter'))
    const adapter = runtime.session.device.traits.name
    const reports = []
    for (const name of names.length > 0 ? names : usual) {
      const document = openDesign(name, count('input'))
      const batch = count('batch') ?? 1
      const run = await prepareRun(runtime, document, { batch, tune: flag('tune') })
      const latency = await measureLatency(run.loaded, { budgetMs: 5000 })
      const macs = analyze(document).totals.macs.total * batch
      const report = {
        name: reportedName(name, document),
        adapter,
        batch,
        latency,
        macsPerSecond: (macs / latency.median) * 1000,
      }
      reports.push(report)
    }
    if (isJson) printJson(reports)
    if (isJson) return 0
    printLine(`on ${adapter}`)
    const rows = reports.map(({ name, latency, macsPerSecond }) => [
      name,
      milliseconds(latency.median),
      milliseconds(latency.p10),
      milliseconds(latency.p90),
      String(latency.runs),
      `${figure(macsPerSecond)}MAC/s`,
    ])
    printLine(table([['design', 'median', 'p10', 'p90', 'runs', 'rate'], ...rows]))
    return 0
  },
}
