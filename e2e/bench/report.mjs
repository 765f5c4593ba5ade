// BENCHMARKS.md and e2e/bench/results/*.json from measurements: medians and ratios, never absolute claims across machines.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'

const folder = dirname(new URL(import.meta.url).pathname)
const results = join(folder, 'results')

/**
 * Keeps what was measured where (`node`, `browser`), newest per adapter, network and batch, and writes the page anew.
 * @param {'node' | 'browser'} where
 * @param {readonly any[]} reports
 */
export function writeReport(where, reports) {
  mkdirSync(results, { recursive: true })
  const date = new Date().toISOString().slice(0, 10)
  for (const report of reports) {
    const name = [where, ...report.adapter.split(/[^A-Za-z0-9]+/).slice(0, 3), report.network, report.batch]
    writeFileSync(
      join(results, `${name.join('-')}.json`),
      `${JSON.stringify({ where, date, cores: cpus().length, ...report }, null, 2)}\n`,
    )
  }
  const all = readdirSync(results)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(results, file), 'utf8')))
  writeFileSync(join(folder, '../../BENCHMARKS.md'), pageOf(all))
}

/** @param {readonly any[]} reports */
function pageOf(reports) {
  const groups = Map.groupBy
    ? Map.groupBy(reports, keyOf)
    : reports.reduce((map, report) => {
        map.set(keyOf(report), [...(map.get(keyOf(report)) ?? []), report])
        return map
      }, new Map())
  const parts = [...groups].map(([key, group]) => `## ${key}\n\n${tableOf(group)}\n`)
  return `# Benchmarks

Written by \`npm run bench\` (browser) and \`npm run bench:node\` (Dawn in Node); the numbers lie in \`e2e/bench/results\`.
All engines take turns on one network with the same weights, which the peers get as our own ONNX export. Steady: milliseconds from
input array to output array, median of the runs. Ratio: the fastest other WebGPU engine over ours. First: opening plus first run.
GPU: our own forward without upload and read-back. Error: largest difference from our output, over its largest value. Absolute
times say something about that machine at that hour only.

${parts.join('\n')}`
}

const keyOf = ({ where, adapter, batch, cores }) =>
  `${where === 'node' ? 'Node (Dawn)' : 'Browser'}, ${adapter}, batch ${batch}, ${cores} cores`

/** @param {readonly any[]} group */
function tableOf(group) {
  const names = [...new Set(group.flatMap(({ measurements }) => measurements.map(({ name }) => name)))]
  const others = names.filter((name) => name !== 'vertebra')
  const head = [
    'network',
    'vertebra',
    'GPU',
    ...others,
    'ratio',
    'first',
    ...others.map((name) => `first, ${name}`),
    'error',
    'date',
  ]
  const ratios = []
  const rows = group.map(({ network, measurements, date }) => {
    const of = (name) => measurements.find((each) => each.name === name) ?? {}
    const ours = of('vertebra')
    const webgpu = others.filter((name) => !/cpu|wasm/.test(name)).map(of)
    const fastest = Math.min(...webgpu.map(({ median }) => median ?? Number.POSITIVE_INFINITY))
    const ratio = fastest / ours.median
    if (Number.isFinite(ratio)) ratios.push(ratio)
    const first = ({ openMs, firstMs }) => milliseconds(openMs === undefined ? undefined : openMs + firstMs)
    const error = Math.max(...measurements.map(({ difference }) => difference ?? 0))
    return [
      network,
      milliseconds(ours.median),
      milliseconds(ours.gpuMs),
      ...others.map((name) => milliseconds(of(name).median)),
      Number.isFinite(ratio) ? ratio.toFixed(2) : '–',
      first(ours),
      ...others.map((name) => first(of(name))),
      error.toExponential(1),
      date,
    ]
  })
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)
  const versions = [
    ...new Set(
      group.flatMap(({ measurements }) => measurements.map(({ name, version }) => `${name} ${version}`)),
    ),
  ]
  return [
    `| ${head.join(' | ')} |`,
    `|${head.map((_, i) => (i === 0 ? '---' : '--:')).join('|')}|`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
    `Geometric mean of the ratios: ${mean.toFixed(2)} over ${ratios.length} networks. ${versions.join(', ')}.`,
  ].join('\n')
}

const milliseconds = (value) =>
  value === undefined || value === null ? '–' : value.toFixed(value < 100 ? 1 : 0)
