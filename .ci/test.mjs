// `npm test`: everything that must hold, cheapest first, each step timed; stops at the first step that fails.
//
//   node .ci/test.mjs             all steps
//   node .ci/test.mjs unit e2e    only these
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { installPackages, prepareMachine } from './setup.mjs'
import { root } from './sources.mjs'

const reports = join(root, 'node_modules/.cache/vertebra/reports')

/** Each step is a package's program and its words; `report` is the JSON file from which its tests are counted. */
const steps = [
  { name: 'types', run: ['typescript/bin/tsc', '-b'] },
  { name: 'lint', run: ['@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '--colors=off'] },
  vitest('imports', 'engine/architecture.test.ts', '--project', 'unit'),
  { name: 'dead code', run: ['knip/bin/knip.js', '--no-progress'] },
  vitest('unit', '--project', 'unit', '--project', 'dom'),
  vitest('gpu', '--project', 'gpu', '--project', 'gpu2'),
  {
    name: 'e2e',
    run: ['@playwright/test/cli.js', 'test', '--reporter', 'list,json'],
    environment: { PLAYWRIGHT_JSON_OUTPUT_FILE: reportFile('e2e') },
    count: countPlaywright,
  },
]

function vitest(name, ...words) {
  const reporters = ['--reporter', 'default', '--reporter', 'json', '--outputFile.json', reportFile(name)]
  return { name, run: ['vitest/vitest.mjs', 'run', ...words, ...reporters], count: countVitest }
}

function reportFile(name) {
  return join(reports, `${name}.json`)
}

function countVitest(report) {
  return { passed: report.numPassedTests, failed: report.numFailedTests }
}

function countPlaywright({ stats }) {
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected }
}

const results = runAll(chosenSteps(process.argv.slice(2)))
process.exitCode = results.every((result) => result.ok) ? 0 : 1
printSummary(results)

function chosenSteps(names) {
  const unknown = names.filter((name) => !steps.some((step) => step.name === name))
  if (unknown.length === 0)
    return names.length === 0 ? steps : steps.filter((step) => names.includes(step.name))
  console.error(
    `test: there is no step '${unknown[0]}'; the steps are ${steps.map((step) => `'${step.name}'`).join(', ')}.`,
  )
  process.exit(2)
}

function runAll(chosen) {
  rmSync(reports, { recursive: true, force: true })
  mkdirSync(reports, { recursive: true })
  const results = [timed('setup', setUp)]
  for (const step of chosen) {
    if (!results.at(-1).ok) break
    results.push(timed(step.name, () => runStep(step)))
  }
  return results
}

function setUp() {
  installPackages()
  prepareMachine()
  return { ok: true, passed: 0, failed: 0 }
}

function runStep({ name, run: [script, ...words], environment, count }) {
  const done = spawnSync(process.execPath, [join(root, 'node_modules', script), ...words], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment },
  })
  const ok = done.status === 0
  const counted = count && readReport(name)
  return counted ? { ok, ...count(counted) } : { ok, passed: 0, failed: 0 }
}

function readReport(name) {
  try {
    return JSON.parse(readFileSync(reportFile(name), 'utf8'))
  } catch {
    return undefined
  }
}

function timed(name, work) {
  console.log(`\n── ${name}`)
  const start = performance.now()
  let result
  try {
    result = work()
  } catch (error) {
    console.error(error.message)
    result = { ok: false, passed: 0, failed: 0 }
  }
  return { name, seconds: (performance.now() - start) / 1000, ...result }
}

/** The import rules are counted once, in `unit`. A step without tests of its own, or that broke down, is one failure. */
function printSummary(results) {
  console.log('')
  for (const { name, ok, seconds } of results) {
    console.log(`${ok ? 'ok    ' : 'FAILED'} ${name.padEnd(10)} ${seconds.toFixed(1).padStart(7)} s`)
  }
  const counted = results.filter((result) => result.name !== 'imports' || !result.ok)
  const passed = counted.reduce((sum, result) => sum + result.passed, 0)
  const failed = counted.reduce(
    (sum, result) => sum + (result.ok ? result.failed : Math.max(1, result.failed)),
    0,
  )
  console.log(`\n${passed} passed, ${failed} failed`)
}
